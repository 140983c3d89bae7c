/** Who waits for a place in a pool, oldest first: each is given a lease, refused, or gives up by itself. */

import { CodemodeError } from "../base/errors.ts";
import type { SandboxSpec } from "../runtime/mod.ts";
import type { Lease } from "./pool.ts";

/** One who waits; out of the line from the moment it is given a lease or refused. */
export interface Waiter<Mark> {
  readonly spec: SandboxSpec;
  readonly sinceMs: number;
  /** What the pool remembers of it. */
  readonly mark: Mark;
  give(lease: Lease): void;
  refuse(error: unknown): void;
}

/** The line. */
export class WaitingLine<Mark> implements Iterable<Waiter<Mark>> {
  #waiters: Waiter<Mark>[] = [];
  readonly #onGivenUp: () => void;

  /** `onGivenUp` is told when somebody has left the line by itself. */
  constructor(onGivenUp: () => void = () => {}) {
    this.#onGivenUp = onGivenUp;
  }

  get length(): number {
    return this.#waiters.length;
  }

  /** Those who wait now; the line may change meanwhile. */
  [Symbol.iterator](): Iterator<Waiter<Mark>> {
    return [...this.#waiters].values();
  }

  at(index: number): Waiter<Mark> | undefined {
    return this.#waiters[index];
  }

  /** Waits until it is given a lease or refused; rejects with `CANCELLED` on abort. */
  join(spec: SandboxSpec, sinceMs: number, mark: Mark, signal: AbortSignal): Promise<Lease> {
    return new Promise((resolve, reject) => {
      const leave = () => {
        this.#waiters = this.#waiters.filter((one) => one !== waiter);
        signal.removeEventListener("abort", onAbort);
      };
      const onAbort = () => {
        leave();
        reject(cancelled(signal.reason));
        this.#onGivenUp();
      };
      const waiter: Waiter<Mark> = {
        spec,
        sinceMs,
        mark,
        give: (lease) => {
          leave();
          resolve(lease);
        },
        refuse: (error) => {
          leave();
          reject(error);
        },
      };
      signal.addEventListener("abort", onAbort, { once: true });
      this.#waiters.push(waiter);
    });
  }

  has(waiter: Waiter<Mark>): boolean {
    return this.#waiters.includes(waiter);
  }

  refuseAll(error: unknown): void {
    for (const waiter of this) waiter.refuse(error);
  }
}

/** Why somebody gets no lease whose signal was aborted. */
export function cancelled(reason: unknown): CodemodeError {
  return new CodemodeError("CANCELLED", "The execution was cancelled", { cause: reason });
}

/** Why nobody gets one any more. */
export function shuttingDown(): CodemodeError {
  return new CodemodeError("SHUTTING_DOWN", "The pool of sandboxes is closed");
}
