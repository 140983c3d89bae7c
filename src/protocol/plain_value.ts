/**
 * Values that are plain JSON already, which most are: told and copied without a walk through everything
 * else a value may be. Works beside hostile code, as `encode_value.ts` does.
 */

import { append } from "./encoder.ts";
import type { WireValue } from "./frames.ts";
import {
  ArrayPrototype,
  create,
  getPrototypeOf,
  hasOwn,
  isArray,
  isFiniteNumber,
  isInteger,
  isSame,
  keysOf,
  NativeRangeError,
  ObjectPrototype,
  setPrototypeOf,
} from "./primordials.ts";
import { TAG } from "./value_tags.ts";

/** The longest list that is one. */
const MAX_LENGTH = 2 ** 32 - 1;

/** From so many members on engines keep them in a table, which is slow to copy as a whole. */
const WIDE = 512;

/** Says that a value is not plain JSON. */
export const NOT_PLAIN: unique symbol = Symbol("not plain");

/** The value as JSON has it, by itself where it may be shared; else {@link NOT_PLAIN}. */
// SAFETY: what a tool of the embedding program gives may answer otherwise when it is read a second time,
// and a throw while a reply is printed ends that program (test/unit/protocol: hostile_values).
export function toPlainSafely(
  value: unknown,
  depth: number,
  mayShare: boolean,
): WireValue | typeof NOT_PLAIN {
  try {
    if (!mayShare) return copyPlain(value, depth);
    return isPlain(value, depth) ? value as WireValue : NOT_PLAIN;
  } catch {
    return NOT_PLAIN;
  }
}

/** A copy of plain JSON; each member is read once. */
function copyPlain(value: unknown, depthLeft: number): WireValue | typeof NOT_PLAIN {
  switch (typeof value) {
    case "string":
    case "boolean":
      return value;
    case "number":
      return isFiniteNumber(value) && (value !== 0 || isSame(value, 0)) ? value : NOT_PLAIN;
    case "object":
      if (value === null) return null;
      if (depthLeft <= 0) return NOT_PLAIN;
      return isArray(value)
        ? copyPlainArray(value, depthLeft - 1)
        : copyPlainObject(value, depthLeft - 1);
    default:
      return NOT_PLAIN;
  }
}

function copyPlainArray(
  value: readonly unknown[],
  depthLeft: number,
): WireValue | typeof NOT_PLAIN {
  if (getPrototypeOf(value) !== ArrayPrototype) return NOT_PLAIN;
  const copy: WireValue[] = [];
  const length = lengthOf(value);
  for (let index = 0; index < length; index += 1) {
    const item = copyPlain(value[index], depthLeft);
    if (item === NOT_PLAIN) return NOT_PLAIN;
    append(copy, item);
  }
  return copy;
}

function copyPlainObject(value: object, depthLeft: number): WireValue | typeof NOT_PLAIN {
  const prototype = getPrototypeOf(value);
  if (prototype !== ObjectPrototype && prototype !== null) return NOT_PLAIN;
  const names = keysOf(value);
  if (names.length > WIDE) return copyWideObject(value, names, depthLeft);
  // Spreading reads each member once, and defines what it copies whatever prototypes say.
  const copy: Record<string, unknown> = { ...value };
  const keys = keysOf(copy);
  for (let index = 0; index < keys.length; index += 1) {
    const key = keys[index]!;
    if (key === TAG) return NOT_PLAIN;
    const member = copy[key];
    const item = copyPlain(member, depthLeft);
    if (item === NOT_PLAIN) return NOT_PLAIN;
    if (item !== member) copy[key] = item;
  }
  return copy as { readonly [key: string]: WireValue };
}

/** The same for many members: spreading these takes three times as long. */
function copyWideObject(
  value: object,
  names: readonly string[],
  depthLeft: number,
): WireValue | typeof NOT_PLAIN {
  // Without a prototype each assignment defines; with one again it is like any other object.
  const copy = create(null) as { [key: string]: WireValue };
  for (let index = 0; index < names.length; index += 1) {
    const name = names[index]!;
    if (name === TAG) return NOT_PLAIN;
    const item = copyPlain((value as Record<string, unknown>)[name], depthLeft);
    if (item === NOT_PLAIN) return NOT_PLAIN;
    copy[name] = item;
  }
  return setPrototypeOf(copy, ObjectPrototype) as WireValue;
}

/** Read once, because a Proxy's may grow with each reading. */
export function lengthOf(value: readonly unknown[]): number {
  const { length } = value;
  if (!isInteger(length) || length < 0 || length > MAX_LENGTH) {
    throw new NativeRangeError("Cannot encode a list without an end");
  }
  return length;
}

/** True when `JSON.stringify` of the value is exact and calls nothing of the guest's but getters. */
function isPlain(value: unknown, depthLeft: number): boolean {
  switch (typeof value) {
    case "string":
    case "boolean":
      return true;
    case "number":
      return isFiniteNumber(value) && (value !== 0 || isSame(value, 0));
    case "object":
      return value === null || (depthLeft > 0 && isPlainContainer(value, depthLeft - 1));
    default:
      return false;
  }
}

function isPlainContainer(value: object, depthLeft: number): boolean {
  if (hasOwn(value, "toJSON")) return false;
  const prototype = getPrototypeOf(value);
  if (isArray(value)) {
    if (prototype !== ArrayPrototype) return false;
    for (let index = 0; index < value.length; index += 1) {
      if (!isPlain(value[index], depthLeft)) return false;
    }
    return true;
  }
  if (prototype !== ObjectPrototype && prototype !== null) return false;
  const keys = keysOf(value);
  for (let index = 0; index < keys.length; index += 1) {
    const key = keys[index]!;
    if (key === TAG || !isPlain((value as Record<string, unknown>)[key], depthLeft)) return false;
  }
  return true;
}
