/**
 * The bytes of an HTTP answer, let through one whole message at a time, so that none that is too long or
 * has too much in it is read by the client, which parses what it is given and keeps each piece of it: a
 * document at its end, an event stream event by event.
 */

import { BoundedBytes } from "../base/bounded_bytes.ts";
import { EXCESS_FREE_LENGTH, findExcess } from "../base/json_extent.ts";
import { MessageMeter } from "./message_meter.ts";
import { readMessage } from "./read_message.ts";

const LF = 10;
const CR = 13;
const NOTHING = new Uint8Array(0);

/** What an answer is made of: one JSON text, a stream of events, or something the client does not parse. */
export type AnswerKind = "json" | "events" | "other";

/** The kind that a content type names, read as the client reads it. */
export function answerKind(contentType: string | null): AnswerKind {
  const [essence = ""] = (contentType ?? "").split(";", 1).map((part) => part.trim().toLowerCase());
  if (essence === "text/event-stream") return "events";
  return essence.includes("json") ? "json" : "other";
}

/** Collects the bytes of one answer. */
export class WholeMessages {
  readonly #kind: AnswerKind;
  readonly #maxBytes: number;
  readonly #held = new BoundedBytes(Infinity);
  readonly #meter = new MessageMeter();
  /** Of the message being received. */
  #bytes = 0;
  #lineBytes = 0;
  #isAfterCr = false;

  /** `maxBytes` bounds one message; an answer that is no event stream is one. */
  constructor(kind: AnswerKind, maxBytes: number) {
    this.#kind = kind;
    this.#maxBytes = maxBytes;
  }

  /** What `chunk` completes, or nothing. A `RangeError` when one message has become too much. */
  push(chunk: Uint8Array): Uint8Array {
    if (this.#kind === "events") return this.#pushEvents(chunk);
    this.#measure(chunk);
    // SAFETY: what the client does not parse it may still read to its end: it is bounded in sum
    // (test/unit/mcp/http_transport_test.ts).
    if (this.#kind === "other") return chunk.slice();
    this.#held.push(chunk);
    return NOTHING;
  }

  /** What has come of the last message, which is over. */
  end(): Uint8Array {
    const held = this.#held.take();
    const isLong = held.length > EXCESS_FREE_LENGTH;
    this.#bytes = 0;
    this.#meter.reset();
    return isLong ? this.#checked(held) : held;
  }

  #pushEvents(chunk: Uint8Array): Uint8Array {
    const ready = new BoundedBytes(Infinity);
    // Messages from `first` to `from` are whole; what is behind `from` belongs to the one that goes on.
    let [first, from, line] = [0, 0, 0];
    for (let at = 0; at < chunk.length; at += 1) {
      const byte = chunk[at]!;
      if (byte !== LF && byte !== CR) continue;
      this.#measure(chunk.subarray(line, at));
      this.#lineBytes += at - line;
      line = at + 1;
      const isOver = this.#endLine(byte);
      // The second half of a line's end is not the beginning of a message.
      if (isOver === undefined ? at !== from || this.#held.length > 0 : !isOver) continue;
      if (this.#held.length > 0 || line - from > EXCESS_FREE_LENGTH) {
        ready.push(chunk.subarray(first, from));
        this.#held.push(chunk.subarray(from, line));
        ready.push(this.end());
        first = line;
      }
      this.#bytes = 0;
      from = line;
    }
    this.#measure(chunk.subarray(line));
    this.#lineBytes += chunk.length - line;
    ready.push(chunk.subarray(first, from));
    this.#held.push(chunk.subarray(from));
    return ready.take();
  }

  /** Whether a message ends with the line: one that is empty; undefined for the second half of an end. */
  #endLine(byte: number): boolean | undefined {
    const isRest = byte === LF && this.#isAfterCr && this.#lineBytes === 0;
    this.#isAfterCr = byte === CR;
    if (isRest) return undefined;
    const isEmpty = this.#lineBytes === 0;
    this.#lineBytes = 0;
    this.#bytes += 1;
    if (isEmpty) this.#meter.reset();
    else this.#meter.endLine();
    return isEmpty;
  }

  #measure(part: Uint8Array): void {
    if (part.length === 0) return;
    this.#isAfterCr = false;
    this.#bytes += part.length;
    if (this.#bytes > this.#maxBytes) {
      throw new RangeError(`Cannot read the answer: it is longer than ${this.#maxBytes} bytes`);
    }
    this.#meter.measure(part);
  }

  #checked(held: Uint8Array): Uint8Array {
    const isEvent = this.#kind === "events";
    const whole = new TextDecoder().decode(held);
    const text = isEvent ? dataOf(whole) : whole;
    const excess = findExcess(text);
    if (excess === undefined) return held;
    const refusal = readMessage(text);
    if (refusal === undefined) throw new RangeError(`Cannot read the answer: ${excess.reason}`);
    const json = JSON.stringify(refusal);
    return new TextEncoder().encode(isEvent ? `event: message\ndata: ${json}\n\n` : json);
  }
}

/** The data of an event. */
function dataOf(event: string): string {
  return event.split(/\r\n|\r|\n/).filter((line) => line.startsWith("data:"))
    .map((line) => line.slice("data:".length)).join("\n");
}
