/** Cuts a stream of bytes into lines without ever holding more than one bounded line. */

import { BoundedBytes } from "../base/bounded_bytes.ts";

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
const NEWLINE = 10;

/** What happens to a line that is longer than the limit. */
export type LongLine = "throw" | "cut";

/** Feeds bytes in, gives whole lines out, without their line break. */
export class LineSplitter {
  readonly #maxBytes: number;
  readonly #longLine: LongLine;
  readonly #held: BoundedBytes;

  constructor(maxBytes: number, longLine: LongLine) {
    this.#maxBytes = maxBytes;
    this.#longLine = longLine;
    this.#held = new BoundedBytes(maxBytes);
  }

  /** The lines completed by `chunk`. With `throw`, a line over the limit is a `RangeError`. */
  push(chunk: Uint8Array): string[] {
    const lines: string[] = [];
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
      this.#keep(chunk.subarray(start, end));
      lines.push(this.#take());
      start = end + 1;
    }
    this.#keep(chunk.subarray(start));
    return lines;
  }

  /** What is left after the last line break, if anything. */
  flush(): string[] {
    return this.#held.length === 0 ? [] : [this.#take()];
  }

  #keep(part: Uint8Array): void {
    const room = this.#maxBytes - this.#held.length;
    if (part.length > room && this.#longLine === "throw") {
      throw new RangeError(`Cannot read the line: it is longer than ${this.#maxBytes} bytes`);
    }
    this.#held.push(part.length > room ? part.subarray(0, room) : part);
  }

  #take(): string {
    const text = decoder.decode(this.#held.take());
    return text.endsWith("\r") ? text.slice(0, -1) : text;
  }
}
