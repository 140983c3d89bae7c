/**
 * A text with its escapes undone, and where each of its characters stood: percent-encoding, the
 * escapes of JSON and JavaScript, and character references of HTML and XML. One layer at a time. Pure.
 */

/** A text, and for each of its code units and its end the place in the text it was made of. */
export interface Unescaped {
  readonly text: string;
  readonly starts: Uint32Array;
}

const PERCENT = 0x25;
const AMPERSAND = 0x26;
const BACKSLASH = 0x5c;

/** Units that are made a text at once. */
const PIECE = 4_096;

/** The text with one layer undone; nothing where there is none. */
export function unescapeOnce(text: string): Unescaped | undefined {
  if (!/[%&\\]/.test(text)) return undefined;
  const units = new Uint16Array(text.length);
  const starts = new Uint32Array(text.length + 1);
  let length = 0;
  let at = 0;
  while (at < text.length) {
    const escape = escapeAt(text, at);
    // Every escape has more units than what it stands for.
    for (let unit = 0; unit < (escape?.text.length ?? 1); unit += 1) {
      units[length] = escape === undefined ? text.charCodeAt(at) : escape.text.charCodeAt(unit);
      starts[length++] = at;
    }
    at += escape?.length ?? 1;
  }
  if (length === text.length) return undefined;
  starts[length] = text.length;
  return { text: toText(units.subarray(0, length)), starts: starts.subarray(0, length + 1) };
}

function toText(units: Uint16Array): string {
  const pieces: string[] = [];
  for (let at = 0; at < units.length; at += PIECE) {
    // Anything that is like an array can be the arguments; spread, they would be gone through one by one.
    const piece = units.subarray(at, at + PIECE) as unknown as number[];
    pieces.push(Reflect.apply(String.fromCharCode, undefined, piece));
  }
  return pieces.join("");
}

interface Escape {
  readonly text: string;
  /** Code units it takes. */
  readonly length: number;
}

function escapeAt(text: string, at: number): Escape | undefined {
  switch (text.charCodeAt(at)) {
    case PERCENT:
      return percentAt(text, at);
    case BACKSLASH:
      return backslashAt(text, at);
    case AMPERSAND:
      return referenceAt(text, at);
    default:
      return undefined;
  }
}

function percentAt(text: string, at: number): Escape | undefined {
  const first = byteAt(text, at);
  if (first === undefined) return undefined;
  const count = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc0 ? 2 : 1;
  if (count === 1) return { text: String.fromCharCode(first), length: 3 };
  try {
    return { text: decodeURIComponent(text.slice(at, at + 3 * count)), length: 3 * count };
  } catch {
    return { text: String.fromCharCode(first), length: 3 };
  }
}

function byteAt(text: string, at: number): number | undefined {
  return text.charCodeAt(at) === PERCENT ? hexOf(text.slice(at + 1, at + 3), 2) : undefined;
}

function backslashAt(text: string, at: number): Escape | undefined {
  const letter = text[at + 1];
  if (letter === undefined) return undefined;
  const digits = letter === "u" ? 4 : letter === "x" ? 2 : 0;
  if (digits === 0) return { text: NAMED.get(letter) ?? letter, length: 2 };
  const unit = hexOf(text.slice(at + 2, at + 2 + digits), digits);
  return unit === undefined ? undefined : { text: String.fromCharCode(unit), length: 2 + digits };
}

const NAMED: ReadonlyMap<string, string> = new Map([
  ["b", "\b"],
  ["f", "\f"],
  ["n", "\n"],
  ["r", "\r"],
  ["t", "\t"],
]);

const REFERENCE = /&(?:#([0-9]{1,10})|#[xX]([0-9a-fA-F]{1,8})|(amp|lt|gt|quot|apos));/y;

function referenceAt(text: string, at: number): Escape | undefined {
  REFERENCE.lastIndex = at;
  const found = REFERENCE.exec(text);
  if (found === null) return undefined;
  const [whole, decimal, hex, name] = found;
  const length = whole.length;
  if (name !== undefined) return { text: ENTITIES.get(name) ?? "", length };
  const point = decimal === undefined ? Number.parseInt(hex ?? "", 16) : Number(decimal);
  return point > 0x10ffff ? undefined : { text: String.fromCodePoint(point), length };
}

const ENTITIES: ReadonlyMap<string, string> = new Map([
  ["amp", "&"],
  ["lt", "<"],
  ["gt", ">"],
  ["quot", '"'],
  ["apos", "'"],
]);

function hexOf(digits: string, count: number): number | undefined {
  return digits.length === count && /^[0-9a-fA-F]+$/.test(digits)
    ? Number.parseInt(digits, 16)
    : undefined;
}
