/** A task that is asked for often but need not run as often. */

/**
 * Runs one at a time; asked for during a run, it runs once more afterwards, however often that was. A run
 * is told how many came right before it.
 */
export class CoalescedTask {
  readonly #task: (before: number) => Promise<void>;
  #state: "idle" | "running" | "again" = "idle";

  constructor(task: (before: number) => Promise<void>) {
    this.#task = task;
  }

  /** Resolves when no run is due any more; rejects when a run does. */
  async request(): Promise<void> {
    if (this.#state !== "idle") {
      this.#state = "again";
      return;
    }
    try {
      let runs = 0;
      do {
        this.#state = "running";
        await this.#task(runs++);
      } while (this.#isDueAgain());
    } finally {
      this.#state = "idle";
    }
  }

  #isDueAgain(): boolean {
    return this.#state === "again";
  }
}
