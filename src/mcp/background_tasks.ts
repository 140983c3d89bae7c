/** Work nobody waits for, so that somebody can: failures go to the log, the end can be awaited. */

import type { Logger } from "../base/log.ts";

/** The background work of one owner. */
export class BackgroundTasks {
  readonly #logger: Logger;
  readonly #running = new Set<Promise<void>>();

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /** Lets `task` go on by itself. */
  add(task: Promise<void>): void {
    const settled = task.catch((error) => {
      this.#logger.error("MCP connection failed unexpectedly", { reason: describeError(error) });
    }).then(() => {
      this.#running.delete(settled);
    });
    this.#running.add(settled);
  }

  /** Resolves when nothing goes on any more, also nothing that was added meanwhile. */
  async drained(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
  }
}

/** A thrown value as a bounded line of text. */
export function describeError(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).slice(0, 500);
}
