/**
 * What is sent over one WebSocket, in order. Sending waits while too much lies unread at the peer, so
 * that whoever sends holds no more than one message; a peer that takes nothing for too long is cut off.
 */

import type { Clock } from "../base/clock.ts";
import { createDeferred } from "../base/deferred.ts";

/** What an outbox needs of a socket. */
export interface Sink {
  /** Bytes that the peer has not taken. */
  readonly bufferedAmount: number;
  /** `onTaken` is called when it was handed to the system, or never will be. */
  send(text: string, onTaken: () => void): void;
  /** Ends the connection at once. */
  terminate(): void;
}

/** Options of {@link Outbox}. */
export interface OutboxOptions {
  readonly clock: Clock;
  /** Unread bytes beyond which sending waits. */
  readonly bufferedBytes: number;
  /** How long a peer may take nothing. */
  readonly idleTimeoutMs: number;
}

/** The messages to one peer. */
export class Outbox {
  readonly #sink: Sink;
  readonly #options: OutboxOptions;
  readonly #closed = createDeferred<void>();
  #isClosed = false;
  #last: Promise<void> = Promise.resolve();

  constructor(sink: Sink, options: OutboxOptions) {
    this.#sink = sink;
    this.#options = options;
  }

  /** Resolves when the next one may be sent, or nothing can be any more. */
  send(message: unknown): Promise<void> {
    const sent = this.#last.then(() => this.#write(message));
    // One that cannot be written does not keep others from being.
    this.#last = sent.catch(() => {});
    return sent;
  }

  /** Nothing is sent any more. */
  close(): void {
    this.#isClosed = true;
    this.#closed.resolve();
  }

  async #write(message: unknown): Promise<void> {
    if (this.#isClosed) return;
    const taken = createDeferred<void>();
    this.#sink.send(JSON.stringify(message), () => taken.resolve());
    const { clock, bufferedBytes, idleTimeoutMs } = this.#options;
    // SAFETY: what a peer does not read is not kept for it (test/unit/http: outbox).
    if (this.#sink.bufferedAmount <= bufferedBytes) return;
    using _timer = clock.after(idleTimeoutMs, () => this.#sink.terminate());
    await Promise.race([taken.promise, this.#closed.promise]);
  }
}
