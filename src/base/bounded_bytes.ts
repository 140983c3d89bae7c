/**
 * Bytes that arrive in chunks of somebody else's choice, copied into one buffer that grows by doubling.
 * A kept chunk can cost far more than its length: it may be a view into a large buffer, and a body of
 * one-byte chunks is as many objects as it has bytes.
 */

/** Smallest buffer, in bytes. */
const MIN_HELD = 64;

/** Thrown where there are more bytes than there may be. */
export class TooManyBytes extends RangeError {
  override readonly name = "TooManyBytes";
}

/** Bytes received so far. */
export class BoundedBytes {
  readonly #maxBytes: number;
  #held: Uint8Array<ArrayBuffer> = new Uint8Array(0);
  #length = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Bytes received since the last {@link take}. */
  get length(): number {
    return this.#length;
  }

  /** Bytes of memory held for them: less than twice as many. */
  get heldBytes(): number {
    return this.#held.buffer.byteLength;
  }

  /** Adds a copy of `chunk`. Throws {@link TooManyBytes}, and then has added nothing. */
  push(chunk: Uint8Array): void {
    const needed = this.#length + chunk.length;
    if (needed > this.#maxBytes) {
      throw new TooManyBytes(`Cannot take the bytes: there are more than ${this.#maxBytes}`);
    }
    if (needed > this.#held.length) this.#grow(needed);
    this.#held.set(chunk, this.#length);
    this.#length = needed;
  }

  /** All bytes in a buffer of exactly their size; none are left. */
  take(): Uint8Array<ArrayBuffer> {
    const [held, length] = [this.#held, this.#length];
    this.#held = new Uint8Array(0);
    this.#length = 0;
    return held.length === length ? held : held.slice(0, length);
  }

  #grow(needed: number): void {
    const doubled = Math.min(2 * this.#held.length, this.#maxBytes);
    const grown = new Uint8Array(Math.max(needed, doubled, Math.min(MIN_HELD, this.#maxBytes)));
    grown.set(this.#held.subarray(0, this.#length));
    this.#held = grown;
  }
}

/** The whole of `body`. Throws {@link TooManyBytes}, and cancels the rest, as soon as there is more. */
export async function readBounded(
  body: ReadableStream<Uint8Array> | null,
  maxBytes: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new BoundedBytes(maxBytes);
  const reader = body?.getReader();
  for (let read = await reader?.read(); read && !read.done; read = await reader?.read()) {
    try {
      bytes.push(read.value);
    } catch (error) {
      await reader?.cancel().catch(() => {});
      throw error;
    }
  }
  return bytes.take();
}
