/** What each connection has asked and was not answered yet: bounded, and given up when the peer is gone. */

import type { Socket } from "node:net";

/** Requests of one connection that are answered at the same time. */
export const MAX_PIPELINED = 16;

/** The requests of every open connection. */
export class Pipelines {
  readonly #unanswered = new WeakMap<Socket, Set<AbortController>>();

  /**
   * Notes one request; undefined when the connection has too many, or is gone. The controller aborts
   * when the connection closes before {@link Pipelines.leave}.
   */
  enter(socket: Socket): AbortController | undefined {
    const unanswered = this.#of(socket);
    // SAFETY: one read of a socket can hold a thousand requests, and all of them would be begun before
    // any other connection is heard (test/integration/http).
    if (socket.destroyed || unanswered.size >= MAX_PIPELINED) return undefined;
    const gone = new AbortController();
    unanswered.add(gone);
    return gone;
  }

  /** Notes that one was answered. */
  leave(socket: Socket, gone: AbortController): void {
    this.#unanswered.get(socket)?.delete(gone);
  }

  #of(socket: Socket): Set<AbortController> {
    const known = this.#unanswered.get(socket);
    if (known !== undefined) return known;
    const unanswered = new Set<AbortController>();
    this.#unanswered.set(socket, unanswered);
    // An answer that waits behind another one is not told of the close, so the socket is listened to.
    socket.once("close", () => unanswered.forEach((gone) => gone.abort()));
    return unanswered;
  }
}
