/**
 * Measures the text of a message before it is read. Bytes alone say little of what it costs: sixteen
 * million of them hold five million objects, or are nested so deep that reading them takes seconds.
 */

/** Bytes of one message from a server, over any transport. */
export const MAX_MESSAGE_BYTES: number = 16 * 1024 * 1024;

/** Levels of objects and arrays in one message. */
export const MAX_MESSAGE_NESTING = 10_000;

/** What one message may weigh. */
export const MAX_MESSAGE_WEIGHT: number = 128 * 1024 * 1024;

/** Bytes of memory that an object or an array takes besides what is in it, and a place in one. */
export const OBJECT_WEIGHT = 64;
export const PLACE_WEIGHT = 8;

/** Why a message was given up, as {@link MessageMeter.measure} and whoever counts bytes put it. */
const TOO_MUCH =
  /: it (is longer than \d+ bytes|is nested deeper than \d+ levels|has too many values)/;

const QUOTE = 0x22;
const COMMA = 0x2c;
const BACKSLASH = 0x5c;
/** Set, it makes a square bracket a curly one. */
const CURLY_BIT = 0x20;
const OPENING = 0x7b;
const CLOSING = 0x7d;

/** Measures one message after the other, in parts. */
export class MessageMeter {
  #nesting = 0;
  #weight = 0;
  #inString = false;
  #isEscaped = false;

  /** Adds the next bytes of the message; a `RangeError` when it has become too much. */
  measure(part: Uint8Array): void {
    this.#weight += part.length;
    for (let at = 0; at < part.length; at += 1) {
      if (this.#inString) at = this.#skipString(part, at);
      else this.#count(part[at]!);
    }
    if (this.#weight > MAX_MESSAGE_WEIGHT) throw tooMuch("it has too many values");
  }

  /** What follows is another line of the message: no string goes on. */
  endLine(): void {
    this.#inString = this.#isEscaped = false;
  }

  /** What follows is another message. */
  reset(): void {
    this.endLine();
    this.#nesting = this.#weight = 0;
  }

  #count(byte: number): void {
    if (byte === QUOTE) this.#inString = true;
    else if (byte === COMMA) this.#weight += PLACE_WEIGHT;
    // What is closed without having been opened makes no room.
    else if ((byte | CURLY_BIT) === CLOSING) this.#nesting = Math.max(0, this.#nesting - 1);
    else if ((byte | CURLY_BIT) === OPENING) {
      this.#weight += OBJECT_WEIGHT;
      this.#nesting += 1;
      if (this.#nesting <= MAX_MESSAGE_NESTING) return;
      throw tooMuch(`it is nested deeper than ${MAX_MESSAGE_NESTING} levels`);
    }
  }

  /** The place of the quote that ends the string, or of the last byte when it goes on. */
  #skipString(part: Uint8Array, from: number): number {
    for (let start = from;;) {
      const quote = part.indexOf(QUOTE, start);
      const end = quote === -1 ? part.length : quote;
      let first = end;
      while (first > start && part[first - 1] === BACKSLASH) first -= 1;
      const carried = first === start && this.#isEscaped ? 1 : 0;
      this.#isEscaped = (end - first + carried) % 2 === 1;
      if (quote === -1) return part.length - 1;
      if (!this.#isEscaped) {
        this.#inString = false;
        return quote;
      }
      this.#isEscaped = false;
      start = quote + 1;
    }
  }
}

/** A `RangeError` when a whole message is too much. */
export function assertReadable(text: string): void {
  // What is this short can be neither too deep nor too heavy.
  if (text.length <= MAX_MESSAGE_NESTING) return;
  new MessageMeter().measure(new TextEncoder().encode(text));
}

/** What of a message was too much, for whoever waits for it; undefined when it was something else. */
export function readTooMuch(reason: string): string | undefined {
  const what = TOO_MUCH.exec(reason)?.[1];
  return what && `because a message ${what.replace(/^is /, "was ").replace(/^has /, "had ")}`;
}

function tooMuch(what: string): RangeError {
  return new RangeError(`Cannot read the message: ${what}`);
}
