/**
 * A call that waits in the session which all share, and goes to one of its execution's own when that is
 * there first. It has not been sent until then.
 */

import type { Need, Stay } from "./own_call.ts";
import type { Ownable, OwnSessions } from "./own_sessions.ts";

/** Where a call may go while it waits. Disposing it ends its stay there, if it went. */
export class MovingCall<One extends Ownable> implements Disposable {
  readonly #sessions: Pick<OwnSessions<One>, "need">;
  readonly #need: Omit<Need<One>, "onGranted">;
  readonly #gone = new AbortController();
  #stay: Stay<One> | undefined;

  constructor(sessions: Pick<OwnSessions<One>, "need">, need: Omit<Need<One>, "onGranted">) {
    this.#sessions = sessions;
    this.#need = need;
  }

  /** Where it went when that is why it failed. */
  to(thrown: unknown): One | undefined {
    return this.#gone.signal.aborted && thrown === this.#gone.signal.reason
      ? this.#stay?.session
      : undefined;
  }

  /** Goes through the wait, which ends when the call goes elsewhere. */
  async through<Value>(wait: (gone: AbortSignal) => Promise<Value>): Promise<Value> {
    using _need = this.#sessions.need({
      ...this.#need,
      onGranted: (stay) => {
        this.#stay = stay;
        this.#gone.abort();
      },
    });
    // There may have been a free one.
    this.#gone.signal.throwIfAborted();
    const value = await wait(this.#gone.signal);
    // Both came at once.
    this[Symbol.dispose]();
    return value;
  }

  [Symbol.dispose](): void {
    this.#stay?.[Symbol.dispose]();
    this.#stay = undefined;
  }
}
