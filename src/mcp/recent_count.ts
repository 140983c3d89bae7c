/** How often something was each principal's lately. */

import type { Clock } from "../base/clock.ts";

/** Counts that are forgotten one by one. Disposing it ends its timers. */
export class RecentCount implements Disposable {
  readonly #clock: Clock;
  readonly #forMs: number;
  readonly #onForgotten: () => void;
  readonly #principals = new Map<Disposable, string>();

  constructor(clock: Clock, forMs: number, onForgotten: () => void) {
    this.#clock = clock;
    this.#forMs = forMs;
    this.#onForgotten = onForgotten;
  }

  add(principal: string): void {
    const timer = this.#clock.after(this.#forMs, () => {
      this.#principals.delete(timer);
      this.#onForgotten();
    });
    this.#principals.set(timer, principal);
  }

  of(principal: string): number {
    return [...this.#principals.values()].filter((one) => one === principal).length;
  }

  [Symbol.dispose](): void {
    for (const timer of this.#principals.keys()) timer[Symbol.dispose]();
    this.#principals.clear();
  }
}
