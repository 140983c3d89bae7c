/** One at a time: principals take turns, what one of them has waiting comes in its order. */

import { createDeferred, type Deferred } from "./deferred.ts";
import { CodemodeError } from "./errors.ts";
import { FairQueue, type Waiting } from "./fair_queue.ts";

/** Options of {@link FairTurns}. */
export interface FairTurnsOptions {
  /** How many wait at most. */
  readonly maxWaiting: number;
  /** What waits, in the message of a refusal, such as "checks of programs". */
  readonly what: string;
}

interface Waiter extends Waiting {
  readonly turn: Deferred<void>;
}

/** Gives turns, one after another. */
export class FairTurns {
  readonly #options: FairTurnsOptions;
  readonly #queue = new FairQueue<Waiter>();
  #isTaken = false;
  #closedBy: unknown;

  constructor(options: FairTurnsOptions) {
    this.#options = options;
  }

  /** How many wait. */
  get waiting(): number {
    return this.#queue.size;
  }

  /**
   * Resolves with the turn; disposing it ends the turn. Rejects with `QUEUE_FULL` where there is no
   * room, with the signal's reason, or with what it was closed by. Where there is no room, the newest
   * that waits of the principal with most gives way, if that leaves it no fewer than this one has.
   */
  async take(principal: string, signal?: AbortSignal): Promise<Disposable> {
    signal?.throwIfAborted();
    if (this.#closedBy !== undefined) throw this.#closedBy;
    if (this.#isTaken) await this.#wait(principal, signal);
    else this.#isTaken = true;
    let hasEnded = false;
    return {
      [Symbol.dispose]: () => {
        if (!hasEnded) this.#next();
        hasEnded = true;
      },
    };
  }

  /** Gives no more turns: all that wait are rejected with `reason`, and all that come. */
  close(reason: unknown): void {
    this.#closedBy = reason;
    for (let next = this.#queue.next(() => true); next; next = this.#queue.next(() => true)) {
      next.turn.reject(reason);
    }
  }

  async #wait(principal: string, signal: AbortSignal | undefined): Promise<void> {
    if (this.#queue.size >= this.#options.maxWaiting) this.#makeRoom(principal);
    const waiter: Waiter = { principal, isReady: true, turn: createDeferred<void>() };
    const onAbort = () => {
      if (this.#queue.remove(waiter)) waiter.turn.reject(signal?.reason);
    };
    this.#queue.add(waiter);
    signal?.addEventListener("abort", onAbort, { once: true });
    try {
      await waiter.turn.promise;
    } finally {
      signal?.removeEventListener("abort", onAbort);
    }
  }

  /** The turn goes to the next in the queue, so it is only free when nobody waits. */
  #next(): void {
    const next = this.#queue.next(() => true);
    if (next === undefined) this.#isTaken = false;
    else next.turn.resolve();
  }

  #makeRoom(principal: string): void {
    const { maxWaiting, what } = this.#options;
    const newest = this.#queue.newestOfLongest();
    const most = newest === undefined ? 0 : this.#queue.count(newest.principal);
    const full = new CodemodeError("QUEUE_FULL", `${maxWaiting} ${what} are waiting`, {
      details: { max: maxWaiting },
    });
    // SAFETY: without this, one principal would fill the queue for all others (test/unit/base: fair_turns).
    if (newest === undefined || most <= this.#queue.count(principal) + 1) throw full;
    this.#queue.remove(newest);
    newest.turn.reject(full);
  }
}
