/**
 * What each connection has asked and was not answered yet: bounded, given up when the peer is gone, and
 * at its end with the request whose answer closes the connection.
 */

import type { Socket } from "node:net";
import type { Duplex } from "node:stream";

/** Requests of one connection that are answered at the same time. */
export const MAX_PIPELINED = 16;

/** The requests of every open connection. */
export class Pipelines {
  readonly #unanswered = new WeakMap<Socket, Set<AbortController>>();
  readonly #ended = new WeakSet<Duplex>();

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

  /**
   * The request that came last is the connection's last: its answer closes it. What was read with that
   * request, or is read until then, would be carried out and not answered.
   */
  end(socket: Socket): void {
    this.#ended.add(socket);
  }

  /** Whether nothing more is taken from the connection, though it may still be sent its answers. */
  hasEnded(socket: Duplex): boolean {
    return this.#ended.has(socket);
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
