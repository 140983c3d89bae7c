/**
 * Lets a bounded number of calls through at the same time, and where told so a bounded number in a
 * second. The rest wait: principals take turns, the calls of one in the order they came.
 */

import type { Clock } from "../base/clock.ts";
import { FairQueue } from "../base/fair_queue.ts";
import { type Bucket, fullBucket, take, waitFor } from "../base/rate.ts";

interface Waiter {
  readonly principal: string;
  readonly isReady: true;
  readonly admit: () => void;
}

/** A bound on calls a second. */
export interface CallRate {
  readonly perSecond: number;
  readonly clock: Clock;
}

/** Who wants to enter. */
export interface Entrant {
  readonly principal: string;
  readonly signal: AbortSignal;
  /** Whether it was inside before, for the same call: that counts once. @default false */
  readonly isBack?: boolean;
}

/** A fair semaphore with a rate. */
export class CallGate {
  readonly #limit: number;
  readonly #newcomers = new FairQueue<Waiter>();
  /** Those who were inside before; they need no room in the rate. */
  readonly #returners = new FairQueue<Waiter>();
  readonly #clock: Clock | undefined;
  #bucket: Bucket | undefined;
  #inside = 0;
  #isReturnersTurn = true;
  #timer: Disposable | undefined;

  constructor(limit: number, rate?: CallRate) {
    if (!Number.isInteger(limit) || limit < 1) {
      throw new RangeError(`Cannot create a call gate: "limit" must be at least 1, is ${limit}`);
    }
    this.#limit = limit;
    this.#clock = rate?.clock;
    if (rate) this.#bucket = fullBucket(rate.perSecond, rate.clock.monotonic());
  }

  /** Milliseconds a call that the principal made now would wait for the rate alone, if nobody else came. */
  rateWaitMs(principal: string): number {
    return this.#waitMs(this.#newcomers.positionOfNext(principal) + 1);
  }

  /** Calls inside now. */
  get inside(): number {
    return this.#inside;
  }

  /** Resolves with a pass once there is room; disposing the pass leaves. Rejects with the signal's reason. */
  async enter({ principal, signal, isBack = false }: Entrant): Promise<Disposable> {
    signal.throwIfAborted();
    const queue = isBack ? this.#returners : this.#newcomers;
    await this.#waitForTurn(queue, principal, signal);
    let left = false;
    return {
      [Symbol.dispose]: () => {
        if (left) return;
        left = true;
        this.#inside -= 1;
        this.#admit();
      },
    };
  }

  #waitForTurn(queue: FairQueue<Waiter>, principal: string, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const onAbort = () => {
        queue.remove(waiter);
        this.#admit();
        reject(signal.reason);
      };
      const waiter: Waiter = {
        principal,
        isReady: true,
        admit: () => {
          signal.removeEventListener("abort", onAbort);
          resolve();
        },
      };
      queue.add(waiter);
      signal.addEventListener("abort", onAbort, { once: true });
      this.#admit();
    });
  }

  /** Lets in who can be; where only the rate is in the way, looks again when it is not. */
  #admit(): void {
    this.#timer?.[Symbol.dispose]();
    this.#timer = undefined;
    while (this.#inside < this.#limit) {
      const next = this.#next();
      if (next === undefined) break;
      this.#inside += 1;
      next.admit();
    }
    if (this.#inside < this.#limit && this.#newcomers.size > 0) {
      // In whole milliseconds: less may be too little for any clock to show.
      this.#timer = this.#clock?.after(Math.ceil(this.#waitMs(1)), () => this.#admit());
    }
  }

  /** Both kinds take turns, so that neither keeps the other waiting for good. */
  #next(): Waiter | undefined {
    const newcomer = () => this.#waitMs(1) > 0 ? undefined : this.#newcomers.next(() => true);
    const returner = () => this.#returners.next(() => true);
    const early = this.#isReturnersTurn ? returner() : undefined;
    const fresh = early === undefined ? newcomer() : undefined;
    const next = early ?? fresh ?? returner();
    // SAFETY: who gives up while it waits has taken nothing of the rate from others, and who comes back
    // takes nothing again (test/unit/mcp: call_gate).
    if (fresh !== undefined) this.#takeToken();
    this.#isReturnersTurn = fresh !== undefined;
    return next;
  }

  #takeToken(): void {
    if (!this.#bucket || !this.#clock) return;
    this.#bucket = take(this.#bucket, this.#clock.monotonic()).bucket;
  }

  /** Milliseconds until the rate has room for the last of so many. */
  #waitMs(count: number): number {
    if (!this.#bucket || !this.#clock) return 0;
    return waitFor(this.#bucket, this.#clock.monotonic(), count);
  }
}
