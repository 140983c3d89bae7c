/**
 * The lines of an event stream as the client is to see them: those of fields that mean something, each
 * ended by LF, and the empty ones that end an event. What ends with CR the client holds back until more
 * comes, and reads in quadratic time; for each line that is no field it builds an error.
 */

import { BoundedBytes } from "../base/bounded_bytes.ts";

const LF = 10;
const CR = 13;
const COLON = 58;
const LINE_END = Uint8Array.of(LF);
const NOTHING = new Uint8Array(0);
/** May stand at the beginning of the stream. */
const MARK = Uint8Array.of(0xef, 0xbb, 0xbf);
/** Fields by the first byte of their names. */
const FIELDS: ReadonlyMap<number | undefined, Uint8Array> = new Map(
  ["data", "event", "id", "retry"].map((
    name,
  ) => [name.charCodeAt(0), new TextEncoder().encode(name)]),
);
/** By so many bytes every line is told: the mark, the longest name and what is behind it. */
const TELLING_BYTES = 3 + 5 + 1;

/** Reads the lines of one stream. */
export class EventLines {
  readonly #seen = new BoundedBytes(Infinity);
  #line: "beginning" | "kept" | "dropped" = "beginning";
  /** Of a line that is not told yet. */
  #beginning: Uint8Array = NOTHING;
  #isFirst = true;
  #isAfterCr = false;
  #isInEvent = false;

  /** What of `chunk` the client is to see. */
  push(chunk: Uint8Array): Uint8Array {
    let [cr, lf] = [-1, -1];
    for (let at = 0; at < chunk.length;) {
      // Looked for only when it has been passed, so that no byte is looked at again and again.
      if (cr < at) cr = placeOf(CR, chunk, at);
      if (lf < at) lf = placeOf(LF, chunk, at);
      const end = Math.min(cr, lf);
      if (at < end) this.#take(chunk, at, end);
      if (end < chunk.length) this.#endLine(end === cr);
      at = end + 1;
    }
    // Not a view, which would keep the whole chunk.
    this.#beginning = this.#beginning.slice();
    return this.#seen.take();
  }

  #take(chunk: Uint8Array, from: number, end: number): void {
    this.#isAfterCr = false;
    if (this.#line === "dropped") return;
    const isBegun = this.#line === "kept" || this.#beginning.length > 0 || this.#isFirst;
    // Most of what means nothing is told by its first byte.
    if (!isBegun && !FIELDS.has(chunk[from])) return void (this.#line = "dropped");
    const part = chunk.subarray(from, end);
    if (this.#line === "kept") return this.#seen.push(part);
    this.#beginning = joined(this.#beginning, part);
    if (this.#beginning.length >= TELLING_BYTES) this.#tell();
  }

  #tell(): void {
    const hasMark = this.#isFirst && startsWith(this.#beginning, MARK);
    const line = hasMark ? this.#beginning.subarray(MARK.length) : this.#beginning;
    this.#beginning = NOTHING;
    if (hasMark && line.length === 0) return;
    this.#line = isField(line) ? "kept" : "dropped";
    if (this.#line === "kept") this.#seen.push(line);
  }

  #endLine(isCr: boolean): void {
    const isRest = this.#isAfterCr && !isCr;
    this.#isAfterCr = isCr;
    if (isRest) return;
    if (this.#beginning.length > 0) this.#tell();
    const isEmpty = this.#line === "beginning";
    if (this.#line === "kept" || isEmpty && this.#isInEvent) this.#seen.push(LINE_END);
    this.#isInEvent = !isEmpty && (this.#isInEvent || this.#line === "kept");
    this.#line = "beginning";
    this.#isFirst = false;
  }
}

function placeOf(byte: number, chunk: Uint8Array, from: number): number {
  const at = chunk.indexOf(byte, from);
  return at === -1 ? chunk.length : at;
}

function joined(beginning: Uint8Array, part: Uint8Array): Uint8Array {
  if (beginning.length === 0) return part;
  const whole = new Uint8Array(beginning.length + part.length);
  whole.set(beginning);
  whole.set(part, beginning.length);
  return whole;
}

/** Whether a line is a field: its name alone, or with a value. */
function isField(line: Uint8Array): boolean {
  const name = FIELDS.get(line[0]);
  return name !== undefined && startsWith(line, name) &&
    (line.length === name.length || line[name.length] === COLON);
}

function startsWith(bytes: Uint8Array, start: Uint8Array): boolean {
  for (let at = 0; at < start.length; at += 1) if (bytes[at] !== start[at]) return false;
  return true;
}
