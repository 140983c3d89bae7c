/**
 * What one encoding of a value carries along, and the steps every kind of value shares: containers
 * that hostile prototypes cannot bend, depth, notes and refusals.
 */

import type { WireValue } from "./frames.ts";
import {
  ArrayPrototype,
  create,
  defineProperty,
  hasOwn,
  keysOf,
  NativeRangeError,
  NativeTypeError,
  setPrototypeOf,
  slice,
  uncurryThis,
} from "./primordials.ts";
import { childPath, type Path, printPath, TAG } from "./value_tags.ts";

/** Notes kept of one value; the rest are counted. */
export const MAX_NOTES = 16;

/** What one encoding carries along. */
export interface Encoder {
  readonly depth: number;
  readonly refuse: boolean;
  /** True when a prototype has been given `toJSON`, so that containers need a bare prototype. */
  readonly bare: boolean;
  readonly notes: string[];
  readonly ancestors: object[];
  readonly paths: Path[];
  noted: number;
  /** Encodes a value found at `path`, whose encoding is nested `depth` levels deep already. */
  encode(value: unknown, path: Path, depth: number): WireValue;
}

/** Throws when a container at `depth` would be nested too deep. */
export function assertDepth(encoder: Encoder, path: Path, depth: number): void {
  if (depth <= encoder.depth) return;
  const text = printPath(path);
  const shown = text.length > 80 ? `${slice(text, 0, 80)}…` : text;
  throw refusal(
    NativeRangeError,
    `Cannot encode ${shown}: nested deeper than ${encoder.depth} levels`,
  );
}

const UNREADABLE = "something that throws when it is read";

/** Marks errors of the encoder's own, which pass through {@link readSafely}. */
const REFUSALS = new WeakSet<object>();
const remember = uncurryThis(WeakSet.prototype.add);
const isRemembered = uncurryThis(WeakSet.prototype.has);

/** An error that ends the encoding. */
export function refusal<E extends object>(ErrorClass: new (message: string) => E, text: string): E {
  const error = new ErrorClass(text);
  remember(REFUSALS, error);
  return error;
}

/** Runs `read`, which touches guest objects; what a getter or a Proxy throws is a note. */
export function readSafely(encoder: Encoder, path: Path, read: () => WireValue): WireValue {
  const { length } = encoder.ancestors;
  try {
    return read();
  } catch (thrown) {
    if (typeof thrown === "object" && thrown !== null && isRemembered(REFUSALS, thrown)) {
      throw thrown;
    }
    encoder.ancestors.length = length;
    encoder.paths.length = length;
    return unsupported(encoder, path, UNREADABLE);
  }
}

/** Encodes own enumerable string-keyed properties, escaping objects that own the tag key. */
export function encodeProperties(
  encoder: Encoder,
  value: object,
  path: Path,
  depth: number,
): WireValue {
  const escaped = hasOwn(value, TAG);
  if (escaped) assertDepth(encoder, path, depth + 2);
  const inner = escaped ? depth + 2 : depth + 1;
  const wire = newRecord(encoder);
  const keys = keysOf(value);
  for (let index = 0; index < keys.length; index += 1) {
    const key = keys[index]!;
    const at = childPath(path, key);
    setOwn(wire, key, readProperty(encoder, value, key, at, inner));
  }
  return escaped ? tagged(encoder, "Object", wire) : wire;
}

function readProperty(
  encoder: Encoder,
  owner: object,
  key: string,
  path: Path,
  depth: number,
): WireValue {
  let value: unknown;
  try {
    value = (owner as Record<string, unknown>)[key];
  } catch {
    return unsupported(encoder, path, UNREADABLE);
  }
  return encoder.encode(value, path, depth);
}

/** The outcome for what cannot cross: a note and `undefined`, or a TypeError. */
export function unsupported(encoder: Encoder, path: Path, what: string): WireValue {
  if (encoder.refuse || encoder.ancestors.length === 0) {
    throw refusal(
      NativeTypeError,
      `Cannot encode ${printPath(path)}: ${what} cannot leave the sandbox`,
    );
  }
  note(encoder, `${printPath(path)}: ${what} cannot leave the sandbox; it became undefined`);
  return tagged(encoder, "undefined");
}

/** Keeps a note, or counts it when there are many. */
export function note(encoder: Encoder, text: string): void {
  encoder.noted += 1;
  if (encoder.noted <= MAX_NOTES) append(encoder.notes, text);
}

/** A tagged value. */
export function tagged(encoder: Encoder, type: string, value?: WireValue): WireValue {
  const wire = newRecord(encoder);
  setOwn(wire, TAG, type);
  if (value !== undefined) setOwn(wire, "value", value);
  return wire;
}

/** An empty list whose prototype nothing hostile has changed in a way JSON would notice. */
export function newList(encoder: Encoder): WireValue[] {
  const list: WireValue[] = [];
  if (encoder.bare) setPrototypeOf(list, null);
  return list;
}

/** An empty record, bare when needed. */
export function newRecord(encoder: Encoder): { [key: string]: WireValue } {
  return encoder.bare ? create(null) as { [key: string]: WireValue } : {};
}

/** Defines `key` as data, whatever setters the prototypes have and even when it is `__proto__`. */
export function setOwn(target: object, key: string | number, value: unknown): void {
  // Assigning is several times faster, and the same where nothing can be inherited.
  if (key in ArrayPrototype) defineProperty(target, key, dataProperty(value));
  else (target as Record<string | number, unknown>)[key] = value;
}

function dataProperty(value: unknown): PropertyDescriptor {
  return {
    __proto__: null,
    value,
    writable: true,
    enumerable: true,
    configurable: true,
  } as PropertyDescriptor;
}

/** `list.push(item)` without `Array.prototype`. */
export function append<T>(list: T[], item: T): void {
  setOwn(list, list.length, item);
}
