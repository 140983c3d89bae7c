/**
 * The bytes of an answer, measured and passed on a message at a time. What reads them keeps each piece it
 * is given, so small pieces are put together first: a document at its end, an event stream event by
 * event.
 */

import { BoundedBytes } from "../base/bounded_bytes.ts";
import { MessageMeter } from "./message_meter.ts";

const LF = 10;
const CR = 13;
const NONE = new Uint8Array(0);

/** Collects the bytes of one answer. */
export class WholeMessages {
  readonly #isStream: boolean;
  readonly #maxBytes: number;
  readonly #held = new BoundedBytes(Infinity);
  readonly #message = new MessageMeter();
  /** Of the message being received. */
  #bytes = 0;
  #lineBytes = 0;
  #isAfterCr = false;

  /** `maxBytes` bounds one message; an answer that is no event stream is one. */
  constructor(isStream: boolean, maxBytes: number) {
    this.#isStream = isStream;
    this.#maxBytes = maxBytes;
  }

  /** What `chunk` completes, or nothing. Throws a `RangeError` when one message has become too much. */
  push(chunk: Uint8Array): Uint8Array {
    const end = this.#isStream ? this.#measureLines(chunk) : this.#add(chunk);
    if (end === 0) {
      this.#held.push(chunk);
      return NONE;
    }
    this.#held.push(chunk.subarray(0, end));
    const whole = this.#held.take();
    this.#held.push(chunk.subarray(end));
    return whole;
  }

  /** What came after the last complete message. */
  rest(): Uint8Array {
    return this.#held.take();
  }

  /** Where the last event ends in `chunk`; 0 where none does. */
  #measureLines(chunk: Uint8Array): number {
    let [end, start] = [0, 0];
    for (let at = 0; at < chunk.length; at += 1) {
      const byte = chunk[at];
      if (byte !== LF && byte !== CR) continue;
      this.#add(chunk.subarray(start, at));
      start = at + 1;
      const isSecond = byte === LF && this.#isAfterCr && this.#lineBytes === 0;
      this.#isAfterCr = byte === CR;
      const isEnd = isSecond ? this.#bytes === 0 : this.#endLine();
      if (isEnd) end = start;
    }
    this.#add(chunk.subarray(start));
    return end;
  }

  /** Whether an event ends: with an empty line. */
  #endLine(): boolean {
    const isEmpty = this.#lineBytes === 0;
    this.#lineBytes = 0;
    this.#bytes = isEmpty ? 0 : this.#bytes + 1;
    if (isEmpty) this.#message.reset();
    else this.#message.endLine();
    return isEmpty;
  }

  #add(part: Uint8Array): 0 {
    this.#lineBytes += part.length;
    this.#bytes += part.length;
    if (this.#bytes > this.#maxBytes) {
      throw new RangeError(`Cannot read the answer: it is longer than ${this.#maxBytes} bytes`);
    }
    this.#message.measure(part);
    return 0;
  }
}
