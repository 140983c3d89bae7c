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

/** The kind that a content type names. */
export function answerKind(contentType: string | null): AnswerKind {
  if (contentType?.includes("text/event-stream")) return "events";
  return contentType?.includes("json") ? "json" : "other";
}

/** Collects the bytes of one answer. */
export class WholeMessages {
  readonly #kind: AnswerKind;
  readonly #maxBytes: number;
  readonly #held = new BoundedBytes(Infinity);
  readonly #meter = new MessageMeter();
  #lineBytes = 0;
  #isAfterCr = false;

  /** `maxBytes` bounds one message. */
  constructor(kind: AnswerKind, maxBytes: number) {
    this.#kind = kind;
    this.#maxBytes = maxBytes;
  }

  /** What `chunk` completes, or nothing. A `RangeError` when one message has become too much. */
  push(chunk: Uint8Array): Uint8Array {
    if (this.#kind === "events") return this.#pushEvents(chunk);
    this.#hold(chunk);
    return this.#kind === "json" ? NOTHING : this.end();
  }

  /** What has come of the last message, which is over. */
  end(): Uint8Array {
    const held = this.#held.take();
    this.#meter.reset();
    const isLong = held.length > EXCESS_FREE_LENGTH;
    return isLong && this.#kind !== "other" ? this.#checked(held) : held;
  }

  #pushEvents(chunk: Uint8Array): Uint8Array {
    const ready = new BoundedBytes(Infinity);
    let from = 0;
    for (let at = 0; at < chunk.length; at += 1) {
      const end = this.#takeByte(chunk[at]!);
      if (end === undefined) continue;
      // The second half of a line's end is not the beginning of a message.
      const isRest = end === "rest" && at === from && this.#held.length === 0;
      this.#hold(chunk.subarray(from, at + 1));
      this.#meter.endLine();
      from = at + 1;
      if (end === "message" || isRest) ready.push(this.end());
    }
    this.#hold(chunk.subarray(from));
    return ready.take();
  }

  /** What ends with a byte: an empty line ends a message. */
  #takeByte(byte: number): "message" | "line" | "rest" | undefined {
    const isRest = byte === LF && this.#isAfterCr;
    this.#isAfterCr = byte === CR;
    if (isRest) return "rest";
    if (byte !== LF && byte !== CR) {
      this.#lineBytes += 1;
      return undefined;
    }
    const isEmpty = this.#lineBytes === 0;
    this.#lineBytes = 0;
    return isEmpty ? "message" : "line";
  }

  #hold(part: Uint8Array): void {
    if (this.#held.length + part.length > this.#maxBytes) {
      throw new RangeError(`Cannot read the answer: it is longer than ${this.#maxBytes} bytes`);
    }
    this.#meter.measure(part);
    this.#held.push(part);
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
