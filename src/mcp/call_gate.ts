/** Lets a bounded number of calls through at the same time; the rest wait in the order they came. */

interface Waiter {
  readonly admit: () => void;
}

/** A first-in, first-out semaphore. */
export class CallGate {
  readonly #limit: number;
  readonly #queue: Waiter[] = [];
  #inside = 0;

  constructor(limit: number) {
    if (!Number.isInteger(limit) || limit < 1) {
      throw new RangeError(`Cannot create a call gate: "limit" must be at least 1, is ${limit}`);
    }
    this.#limit = limit;
  }

  /** Calls inside now. */
  get inside(): number {
    return this.#inside;
  }

  /** Resolves with a pass once there is room; disposing the pass leaves. Rejects with the signal's reason. */
  async enter(signal: AbortSignal): Promise<Disposable> {
    signal.throwIfAborted();
    if (this.#inside < this.#limit) this.#inside += 1;
    else await this.#waitForTurn(signal);
    let left = false;
    return {
      [Symbol.dispose]: () => {
        if (left) return;
        left = true;
        this.#leave();
      },
    };
  }

  #waitForTurn(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const onAbort = () => {
        this.#queue.splice(this.#queue.indexOf(waiter), 1);
        reject(signal.reason);
      };
      const waiter = {
        admit: () => {
          signal.removeEventListener("abort", onAbort);
          resolve();
        },
      };
      this.#queue.push(waiter);
      signal.addEventListener("abort", onAbort, { once: true });
    });
  }

  /** The place of one who leaves goes to the first in the queue, so the count only falls without one. */
  #leave(): void {
    const next = this.#queue.shift();
    if (next) next.admit();
    else this.#inside -= 1;
  }
}
