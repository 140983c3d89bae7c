/**
 * Built-ins captured when this module loads, so that code running beside a guest keeps working after
 * the guest has replaced them. Methods are captured as functions that take `this` first.
 */

type Method<This, Args extends unknown[], Result> = (this: This, ...args: Args) => Result;
type Free<This, Args extends unknown[], Result> = (self: This, ...args: Args) => Result;

const { bind, call } = Function.prototype;

/** A method as a function whose first argument is `this`; later changes to the method do not reach it. */
export const uncurryThis = bind.bind(call) as unknown as <This, Args extends unknown[], Result>(
  method: Method<This, Args, Result>,
) => Free<This, Args, Result>;

function getterOf<This, Result>(prototype: object, key: PropertyKey): Free<This, [], Result> {
  const descriptor = Object.getOwnPropertyDescriptor(prototype, key);
  return uncurryThis(descriptor?.get as Method<This, [], Result>);
}

export const { isArray } = Array;
export const { isView } = ArrayBuffer;
export const { isFinite: isFiniteNumber, isInteger } = Number;
export const { apply, construct, ownKeys } = Reflect;
export const {
  create,
  defineProperty,
  freeze,
  getOwnPropertyDescriptor,
  getPrototypeOf,
  hasOwn,
  is: isSame,
  keys: keysOf,
  setPrototypeOf,
} = Object;
export const { parse: parseJson, stringify: stringifyJson } = JSON;
export const toText: (value: unknown) => string = String;
export const toNumber: (value: unknown) => number = Number;
export const toBigInt: (text: string) => bigint = BigInt;
export const { asIntN } = BigInt;

export const ArrayPrototype: object = Array.prototype;
export const ObjectPrototype: object = Object.prototype;

export const NativeArray: ArrayConstructor = Array;
export const NativeArrayBuffer: ArrayBufferConstructor = ArrayBuffer;
export const NativeDataView: DataViewConstructor = DataView;
export const NativeDate: DateConstructor = Date;
export const NativeError: ErrorConstructor = Error;
export const NativeMap: MapConstructor = Map;
export const NativeRangeError: RangeErrorConstructor = RangeError;
export const NativeRegExp: RegExpConstructor = RegExp;
export const NativeSet: SetConstructor = Set;
export const NativeTypeError: TypeErrorConstructor = TypeError;
export const NativeUint8Array: Uint8ArrayConstructor = Uint8Array;

/** Error classes a wire error may become again, by name. */
export const ERROR_CLASSES: { readonly [name: string]: ErrorConstructor } = freeze({
  __proto__: null,
  Error,
  EvalError,
  RangeError,
  ReferenceError,
  SyntaxError,
  TypeError,
  URIError,
} as unknown as { [name: string]: ErrorConstructor });

const hasInstance = uncurryThis(Function.prototype[Symbol.hasInstance]);

/** `value instanceof constructor`, whatever `Symbol.hasInstance` of the class has become. */
export function isInstance(constructor: unknown, value: unknown): boolean {
  return hasInstance(constructor as () => void, value);
}

export const charCodeAt: Free<string, [index: number], number> = uncurryThis(
  String.prototype.charCodeAt,
);
export const slice: Free<string, [start: number, end?: number], string> = uncurryThis(
  String.prototype.slice,
);
export const indexOf: Free<string, [text: string, from?: number], number> = uncurryThis(
  String.prototype.indexOf,
);
export const startsWith: Free<string, [text: string, from?: number], boolean> = uncurryThis(
  String.prototype.startsWith,
);
export const bigIntToString: Free<bigint, [radix?: number], string> = uncurryThis(
  BigInt.prototype.toString,
);
export const unboxNumber: Free<number, [], number> = uncurryThis(Number.prototype.valueOf);
export const unboxString: Free<string, [], string> = uncurryThis(String.prototype.valueOf);
export const unboxBoolean: Free<boolean, [], boolean> = uncurryThis(Boolean.prototype.valueOf);
export const dateTime: Free<Date, [], number> = uncurryThis(Date.prototype.getTime);
export const dateToIso: Free<Date, [], string> = uncurryThis(Date.prototype.toISOString);
export const mapForEach = uncurryThis(Map.prototype.forEach) as (
  self: Map<unknown, unknown>,
  each: (value: unknown, key: unknown) => void,
) => void;
export const mapSet = uncurryThis(Map.prototype.set) as (
  self: Map<unknown, unknown>,
  key: unknown,
  value: unknown,
) => unknown;
export const setForEach = uncurryThis(Set.prototype.forEach) as (
  self: Set<unknown>,
  each: (value: unknown) => void,
) => void;
export const setAdd = uncurryThis(Set.prototype.add) as (
  self: Set<unknown>,
  value: unknown,
) => unknown;
export const regExpSource: Free<RegExp, [], string> = getterOf(RegExp.prototype, "source");
export const regExpFlags: Free<RegExp, [], string> = getterOf(RegExp.prototype, "flags");
export const bufferByteLength: Free<ArrayBuffer, [], number> = getterOf(
  ArrayBuffer.prototype,
  "byteLength",
);
export const viewBuffer: Free<DataView, [], ArrayBuffer> = getterOf(DataView.prototype, "buffer");
export const viewByteLength: Free<DataView, [], number> = getterOf(
  DataView.prototype,
  "byteLength",
);
export const viewByteOffset: Free<DataView, [], number> = getterOf(
  DataView.prototype,
  "byteOffset",
);

const TypedArrayPrototype = Object.getPrototypeOf(Uint8Array.prototype) as object;

/** `"Float32Array"` and so on of a typed array, `undefined` of anything else. */
export const typedArrayName: Free<unknown, [], string | undefined> = getterOf(
  TypedArrayPrototype,
  Symbol.toStringTag,
);
export const typedArrayBuffer: Free<unknown, [], ArrayBuffer> = getterOf(
  TypedArrayPrototype,
  "buffer",
);
export const typedArrayByteLength: Free<unknown, [], number> = getterOf(
  TypedArrayPrototype,
  "byteLength",
);
export const typedArrayByteOffset: Free<unknown, [], number> = getterOf(
  TypedArrayPrototype,
  "byteOffset",
);

/**
 * Part of `bytes` over the same buffer. `subarray` would ask the array's constructor for its species,
 * which a program can replace with one that reads the buffer or answers other bytes.
 */
export function viewBytes(bytes: Uint8Array, from: number, to?: number): Uint8Array {
  const start = typedArrayByteOffset(bytes) + from;
  const end = to ?? typedArrayByteLength(bytes);
  return new NativeUint8Array(typedArrayBuffer(bytes), start, end - from);
}

/** What every typed array constructor can do. */
export interface TypedArrayClass {
  readonly BYTES_PER_ELEMENT: number;
  new (buffer: ArrayBuffer): object;
}

/** Typed array constructors of this engine by name. */
export const TYPED_ARRAY_CLASSES: { readonly [name: string]: TypedArrayClass } = freeze({
  __proto__: null,
  Int8Array,
  Uint8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
  ...("Float16Array" in globalThis
    ? { Float16Array: (globalThis as { Float16Array?: TypedArrayClass }).Float16Array }
    : {}),
} as unknown as { [name: string]: TypedArrayClass });

/** The `URL` class where the engine has one. */
export const NativeUrl: (new (text: string) => object) | undefined =
  (globalThis as { URL?: new (text: string) => object }).URL;
export const urlHref: Free<object, [], string> | undefined = NativeUrl === undefined
  ? undefined
  : getterOf(NativeUrl.prototype, "href");
