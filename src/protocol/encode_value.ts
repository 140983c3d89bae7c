/**
 * Values of a guest or a tool → JSON that loses nothing worth keeping. Plain JSON stays as it is;
 * everything richer becomes `{ "$type": …, "value": … }` (see `value_tags.ts`). Works beside hostile
 * code: built-ins are captured, `toJSON` is never called, and what is encoded is a copy of what was
 * read once, so getters and Proxies that throw or answer anew later cannot break its printing.
 */

import { encodeRichObject } from "./encode_rich.ts";
import {
  append,
  assertDepth,
  encodeProperties,
  type Encoder,
  MAX_NOTES,
  newList,
  readSafely,
  refusal,
  tagged,
  unsupported,
} from "./encoder.ts";
import type { WireValue } from "./frames.ts";
import { lengthOf, NOT_PLAIN, toPlainSafely } from "./plain_value.ts";
import {
  ArrayPrototype,
  asIntN,
  bigIntToString,
  getPrototypeOf,
  hasOwn,
  isArray,
  isFiniteNumber,
  isSame,
  NativeTypeError,
  ObjectPrototype,
  toText,
} from "./primordials.ts";
import { childPath, type Path, printPath, rootPath } from "./value_tags.ts";

/** Options of {@link encodeValue}. */
export interface EncodeOptions {
  /** Deepest nesting of the encoded form. @default 200 */
  readonly depth?: number;
  /** What messages call the value. @default "result" */
  readonly root?: string;
  /**
   * What happens to functions, symbols, promises and getters that throw. `note`: a nested one becomes
   * `undefined` and a note says so, one at the root is a TypeError. `refuse`: a TypeError anywhere.
   * @default "note"
   */
  readonly unsupported?: "note" | "refuse";
  /**
   * Gives a plain value back itself and not a copy, where printing it can harm nobody but whoever
   * made it: its members are read again then. Half the memory. @default false
   */
  readonly mayShare?: boolean;
}

/** An encoded value, and one sentence for each thing that was changed or left out. */
export interface EncodedValue {
  readonly wire: WireValue;
  readonly notes: readonly string[];
}

/**
 * Encodes any value. `JSON.stringify` of what comes back neither throws nor runs anybody's code.
 *
 * @throws {TypeError} for a cycle, for a function, symbol or promise at the root, and for whatever
 * `unsupported: "refuse"` refuses; the message names the path.
 * @throws {RangeError} when the encoded form would be nested deeper than `depth`.
 */
export function encodeValue(value: unknown, options: EncodeOptions = {}): EncodedValue {
  const depth = options.depth ?? 200;
  const bare = hasOwn(ObjectPrototype, "toJSON") || hasOwn(ArrayPrototype, "toJSON");
  const plain = bare ? NOT_PLAIN : toPlainSafely(value, depth, options.mayShare === true);
  if (plain !== NOT_PLAIN) return { wire: plain as WireValue, notes: [] };
  const root = options.root ?? "result";
  const encoder: Encoder = {
    depth,
    refuse: options.unsupported === "refuse",
    bare,
    notes: [],
    ancestors: [],
    paths: [],
    noted: 0,
    encode: (inner, path, nested) => encodeAny(encoder, inner, path, nested),
  };
  const wire = encodeAny(encoder, value, rootPath(root), 0);
  if (encoder.noted > MAX_NOTES) {
    append(encoder.notes, `${encoder.noted - MAX_NOTES} further notes left out`);
  }
  return { wire, notes: encoder.notes };
}

function encodeAny(
  encoder: Encoder,
  value: unknown,
  path: Path,
  depth: number,
): WireValue {
  switch (typeof value) {
    case "string":
    case "boolean":
      return value;
    case "number":
      return isFiniteNumber(value) && (value !== 0 || isSame(value, 0))
        ? value
        : tagged(encoder, "number", isSame(value, -0) ? "-0" : toText(value));
    case "bigint":
      return tagged(encoder, "bigint", printBigInt(value));
    case "undefined":
      return tagged(encoder, "undefined");
    case "object":
      return value === null ? null : encodeObject(encoder, value, path, depth);
    default:
      return unsupported(encoder, path, typeof value === "symbol" ? "a symbol" : "a function");
  }
}

/** Decimal where that is cheap; printing huge numbers in decimal takes quadratic time. */
function printBigInt(value: bigint): string {
  if (asIntN(256, value) === value) return bigIntToString(value);
  return value < 0n ? `-0x${bigIntToString(-value, 16)}` : `0x${bigIntToString(value, 16)}`;
}

function encodeObject(encoder: Encoder, value: object, path: Path, depth: number): WireValue {
  enter(encoder, value, path, depth + 1);
  const wire = readSafely(
    encoder,
    path,
    () =>
      isArray(value)
        ? encodeArray(encoder, value, path, depth)
        : isPlainPrototype(getPrototypeOf(value))
        ? encodeProperties(encoder, value, path, depth)
        : encodeRichObject(encoder, value, path, depth),
  );
  encoder.ancestors.length -= 1;
  encoder.paths.length -= 1;
  return wire;
}

function isPlainPrototype(prototype: unknown): boolean {
  return prototype === ObjectPrototype || prototype === null;
}

function enter(encoder: Encoder, value: object, path: Path, depth: number): void {
  const { ancestors, paths } = encoder;
  for (let index = 0; index < ancestors.length; index += 1) {
    if (ancestors[index] !== value) continue;
    throw refusal(
      NativeTypeError,
      `Cannot encode ${printPath(path)}: it closes a circle to ${printPath(paths[index]!)}`,
    );
  }
  assertDepth(encoder, path, depth);
  append(ancestors, value);
  append(paths, path);
}

function encodeArray(
  encoder: Encoder,
  value: readonly unknown[],
  path: Path,
  depth: number,
): WireValue {
  const wire = newList(encoder);
  const length = lengthOf(value);
  for (let index = 0; index < length; index += 1) {
    const item = hasOwn(value, index)
      ? encodeAny(encoder, value[index], childPath(path, index), depth + 1)
      : tagged(encoder, "hole");
    append(wire, item);
  }
  return wire;
}
