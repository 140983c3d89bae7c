/**
 * How much of this thread's time one server may take with what it sends: half of it, beyond a burst.
 * Without it, a server that never stops sending leaves nobody else a turn.
 */

import type { Clock } from "../base/clock.ts";

/** What may be taken at once, in milliseconds. */
export const BURST_MS = 50;

/** What one server has taken. */
export class FairShare {
  readonly #clock: Pick<Clock, "monotonic">;
  #debtMs = 0;
  #paidUntil = 0;

  constructor(clock: Pick<Clock, "monotonic">) {
    this.#clock = clock;
  }

  /** Does the work; returns how long the server is to be left alone after it, in milliseconds. */
  spend(work: () => void): number {
    const start = this.#clock.monotonic();
    // Time in which nothing was sent pays for what was.
    this.#debtMs = Math.max(0, this.#debtMs - (start - this.#paidUntil));
    try {
      work();
    } finally {
      this.#paidUntil = this.#clock.monotonic();
      this.#debtMs += this.#paidUntil - start;
    }
    return this.#debtMs > BURST_MS ? Math.ceil(this.#debtMs) : 0;
  }
}
