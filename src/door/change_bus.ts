/** Streams of changes of the newest revision, each of which hears what its own principal may hear of. */

import { AsyncLocalStorage } from "node:async_hooks";
import type { ServerEvent, ServerEventBus } from "@modelcontextprotocol/server";
import type { Caller } from "../engine/mod.ts";

type Listener = (event: ServerEvent) => void;

/** The open streams. The library subscribes each while it answers the request that opens it. */
export class ChangeBus implements ServerEventBus {
  readonly #callers = new Map<Listener, Caller>();
  readonly #opening = new AsyncLocalStorage<Caller>();

  /** Answers a request; a stream that it opens is the caller's. */
  opening<Answer>(caller: Caller, answer: () => Answer): Answer {
    return this.#opening.run(caller, answer);
  }

  subscribe(listener: Listener): () => void {
    const caller = this.#opening.getStore();
    if (caller === undefined) throw new TypeError("Cannot open the stream: it is nobody's");
    // One of its own, so that no two streams share it.
    const own: Listener = (event) => listener(event);
    this.#callers.set(own, caller);
    return () => void this.#callers.delete(own);
  }

  /** Tells the streams of whoever may hear of it. */
  tell(event: ServerEvent, isFor: (caller: Caller) => boolean): void {
    for (const [listener, caller] of [...this.#callers]) if (isFor(caller)) listener(event);
  }

  /** The library's way, which knows no callers. */
  publish(): never {
    throw new TypeError("Cannot publish the change: who may hear of it is not said");
  }
}
