/**
 * When a direct call may begin. A program's calls are held to the grant's amounts by its execution;
 * direct calls have none, so each caller's are held to the same amounts together.
 */

import { type Clock, sleep } from "../base/clock.ts";
import { createDeferred, type Deferred } from "../base/deferred.ts";
import { CodemodeError } from "../base/errors.ts";
import { type Bucket, fullBucket, take } from "../base/rate.ts";
import { DEFAULT_AMOUNTS } from "../capability/mod.ts";
import type { Caller } from "./principal.ts";

/** Callers remembered; one that is forgotten begins with a full bucket. */
const KEPT = 1024;

interface Calls {
  bucket: Bucket;
  running: number;
  readonly waiting: Deferred<void>[];
}

/** Gives turns to callers, each within its own amounts. */
export class CallerTurns {
  readonly #clock: Clock;
  readonly #maxWaitMs: number;
  readonly #calls = new Map<string, Calls>();

  /** `maxWaitMs`: a call that would wait longer for the rate is refused at once. */
  constructor(clock: Clock, maxWaitMs: number) {
    this.#clock = clock;
    this.#maxWaitMs = maxWaitMs;
  }

  /**
   * Resolves when the caller's next call may begin; disposing the turn ends the call. Rejects with
   * `RATE_LIMITED` or the signal's reason.
   */
  async take(caller: Caller, signal: AbortSignal): Promise<Disposable> {
    const { maxConcurrentCalls = DEFAULT_AMOUNTS.maxConcurrentCalls } = caller.grant.mcp ?? {};
    const calls = this.#of(caller);
    if (calls.running < maxConcurrentCalls) calls.running += 1;
    else await waitForEnd(calls, signal);
    try {
      const { bucket, waitMs } = take(calls.bucket, this.#clock.monotonic());
      // One that is refused takes no token from those that come later.
      if (waitMs > this.#maxWaitMs) throw tooLate(waitMs, bucket.perSecond);
      calls.bucket = bucket;
      if (waitMs > 0) await sleep(this.#clock, waitMs, signal);
    } catch (error) {
      leave(calls);
      throw error;
    }
    return { [Symbol.dispose]: () => leave(calls) };
  }

  #of({ id, grant }: Caller): Calls {
    const { maxCallsPerSecond = DEFAULT_AMOUNTS.maxCallsPerSecond } = grant.mcp ?? {};
    const calls = this.#calls.get(id) ??
      { bucket: fullBucket(maxCallsPerSecond, this.#clock.monotonic()), running: 0, waiting: [] };
    // A caller's grant may be another than before.
    calls.bucket = { ...calls.bucket, perSecond: maxCallsPerSecond };
    this.#calls.delete(id);
    this.#calls.set(id, calls);
    this.#forgetIdle();
    return calls;
  }

  #forgetIdle(): void {
    if (this.#calls.size <= KEPT) return;
    for (const [id, { running }] of this.#calls) {
      if (running > 0) continue;
      this.#calls.delete(id);
      return;
    }
  }
}

/** The place of a call that ends is handed to the one that waits longest. */
async function waitForEnd(calls: Calls, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  const place = createDeferred<void>();
  calls.waiting.push(place);
  const onAbort = () => {
    const index = calls.waiting.indexOf(place);
    if (index < 0) return;
    calls.waiting.splice(index, 1);
    place.reject(signal.reason);
  };
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    await place.promise;
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

function leave(calls: Calls): void {
  const next = calls.waiting.shift();
  if (next === undefined) calls.running -= 1;
  else next.resolve();
}

function tooLate(waitMs: number, perSecond: number): CodemodeError {
  const retryAfterMs = Math.ceil(waitMs);
  return new CodemodeError(
    "RATE_LIMITED",
    `The call would wait ${retryAfterMs} ms for its turn: ${perSecond} calls a second are granted`,
    { details: { retryAfterMs } },
  );
}
