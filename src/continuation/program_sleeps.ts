/** The sleeps of one program: timers of the host's, so many a second; what is more takes longer. */

import { type Clock, sleep } from "../base/clock.ts";
import { type Bucket, fullBucket, take } from "../base/rate.ts";
import type { CallFrame } from "../protocol/frames.ts";
import type { CallReply } from "../runtime/mod.ts";

/** Longest timer of engines. */
const MAX_SLEEP_MS = 2 ** 31 - 1;
/** Sleeps a second, and at once. Each is two messages, so many short ones are work for the service. */
const PER_SECOND = 500;
const AT_ONCE = 1000;

/** Sleeps. */
export class ProgramSleeps {
  readonly #clock: Clock;
  #bucket: Bucket;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#bucket = fullBucket(PER_SECOND, clock.monotonic(), AT_ONCE);
  }

  /** Answers one call for a sleep; at once when the program has ended. */
  async call({ args: [ms] }: CallFrame, signal: AbortSignal): Promise<CallReply> {
    // SAFETY: programs of many short timers do not keep the service busy (test/unit/continuation: program_sleeps).
    const { bucket, waitMs } = take(this.#bucket, this.#clock.monotonic());
    this.#bucket = bucket;
    const asked = typeof ms === "number" && ms > 0 ? ms : 0;
    await sleep(this.#clock, Math.min(asked + waitMs, MAX_SLEEP_MS), signal).catch(() => {});
    return { ok: true, value: null };
  }
}
