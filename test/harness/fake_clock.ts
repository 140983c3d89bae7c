/** A clock that moves only when told to. */

import type { Clock } from "../../src/base/clock.ts";

/** Time starts at 0 and stands still. */
export class FakeClock implements Clock {
  #nowMs = 0;
  readonly #timers = new Set<{ readonly at: number; readonly task: () => void }>();

  now(): number {
    return this.#nowMs;
  }

  monotonic(): number {
    return this.#nowMs;
  }

  after(delayMs: number, task: () => void): Disposable {
    const timer = { at: this.#nowMs + delayMs, task };
    this.#timers.add(timer);
    return { [Symbol.dispose]: () => void this.#timers.delete(timer) };
  }

  /** Timers that have not fired. */
  get pending(): number {
    return this.#timers.size;
  }

  /** Lets `delayMs` pass, firing what is due in order. */
  advance(delayMs: number): void {
    const end = this.#nowMs + delayMs;
    for (;;) {
      const due = [...this.#timers].filter((timer) =>
        timer.at <= end
      ).sort((a, b) => a.at - b.at)[0];
      if (!due) break;
      this.#timers.delete(due);
      this.#nowMs = due.at;
      due.task();
    }
    this.#nowMs = end;
  }
}
