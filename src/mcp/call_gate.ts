/**
 * Lets a bounded number of calls through at the same time, and where told so a bounded number in a
 * second. The rest wait: principals take turns, the calls of one in the order they came.
 */

import { type Clock, sleep } from "../base/clock.ts";
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

/** A fair semaphore with a rate. */
export class CallGate {
  readonly #limit: number;
  readonly #queue = new FairQueue<Waiter>();
  readonly #clock: Clock | undefined;
  #bucket: Bucket | undefined;
  #inside = 0;

  constructor(limit: number, rate?: CallRate) {
    if (!Number.isInteger(limit) || limit < 1) {
      throw new RangeError(`Cannot create a call gate: "limit" must be at least 1, is ${limit}`);
    }
    this.#limit = limit;
    this.#clock = rate?.clock;
    if (rate) this.#bucket = fullBucket(rate.perSecond, rate.clock.monotonic());
  }

  /** Milliseconds one who came now would wait for the rate alone, after all who came before. */
  get rateWaitMs(): number {
    if (!this.#bucket || !this.#clock) return 0;
    return waitFor(this.#bucket, this.#clock.monotonic(), this.#queue.size + 1);
  }

  /** Calls inside now. */
  get inside(): number {
    return this.#inside;
  }

  /** Resolves with a pass once there is room; disposing the pass leaves. Rejects with the signal's reason. */
  async enter(principal: string, signal: AbortSignal): Promise<Disposable> {
    signal.throwIfAborted();
    if (this.#inside < this.#limit) this.#inside += 1;
    else await this.#waitForTurn(principal, signal);
    let left = false;
    const pass = {
      [Symbol.dispose]: () => {
        if (left) return;
        left = true;
        this.#leave();
      },
    };
    try {
      await this.#waitForRate(signal);
    } catch (reason) {
      pass[Symbol.dispose]();
      throw reason;
    }
    return pass;
  }

  async #waitForRate(signal: AbortSignal): Promise<void> {
    if (!this.#bucket || !this.#clock) return;
    const { bucket, waitMs } = take(this.#bucket, this.#clock.monotonic());
    this.#bucket = bucket;
    if (waitMs > 0) await sleep(this.#clock, waitMs, signal);
  }

  #waitForTurn(principal: string, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const onAbort = () => {
        this.#queue.remove(waiter);
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
      this.#queue.add(waiter);
      signal.addEventListener("abort", onAbort, { once: true });
    });
  }

  /** The place of one who leaves goes to the next in the queue, so the count only falls without one. */
  #leave(): void {
    const next = this.#queue.next(() => true);
    if (next) next.admit();
    else this.#inside -= 1;
  }
}
