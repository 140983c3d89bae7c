/** The work of a pool that goes on behind its callers: starts and ends, which its own end waits for. */

import type { Logger } from "../base/log.ts";
import type { Sandbox } from "../runtime/mod.ts";

/** What goes on. */
export class BackgroundWork {
  readonly #pending = new Set<Promise<void>>();
  readonly #logger: Logger;
  readonly #onSettled: () => void;
  #ending = 0;

  /** `onSettled` is called after each piece of work. */
  constructor(logger: Logger, onSettled: () => void) {
    this.#logger = logger;
    this.#onSettled = onSettled;
  }

  /** Sandboxes that are ending. */
  get ending(): number {
    return this.#ending;
  }

  /** Keeps work that never rejects until it is done. */
  follow(work: Promise<void>): void {
    const followed = work.then(() => {
      this.#pending.delete(followed);
      this.#onSettled();
    });
    this.#pending.add(followed);
  }

  /** Ends a sandbox; until it is gone it counts as ending. */
  end(sandbox: Sandbox): void {
    this.#ending += 1;
    this.follow(
      Promise.resolve(sandbox[Symbol.asyncDispose]())
        .catch((error) => this.#logger.error("A sandbox could not be ended", { error }))
        .then(() => void (this.#ending -= 1)),
    );
  }

  /** Resolves when nothing goes on any more. */
  async finish(): Promise<void> {
    while (this.#pending.size > 0) await Promise.all(this.#pending);
  }
}
