/**
 * Frames as lines. A guest's frame is `\n<nonce> <json>\n`: the newline in front ends whatever else was
 * written before it, so that stray bytes cost a line of their own and never a frame; the nonce tells
 * frames from stray lines. Built-ins are captured, since the guest's side reads with this too; even
 * the `length` of bytes, which a program can replace by a getter that is handed them.
 */

import {
  charCodeAt,
  NativeUint8Array,
  slice,
  startsWith,
  typedArrayByteLength as lengthOf,
  uncurryThis,
  viewBytes,
} from "./primordials.ts";

const NEWLINE = 10;

const decoder = new TextDecoder();
const decode = uncurryThis(TextDecoder.prototype.decode);
const indexOfByte = uncurryThis(Uint8Array.prototype.indexOf);
const copyInto = uncurryThis(Uint8Array.prototype.set);

/** The line that carries a guest's frame. */
export function toGuestLine(nonce: string, json: string): string {
  return `\n${nonce} ${json}\n`;
}

/** The JSON of a guest's line, or `undefined` when the line does not carry the nonce. */
export function openGuestLine(nonce: string, line: string): string | undefined {
  return startsWith(line, nonce) && charCodeAt(line, nonce.length) === 32
    ? slice(line, nonce.length + 1)
    : undefined;
}

/** Takes one line without its end, and its size in bytes. */
export type TakeLine = (line: string, bytes: number) => void;

/** Cuts a stream of bytes into lines of bounded size. Empty lines are skipped. */
export class LineSplitter {
  readonly #maxBytes: number;
  #held: Uint8Array | undefined;
  #heldBytes = 0;

  /** `maxBytes` bounds one line, and so what is held. */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Gives every line that `chunk` completes; false when a line is larger than allowed. */
  push(chunk: Uint8Array, take: TakeLine): boolean {
    let from = 0;
    for (;;) {
      const end = indexOfByte(chunk, NEWLINE, from);
      if (end < 0) return this.#hold(viewBytes(chunk, from));
      if (this.#heldBytes + end - from > this.#maxBytes) return false;
      this.#give(viewBytes(chunk, from, end), take);
      from = end + 1;
    }
  }

  #hold(rest: Uint8Array): boolean {
    const needed = this.#heldBytes + lengthOf(rest);
    if (needed > this.#maxBytes) return false;
    if (lengthOf(rest) === 0) return true;
    const held = this.#roomFor(needed);
    copyInto(held, rest, this.#heldBytes);
    this.#heldBytes = needed;
    return true;
  }

  /** The buffer of held bytes, grown by doubling so that many small chunks cost linear time. */
  #roomFor(bytes: number): Uint8Array {
    const held = this.#held;
    if (held !== undefined && lengthOf(held) >= bytes) return held;
    const grown = new NativeUint8Array(bytes > 4096 ? bytes * 2 : 8192);
    if (held !== undefined) copyInto(grown, viewBytes(held, 0, this.#heldBytes));
    this.#held = grown;
    return grown;
  }

  #give(tail: Uint8Array, take: TakeLine): void {
    let line = tail;
    if (this.#heldBytes > 0) {
      this.#hold(tail);
      line = viewBytes(this.#held!, 0, this.#heldBytes);
      this.#heldBytes = 0;
      if (lengthOf(this.#held!) > 65_536) this.#held = undefined;
    }
    const bytes = lengthOf(line);
    if (bytes === 0) return;
    take(decode(decoder, line), bytes);
  }
}
