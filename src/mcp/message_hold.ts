/**
 * Bytes of an HTTP answer, let through one whole message at a time, so that none that is too long or
 * has too much in it is read by the client, which parses what it is given.
 */

import { Buffer } from "node:buffer";
import { EXCESS_FREE_LENGTH, findExcess } from "../base/json_extent.ts";
import { readMessage } from "./read_message.ts";

const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;

/** What an answer is made of: one JSON text, a stream of events, or something the client does not parse. */
export type AnswerKind = "json" | "events" | "other";

/** The kind that a content type names. */
export function answerKind(contentType: string | null): AnswerKind {
  if (contentType?.includes("text/event-stream")) return "events";
  return contentType?.includes("json") ? "json" : "other";
}

/** Holds what has come of a message until it has ended. */
export class MessageHold {
  readonly #kind: AnswerKind;
  readonly #maxBytes: number;
  #held: Uint8Array[] = [];
  #bytes = 0;
  #lineBytes = 0;
  #isAfterReturn = false;

  constructor(kind: AnswerKind, maxBytes: number) {
    this.#kind = kind;
    this.#maxBytes = maxBytes;
  }

  /** What may be read once `chunk` has come. A message over the bound is a `RangeError`. */
  push(chunk: Uint8Array): Uint8Array[] {
    if (this.#kind === "events") return this.#pushEvents(chunk);
    this.#hold(chunk);
    if (this.#kind === "json") return [];
    const held = this.#held;
    this.#held = [];
    return held;
  }

  /** What is left at the end of the answer. */
  end(): Uint8Array[] {
    const held = this.#held;
    const isLong = this.#bytes > EXCESS_FREE_LENGTH;
    this.#held = [];
    this.#bytes = 0;
    return isLong && this.#kind !== "other" ? this.#checked(held) : held;
  }

  #pushEvents(chunk: Uint8Array): Uint8Array[] {
    const ready: Uint8Array[] = [];
    let from = 0;
    for (let at = 0; at < chunk.length; at += 1) {
      const end = this.#takeByte(chunk[at]!);
      // The second half of a line's end is not the beginning of a message.
      const isRest = end === "rest" && at === from && this.#held.length === 0;
      if (end !== "message" && !isRest) continue;
      this.#hold(chunk.subarray(from, at + 1));
      ready.push(...this.end());
      from = at + 1;
    }
    this.#hold(chunk.subarray(from));
    return ready;
  }

  /** What ends with a byte: an empty line ends a message. */
  #takeByte(byte: number): "message" | "line" | "rest" | undefined {
    const isRest = byte === LINE_FEED && this.#isAfterReturn;
    this.#isAfterReturn = byte === CARRIAGE_RETURN;
    if (isRest) return "rest";
    if (byte !== LINE_FEED && byte !== CARRIAGE_RETURN) {
      this.#lineBytes += 1;
      return undefined;
    }
    const isEmpty = this.#lineBytes === 0;
    this.#lineBytes = 0;
    return isEmpty ? "message" : "line";
  }

  #hold(part: Uint8Array): void {
    if (part.length === 0) return;
    this.#bytes += part.length;
    if (this.#bytes > this.#maxBytes) {
      throw new RangeError(`Cannot read the answer: it is longer than ${this.#maxBytes} bytes`);
    }
    this.#held.push(part);
  }

  #checked(held: Uint8Array[]): Uint8Array[] {
    const isEvent = this.#kind === "events";
    const whole = Buffer.concat(held).toString("utf8");
    const text = isEvent ? dataOf(whole) : whole;
    const excess = findExcess(text);
    if (excess === undefined) return held;
    const refusal = readMessage(text);
    if (refusal === undefined) throw new RangeError(`Cannot read the answer: ${excess.reason}`);
    const json = JSON.stringify(refusal);
    return [Buffer.from(isEvent ? `event: message\ndata: ${json}\n\n` : json)];
  }
}

/** The data of an event. */
function dataOf(event: string): string {
  return event.split(/\r\n|\r|\n/).filter((line) => line.startsWith("data:"))
    .map((line) => line.slice("data:".length)).join("\n");
}
