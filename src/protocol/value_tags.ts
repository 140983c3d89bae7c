/**
 * The tagged form of values that JSON lacks: `{ "$type": type, "value": … }`. `value` is, for
 * `undefined`, `hole`: absent · `number`: `NaN`, `Infinity`, `-Infinity`, `-0` · `bigint`: decimal or
 * `0x…` · `Date`: ISO text or null when invalid · `Map`: pairs · `Set`: items · `Error`: a wire
 * error · `RegExp`: `[source, flags]` · `URL`: its text · `ArrayBuffer`, `DataView` and the typed
 * arrays: base64 of the bytes in view · `Object`: the properties of an object that owns `$type`.
 * Tagged text that fits none of these is read as the plain object it is.
 */

import { stringifyJson } from "./primordials.ts";

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

/** A path as a program writes it: `result.items[3]["a b"]`. */
export function printPath(path: Path): string {
  let text = "";
  let at = path;
  while (at.parent !== undefined) {
    text = printStep(at.key) + text;
    at = at.parent;
  }
  return at.key + text;
}

function printStep(key: string | number): string {
  if (typeof key === "number") return `[${key}]`;
  return isIdentifier(key) ? `.${key}` : `[${stringifyJson(key)}]`;
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
