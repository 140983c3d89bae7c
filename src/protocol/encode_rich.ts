/** Objects with a meaning of their own → tagged values: dates, collections, bytes, errors and so on. */

import { encodeBase64 } from "./base64.ts";
import {
  append,
  assertDepth,
  encodeProperties,
  type Encoder,
  newList,
  newRecord,
  note,
  setOwn,
  tagged,
  unsupported,
} from "./encoder.ts";
import type { WireValue } from "./frames.ts";
import {
  bufferByteLength,
  dateTime,
  dateToIso,
  getOwnPropertyDescriptor,
  getPrototypeOf,
  hasOwn,
  isFiniteNumber,
  isInstance,
  isView,
  mapForEach,
  NativeArrayBuffer,
  NativeDate,
  NativeError,
  NativeMap,
  NativeRegExp,
  NativeSet,
  NativeUint8Array,
  NativeUrl,
  regExpFlags,
  regExpSource,
  setForEach,
  typedArrayBuffer,
  typedArrayByteLength,
  typedArrayByteOffset,
  typedArrayName,
  unboxBoolean,
  unboxNumber,
  unboxString,
  urlHref,
  viewBuffer,
  viewByteLength,
  viewByteOffset,
} from "./primordials.ts";
import { childPath, type Path, printPath } from "./value_tags.ts";

type Encode = (encoder: Encoder, value: object, path: Path, depth: number) => WireValue;

const NativePromise = Promise;

/** Tried in order; the class test may be fooled by a prototype, then the encoder throws. */
const KINDS: readonly (readonly [unknown, Encode])[] = [
  [NativeDate, encodeDate],
  [NativeMap, encodeMap],
  [NativeSet, encodeSet],
  [NativeError, encodeErrorValue],
  [NativeRegExp, encodeRegExp],
  [NativeArrayBuffer, encodeBuffer],
  [NativePromise, refusePromise],
  [
    Number,
    (encoder, value, path, depth) =>
      encoder.encode(unboxNumber(value as unknown as number), path, depth),
  ],
  [String, (_encoder, value) => unboxString(value as unknown as string)],
  [Boolean, (_encoder, value) => unboxBoolean(value as unknown as boolean)],
];

/** Encodes an object that is neither an array nor plain. */
export function encodeRichObject(
  encoder: Encoder,
  value: object,
  path: Path,
  depth: number,
): WireValue {
  const arrayName = typedArrayName(value);
  if (arrayName !== undefined) return encodeTypedArray(encoder, value, arrayName);
  if (isView(value)) return encodeDataView(encoder, value as DataView);
  for (let index = 0; index < KINDS.length; index += 1) {
    const kind = KINDS[index]!;
    if (isInstance(kind[0], value)) return kind[1](encoder, value, path, depth);
  }
  if (NativeUrl !== undefined && isInstance(NativeUrl, value)) {
    return tagged(encoder, "URL", urlHref!(value));
  }
  return encodeInstance(encoder, value, path, depth);
}

/** Instances of classes become their own enumerable data. */
function encodeInstance(encoder: Encoder, value: object, path: Path, depth: number): WireValue {
  note(encoder, `${printPath(path)}: an instance of ${className(value)} became a plain object`);
  return encodeProperties(encoder, value, path, depth);
}

function className(value: object): string {
  const prototype = getPrototypeOf(value);
  const constructor = prototype &&
    getOwnPropertyDescriptor(prototype, "constructor")?.value as unknown;
  const name = typeof constructor === "function" &&
    getOwnPropertyDescriptor(constructor, "name")?.value as unknown;
  return typeof name === "string" && name.length > 0 && name.length <= 64 ? name : "a class";
}

function encodeDate(encoder: Encoder, value: object): WireValue {
  const isValid = isFiniteNumber(dateTime(value as Date));
  return tagged(encoder, "Date", isValid ? dateToIso(value as Date) : null);
}

function encodeMap(encoder: Encoder, value: object, path: Path, depth: number): WireValue {
  assertDepth(encoder, path, depth + 3);
  const pairs = newList(encoder);
  mapForEach(value as Map<unknown, unknown>, (item, key) => {
    const at = childPath(path, pairs.length);
    const pair = newList(encoder);
    append(pair, encoder.encode(key, childPath(at, "key"), depth + 3));
    append(pair, encoder.encode(item, childPath(at, "value"), depth + 3));
    append(pairs, pair);
  });
  return tagged(encoder, "Map", pairs);
}

function encodeSet(encoder: Encoder, value: object, path: Path, depth: number): WireValue {
  assertDepth(encoder, path, depth + 2);
  const items = newList(encoder);
  setForEach(value as Set<unknown>, (item) => {
    append(items, encoder.encode(item, childPath(path, items.length), depth + 2));
  });
  return tagged(encoder, "Set", items);
}

function encodeRegExp(encoder: Encoder, value: object): WireValue {
  const parts = newList(encoder);
  append(parts, regExpSource(value as RegExp));
  append(parts, regExpFlags(value as RegExp));
  return tagged(encoder, "RegExp", parts);
}

function encodeTypedArray(encoder: Encoder, value: object, name: string): WireValue {
  const bytes = new NativeUint8Array(
    typedArrayBuffer(value),
    typedArrayByteOffset(value),
    typedArrayByteLength(value),
  );
  return tagged(encoder, name, encodeBase64(bytes));
}

function encodeDataView(encoder: Encoder, value: DataView): WireValue {
  const bytes = new NativeUint8Array(
    viewBuffer(value),
    viewByteOffset(value),
    viewByteLength(value),
  );
  return tagged(encoder, "DataView", encodeBase64(bytes));
}

function encodeBuffer(encoder: Encoder, value: object): WireValue {
  const buffer = value as ArrayBuffer;
  const bytes = new NativeUint8Array(buffer, 0, bufferByteLength(buffer));
  return tagged(encoder, "ArrayBuffer", encodeBase64(bytes));
}

function refusePromise(encoder: Encoder, _value: object, path: Path): WireValue {
  return unsupported(encoder, path, "a Promise that was not awaited");
}

function encodeErrorValue(encoder: Encoder, value: object, path: Path, depth: number): WireValue {
  assertDepth(encoder, path, depth + 3);
  const error = value as Error;
  const body = newRecord(encoder);
  setOwn(body, "name", textOf(error.name, "Error"));
  setOwn(body, "message", textOf(error.message, ""));
  if (hasOwn(error, "cause")) {
    setOwn(body, "cause", encoder.encode(error.cause, childPath(path, "cause"), depth + 2));
  }
  setOwn(body, "properties", encodeProperties(encoder, error, path, depth + 2));
  return tagged(encoder, "Error", body);
}

function textOf(value: unknown, fallback: string): string {
  return typeof value === "string" ? value : fallback;
}
