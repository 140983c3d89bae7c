/** Counts work that is going on, and tells when there is none. */

/** Work of one holder. */
export class InFlight {
  readonly #waiting = new Set<() => void>();
  #count = 0;

  /** Pieces of work that have begun and not ended. */
  get count(): number {
    return this.#count;
  }

  /** Counts `work` for as long as it goes on. */
  async track<T>(work: () => Promise<T>): Promise<T> {
    this.#count += 1;
    try {
      return await work();
    } finally {
      this.#count -= 1;
      if (this.#count === 0) { for (const wake of [...this.#waiting]) wake(); }
    }
  }

  /** Resolves with true once nothing goes on, or with false once the signal aborts. */
  drained(signal: AbortSignal): Promise<boolean> {
    if (this.#count === 0) return Promise.resolve(true);
    if (signal.aborted) return Promise.resolve(false);
    return new Promise((resolve) => {
      const end = (isDrained: boolean) => {
        this.#waiting.delete(wake);
        signal.removeEventListener("abort", onAbort);
        resolve(isDrained);
      };
      const wake = () => end(true);
      const onAbort = () => end(false);
      this.#waiting.add(wake);
      signal.addEventListener("abort", onAbort, { once: true });
    });
  }
}
