/**
 * The tagged form of values that JSON lacks: `{ "$type": type, "value": … }`. `value` is, for
 * `undefined`, `hole`: absent · `number`: `NaN`, `Infinity`, `-Infinity`, `-0` · `bigint`: decimal or
 * `0x…` · `Date`: ISO text or null when invalid · `Map`: pairs · `Set`: items · `Error`: a wire
 * error · `RegExp`: `[source, flags]` · `URL`: its text · `ArrayBuffer`, `DataView` and the typed
 * arrays: base64 of the bytes in view · `Object`: the properties of an object that owns `$type`.
 * Tagged text that fits none of these is read as the plain object it is.
 */

import { slice, stringifyJson } from "./primordials.ts";

/** The property that marks a tagged value. */
export const TAG = "$type";

/** Where a value was found. Printed only when a message needs it. */
export interface Path {
  readonly parent: Path | undefined;
  readonly key: string | number;
}

/** The place that messages call `name`. */
export function rootPath(name: string): Path {
  return { parent: undefined, key: name };
}

/** The place of a property or an index of what is at `parent`. */
export function childPath(parent: Path, key: string | number): Path {
  return { parent, key };
}

/** Characters of a path that are told, and of one name in it. */
const MAX_PATH = 200;
const MAX_KEY = 100;

/** A path as a program writes it: `result.items[3]["a b"]`; of a long one the middle is left out. */
export function printPath(path: Path): string {
  let text = "";
  let at = path;
  // What is far from both ends of a long path is never printed: names may be megabytes.
  while (at.parent !== undefined && text.length <= MAX_PATH) {
    text = printStep(at.key) + text;
    at = at.parent;
  }
  if (at.parent === undefined) return shorten(at.key + text, MAX_PATH);
  return shorten(printStart(at) + text, MAX_PATH);
}

/** The first steps of a long path. */
function printStart({ parent, key }: Path): string {
  if (parent === undefined) return `${key}`;
  const start = printStart(parent);
  return start.length > MAX_PATH ? start : start + printStep(key);
}

function printStep(key: string | number): string {
  if (typeof key === "number") return `[${key}]`;
  return isIdentifier(key) ? `.${key}` : `[${stringifyJson(shorten(key, MAX_KEY))}]`;
}

/** The beginning and the end of a long text. */
export function shorten(text: string, maxLength: number): string {
  if (text.length <= maxLength) return text;
  const half = maxLength / 2;
  return `${slice(text, 0, half)}…${slice(text, text.length - half)}`;
}

/** Letters, digits, `_` and `$`, without a digit in front; compares characters to avoid RegExp. */
function isIdentifier(key: string): boolean {
  if (key.length === 0 || key.length > 64) return false;
  for (let index = 0; index < key.length; index += 1) {
    const char = key[index]!;
    const isDigit = char >= "0" && char <= "9";
    const isWord = (char >= "a" && char <= "z") || (char >= "A" && char <= "Z") || char === "_" ||
      char === "$";
    if (!isWord && !(isDigit && index > 0)) return false;
  }
  return true;
}
