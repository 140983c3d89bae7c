/**
 * The bytes of an HTTP answer, let through one whole message at a time, so that none that is too long or
 * has too much in it is read by the client, which parses what it is given and keeps each piece of it: a
 * document at its end, an event stream event by event, without what means nothing in it.
 */

import { BoundedBytes } from "../base/bounded_bytes.ts";
import { EXCESS_FREE_LENGTH, findExcess } from "../base/json_extent.ts";
import { EventLines } from "./event_lines.ts";
import { MessageMeter } from "./message_meter.ts";
import { readMessage } from "./read_message.ts";

/** Lines of one event: the client puts their data together one by one. */
const MAX_EVENT_LINES = 100_000;

const LF = 10;
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
  readonly #eventLines = new EventLines();
  /** Of the message being received. */
  #bytes = 0;
  #lines = 0;
  #isInLine = false;

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
    const seen = this.#eventLines.push(chunk);
    const ready = new BoundedBytes(Infinity);
    // Messages from `first` to `from` are whole; what is behind `from` belongs to the one that goes on.
    let [first, from, line] = [0, 0, 0];
    for (let at = seen.indexOf(LF); at !== -1; at = seen.indexOf(LF, line)) {
      this.#measure(seen.subarray(line, at));
      line = at + 1;
      if (!this.#endLine()) continue;
      if (this.#held.length > 0 || line - from > EXCESS_FREE_LENGTH) {
        ready.push(seen.subarray(first, from));
        this.#held.push(seen.subarray(from, line));
        ready.push(this.end());
        first = line;
      }
      this.#bytes = 0;
      from = line;
    }
    this.#measure(seen.subarray(line));
    ready.push(seen.subarray(first, from));
    this.#held.push(seen.subarray(from));
    return ready.take();
  }

  /** Whether a message ends with the line: one that is empty. */
  #endLine(): boolean {
    const isEmpty = !this.#isInLine;
    this.#isInLine = false;
    this.#bytes += 1;
    this.#lines = isEmpty ? 0 : this.#lines + 1;
    if (isEmpty) this.#meter.reset();
    else this.#meter.endLine();
    if (this.#lines <= MAX_EVENT_LINES) return isEmpty;
    throw new RangeError(`Cannot read the answer: an event has more than ${MAX_EVENT_LINES} lines`);
  }

  #measure(part: Uint8Array): void {
    if (part.length === 0) return;
    this.#isInLine = true;
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
  return event.split("\n").filter((line) => line.startsWith("data:"))
    .map((line) => line.slice("data:".length)).join("\n");
}
