/**
 * A request whose body comes in chunks that are worth their trouble. Each costs a callback of the HTTP
 * parser, whatever is in it: a million chunks of one byte take seconds in which nobody else is heard.
 */

import { IncomingMessage } from "node:http";

/** Chunks of a body that may be as small as their sender likes. */
export const FREE_CHUNKS = 4096;
/** Bytes that chunks beyond those must hold on average. */
export const MIN_MEAN_BYTES = 64;
/** The event of a request whose chunks are too small. */
const REFUSED = "refused";

/** What Node's server makes of each request. Counts as the parser reads, whoever wants the body. */
export class MeteredRequest extends IncomingMessage {
  #chunks = 0;
  #bytes = 0;
  #isRefused = false;

  /** Whether the chunks were too small. Nothing is read from the connection any more. */
  get isRefused(): boolean {
    return this.#isRefused;
  }

  /** Calls `listener`, at most once, when the chunks have become too small. */
  onRefused(listener: () => void): void {
    this.once(REFUSED, listener);
  }

  // SAFETY: the parser stops reading the connection when this is false, and goes on when the next bytes
  // are asked for, which after a refusal never happens (test/integration/http: listen).
  override push(chunk: Uint8Array | null, encoding?: BufferEncoding): boolean {
    if (chunk === null) return super.push(null);
    if (this.#isRefused) return false;
    this.#chunks += 1;
    this.#bytes += chunk.length;
    if (!this.#isTooSmall()) return super.push(chunk, encoding);
    this.#isRefused = true;
    this.emit(REFUSED);
    return false;
  }

  override _read(size: number): void {
    if (!this.#isRefused) super._read(size);
  }

  /** Of a body of a known length there are as many pieces as the network makes, and each took a packet. */
  #isTooSmall(): boolean {
    return this.#bytes < MIN_MEAN_BYTES * (this.#chunks - FREE_CHUNKS) &&
      this.headers["transfer-encoding"] !== undefined;
  }
}
