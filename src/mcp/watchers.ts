/** Waits for the next change of something that changes often. */

/** Those who wait. */
export class Watchers {
  readonly #waiting = new Set<() => void>();

  /** Wakes everyone who waits now. */
  wake(): void {
    for (const watcher of [...this.#waiting]) watcher();
  }

  /** Resolves at the next {@link Watchers.wake}; rejects with the signal's reason. */
  next(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason);
      const leave = () => {
        this.#waiting.delete(watcher);
        signal.removeEventListener("abort", onAbort);
      };
      const watcher = () => {
        leave();
        resolve();
      };
      const onAbort = () => {
        leave();
        reject(signal.reason);
      };
      this.#waiting.add(watcher);
      signal.addEventListener("abort", onAbort, { once: true });
    });
  }
}
