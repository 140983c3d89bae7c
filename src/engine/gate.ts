/** How many executions are inside, and the door that closes at shutdown. */

import { CodemodeError } from "../base/errors.ts";

/** A place inside; disposing it leaves. `signal` aborts when the caller or the shutdown cancels. */
export interface Ticket extends Disposable {
  readonly signal: AbortSignal;
}

/** Lets at most `max` executions in, counting those that wait for a sandbox. */
export class Gate {
  readonly #max: number;
  readonly #inside = new Set<AbortController>();
  #closed = false;
  #emptied: (() => void) | undefined;

  constructor(max: number) {
    this.#max = max;
  }

  /** Executions inside. */
  get inside(): number {
    return this.#inside.size;
  }

  /** Enters or throws `QUEUE_FULL` or `SHUTTING_DOWN`. */
  enter(caller?: AbortSignal): Ticket {
    if (this.#closed) throw new CodemodeError("SHUTTING_DOWN", "The service is shutting down");
    if (this.#inside.size >= this.#max) {
      throw new CodemodeError(
        "QUEUE_FULL",
        `${this.#inside.size} executions are running or waiting`,
        {
          details: { max: this.#max },
        },
      );
    }
    const controller = new AbortController();
    const onAbort = () => controller.abort(cancelledByCaller());
    if (caller?.aborted) onAbort();
    caller?.addEventListener("abort", onAbort, { once: true });
    this.#inside.add(controller);
    return {
      signal: controller.signal,
      [Symbol.dispose]: () => {
        caller?.removeEventListener("abort", onAbort);
        this.#leave(controller);
      },
    };
  }

  /** Lets nobody in any more; resolves when everyone has left. The signal's abort cancels them. */
  async close(signal: AbortSignal): Promise<void> {
    this.#closed = true;
    if (this.#inside.size === 0) return;
    const empty = new Promise<void>((resolve) => this.#emptied = resolve);
    const cancelAll = () => {
      const reason = new CodemodeError("CANCELLED", "The service is shutting down");
      for (const controller of this.#inside) controller.abort(reason);
    };
    if (signal.aborted) cancelAll();
    signal.addEventListener("abort", cancelAll, { once: true });
    await empty;
    signal.removeEventListener("abort", cancelAll);
  }

  #leave(controller: AbortController): void {
    this.#inside.delete(controller);
    if (this.#inside.size === 0) this.#emptied?.();
  }
}

function cancelledByCaller(): CodemodeError {
  return new CodemodeError("CANCELLED", "The execution was cancelled by its caller");
}
