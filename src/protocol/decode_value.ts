/** The tagged form of `value_tags.ts` → values. Total: text that fits no tag is the plain object it is. */

import { decodeBase64 } from "./base64.ts";
import { setOwn } from "./encoder.ts";
import type { WireValue } from "./frames.ts";
import {
  create,
  defineProperty,
  ERROR_CLASSES,
  hasOwn,
  isArray,
  keysOf,
  mapSet,
  NativeDataView,
  NativeDate,
  NativeError,
  NativeMap,
  NativeRegExp,
  NativeSet,
  NativeUrl,
  setAdd,
  slice,
  startsWith,
  toBigInt,
  TYPED_ARRAY_CLASSES,
} from "./primordials.ts";
import { TAG } from "./value_tags.ts";

type WireObject = { readonly [key: string]: WireValue };

/** Says that a tagged object is not what its tag promises. */
const MISFIT = Symbol("misfit");

/** Reads the `value` of one tag, or gives back {@link MISFIT}. */
type Decode = (value: WireValue | undefined) => unknown;

const SPECIAL_NUMBERS: { readonly [text: string]: number } = Object.freeze(
  Object.assign(create(null), { NaN, Infinity, "-Infinity": -Infinity, "-0": -0 }),
);

const DECODERS: { readonly [type: string]: Decode } = Object.freeze(Object.assign(
  create(null),
  {
    undefined: () => undefined,
    number: (value) =>
      isText(value) && hasOwn(SPECIAL_NUMBERS, value) ? SPECIAL_NUMBERS[value] : MISFIT,
    bigint: (value) => isText(value) && value.length > 0 ? readBigInt(value) : MISFIT,
    Date: (value) =>
      value === null ? new NativeDate(NaN) : isText(value) ? new NativeDate(value) : MISFIT,
    Map: (value) => isArray(value) ? decodeMap(value) : MISFIT,
    Set: (value) => isArray(value) ? decodeSet(value) : MISFIT,
    Error: (value) => isRecord(value) ? decodeErrorValue(value) : MISFIT,
    RegExp: (value) =>
      isArray(value) && isText(value[0]) && isText(value[1])
        ? new NativeRegExp(value[0], value[1])
        : MISFIT,
    URL: (value) => isText(value) && NativeUrl !== undefined ? new NativeUrl(value) : MISFIT,
    ArrayBuffer: (value) => isText(value) ? decodeBase64(value).buffer : MISFIT,
    DataView: (value) => isText(value) ? new NativeDataView(decodeBase64(value).buffer) : MISFIT,
    Object: (value) => isRecord(value) ? decodeProperties(value) : MISFIT,
  } satisfies Record<string, Decode>,
));

/**
 * Decodes what `encodeValue` made. Plain JSON is returned as it is, not copied. Never throws for JSON
 * of bounded depth: a tag with a value that does not fit it is returned as a plain object.
 */
export function decodeValue(wire: WireValue): unknown {
  return hasTag(wire) ? decodeAny(wire) : wire;
}

/** Whether anything in it is more than JSON. */
export function hasTag(wire: WireValue): boolean {
  if (typeof wire !== "object" || wire === null) return false;
  if (isArray(wire)) {
    for (let index = 0; index < wire.length; index += 1) if (hasTag(wire[index]!)) return true;
    return false;
  }
  const record = wire as WireObject;
  if (hasOwn(record, TAG)) return true;
  const keys = keysOf(record);
  for (let index = 0; index < keys.length; index += 1) {
    if (hasTag(record[keys[index]!]!)) return true;
  }
  return false;
}

function decodeAny(wire: WireValue): unknown {
  if (typeof wire !== "object" || wire === null) return wire;
  if (isArray(wire)) return decodeList(wire);
  const record = wire as WireObject;
  return hasOwn(record, TAG) ? decodeTagged(record) : decodeProperties(record);
}

function decodeList(wire: readonly WireValue[]): unknown[] {
  const list: unknown[] = [];
  for (let index = 0; index < wire.length; index += 1) {
    if (!isHole(wire[index]!)) setOwn(list, index, decodeAny(wire[index]!));
  }
  list.length = wire.length;
  return list;
}

function isHole(wire: WireValue): boolean {
  return isRecord(wire) && hasOwn(wire, TAG) && wire[TAG] === "hole";
}

function decodeProperties(wire: WireObject): Record<string, unknown> {
  const record: Record<string, unknown> = {};
  const keys = keysOf(wire);
  for (let index = 0; index < keys.length; index += 1) {
    setOwn(record, keys[index]!, decodeAny(wire[keys[index]!]!));
  }
  return record;
}

function decodeTagged(wire: WireObject): unknown {
  const decoded = decodeTag(wire[TAG], hasOwn(wire, "value") ? wire["value"] : undefined);
  return decoded === MISFIT ? decodeProperties(wire) : decoded;
}

function decodeTag(type: WireValue | undefined, value: WireValue | undefined): unknown {
  if (!isText(type)) return MISFIT;
  try {
    if (hasOwn(DECODERS, type)) return DECODERS[type]!(value);
    if (!hasOwn(TYPED_ARRAY_CLASSES, type) || !isText(value)) return MISFIT;
    return new TYPED_ARRAY_CLASSES[type]!(decodeBase64(value).buffer);
  } catch {
    return MISFIT;
  }
}

function isText(value: WireValue | undefined): value is string {
  return typeof value === "string";
}

function isRecord(value: WireValue | undefined): value is WireObject {
  return typeof value === "object" && value !== null && !isArray(value);
}

function readBigInt(text: string): bigint {
  return startsWith(text, "-0x") ? -toBigInt(slice(text, 1)) : toBigInt(text);
}

function decodeMap(pairs: readonly WireValue[]): unknown {
  const map = new NativeMap<unknown, unknown>();
  for (let index = 0; index < pairs.length; index += 1) {
    const pair = pairs[index]!;
    if (!isArray(pair) || pair.length !== 2) return MISFIT;
    mapSet(map, decodeAny(pair[0]), decodeAny(pair[1]));
  }
  return map;
}

function decodeSet(items: readonly WireValue[]): Set<unknown> {
  const set = new NativeSet<unknown>();
  for (let index = 0; index < items.length; index += 1) setAdd(set, decodeAny(items[index]!));
  return set;
}

function decodeErrorValue(wire: WireObject): unknown {
  const { name, message } = wire;
  if (!isText(name) || !isText(message)) return MISFIT;
  const ErrorClass = hasOwn(ERROR_CLASSES, name) ? ERROR_CLASSES[name]! : NativeError;
  const error = new ErrorClass(message);
  if (error.name !== name) setHidden(error, "name", name);
  // The frames would be those of this decoder; where it was made does not cross the wall.
  setHidden(error, "stack", message === "" ? name : `${name}: ${message}`);
  if (hasOwn(wire, "cause")) setHidden(error, "cause", decodeAny(wire["cause"]!));
  const properties = wire["properties"];
  if (isRecord(properties)) copyDecoded(properties, error);
  return error;
}

function copyDecoded(properties: WireObject, target: object): void {
  const keys = keysOf(properties);
  for (let index = 0; index < keys.length; index += 1) {
    setOwn(target, keys[index]!, decodeAny(properties[keys[index]!]!));
  }
}

/** Defines `key` as data that enumeration does not show, as engines do for errors. */
export function setHidden(target: object, key: string, value: unknown): void {
  const property = {
    __proto__: null,
    value,
    writable: true,
    enumerable: false,
    configurable: true,
  };
  defineProperty(target, key, property as PropertyDescriptor);
}
