// Generated from workers/deno.ts by scripts/build_guest.ts; do not edit.
// workers/guest/seal.ts
var SEALED_NAMES = Object.freeze([
  "Deno",
  "process",
  "global",
  "Worker",
  "SharedWorker",
  "localStorage",
  "sessionStorage",
  "Storage",
  "StorageEvent",
  "caches",
  "CacheStorage",
  "Cache",
  "BroadcastChannel",
  "alert",
  "confirm",
  "prompt",
  "close",
  "closed",
  "addEventListener",
  "removeEventListener",
  "dispatchEvent",
  "onbeforeunload",
  "onerror",
  "onload",
  "onunhandledrejection",
  "onunload",
  "__bootstrap"
]);
function sealGlobals(scope) {
  for (const name of SEALED_NAMES) seal(scope, name);
  const navigator = scope.navigator;
  if (navigator !== void 0) seal(Object.getPrototypeOf(navigator), "gpu");
}
function seal(owner, name) {
  if (!Object.hasOwn(owner, name)) return;
  if (Reflect.deleteProperty(owner, name)) return;
  Reflect.defineProperty(owner, name, {
    value: void 0
  });
}

// src/protocol/frames.ts
var PROTOCOL_VERSION = 1;

// src/protocol/primordials.ts
var { bind, call } = Function.prototype;
var uncurryThis = bind.bind(call);
function getterOf(prototype, key) {
  const descriptor = Object.getOwnPropertyDescriptor(prototype, key);
  return uncurryThis(descriptor?.get);
}
var { isArray } = Array;
var { isView } = ArrayBuffer;
var { isFinite: isFiniteNumber, isInteger } = Number;
var { apply, construct, ownKeys } = Reflect;
var { create, defineProperty, freeze, getOwnPropertyDescriptor, getPrototypeOf, hasOwn, is: isSame, keys: keysOf } = Object;
var { parse: parseJson, stringify: stringifyJson } = JSON;
var toText = String;
var toNumber = Number;
var toBigInt = BigInt;
var { asIntN } = BigInt;
var ArrayPrototype = Array.prototype;
var ObjectPrototype = Object.prototype;
var NativeArrayBuffer = ArrayBuffer;
var NativeDataView = DataView;
var NativeDate = Date;
var NativeError = Error;
var NativeMap = Map;
var NativeRangeError = RangeError;
var NativeRegExp = RegExp;
var NativeSet = Set;
var NativeTypeError = TypeError;
var NativeUint8Array = Uint8Array;
var ERROR_CLASSES = freeze({
  __proto__: null,
  Error,
  EvalError,
  RangeError,
  ReferenceError,
  SyntaxError,
  TypeError,
  URIError
});
var hasInstance = uncurryThis(Function.prototype[Symbol.hasInstance]);
function isInstance(constructor, value) {
  return hasInstance(constructor, value);
}
var charCodeAt = uncurryThis(String.prototype.charCodeAt);
var slice = uncurryThis(String.prototype.slice);
var indexOf = uncurryThis(String.prototype.indexOf);
var startsWith = uncurryThis(String.prototype.startsWith);
var bigIntToString = uncurryThis(BigInt.prototype.toString);
var unboxNumber = uncurryThis(Number.prototype.valueOf);
var unboxString = uncurryThis(String.prototype.valueOf);
var unboxBoolean = uncurryThis(Boolean.prototype.valueOf);
var dateTime = uncurryThis(Date.prototype.getTime);
var dateToIso = uncurryThis(Date.prototype.toISOString);
var mapForEach = uncurryThis(Map.prototype.forEach);
var mapSet = uncurryThis(Map.prototype.set);
var setForEach = uncurryThis(Set.prototype.forEach);
var setAdd = uncurryThis(Set.prototype.add);
var regExpSource = getterOf(RegExp.prototype, "source");
var regExpFlags = getterOf(RegExp.prototype, "flags");
var bufferByteLength = getterOf(ArrayBuffer.prototype, "byteLength");
var viewBuffer = getterOf(DataView.prototype, "buffer");
var viewByteLength = getterOf(DataView.prototype, "byteLength");
var viewByteOffset = getterOf(DataView.prototype, "byteOffset");
var TypedArrayPrototype = Object.getPrototypeOf(Uint8Array.prototype);
var typedArrayName = getterOf(TypedArrayPrototype, Symbol.toStringTag);
var typedArrayBuffer = getterOf(TypedArrayPrototype, "buffer");
var typedArrayByteLength = getterOf(TypedArrayPrototype, "byteLength");
var typedArrayByteOffset = getterOf(TypedArrayPrototype, "byteOffset");
var TYPED_ARRAY_CLASSES = freeze({
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
  ..."Float16Array" in globalThis ? {
    Float16Array: globalThis.Float16Array
  } : {}
});
var NativeUrl = globalThis.URL;
var urlHref = NativeUrl === void 0 ? void 0 : getterOf(NativeUrl.prototype, "href");

// src/protocol/value_tags.ts
var TAG = "$type";
function childPath(path, key) {
  if (typeof key === "number") return `${path}[${key}]`;
  return isIdentifier(key) ? `${path}.${key}` : `${path}[${stringifyJson(key)}]`;
}
function isIdentifier(key) {
  if (key.length === 0 || key.length > 64) return false;
  for (let index = 0; index < key.length; index += 1) {
    const char = key[index];
    const isDigit = char >= "0" && char <= "9";
    const isWord = char >= "a" && char <= "z" || char >= "A" && char <= "Z" || char === "_" || char === "$";
    if (!isWord && !(isDigit && index > 0)) return false;
  }
  return true;
}

// src/protocol/encoder.ts
var MAX_NOTES = 16;
function assertDepth(encoder, path, depth) {
  if (depth <= encoder.depth) return;
  const shown = path.length > 80 ? `${slice(path, 0, 80)}\u2026` : path;
  throw refusal(NativeRangeError, `Cannot encode ${shown}: nested deeper than ${encoder.depth} levels`);
}
var REFUSALS = /* @__PURE__ */ new WeakSet();
var remember = uncurryThis(WeakSet.prototype.add);
var isRemembered = uncurryThis(WeakSet.prototype.has);
var { setPrototypeOf } = Object;
function refusal(ErrorClass, text) {
  const error = new ErrorClass(text);
  remember(REFUSALS, error);
  return error;
}
function readSafely(encoder, path, read) {
  const { length } = encoder.ancestors;
  try {
    return read();
  } catch (thrown) {
    if (typeof thrown === "object" && thrown !== null && isRemembered(REFUSALS, thrown)) {
      throw thrown;
    }
    encoder.ancestors.length = length;
    encoder.paths.length = length;
    return unsupported(encoder, path, "something that throws when it is read");
  }
}
function encodeProperties(encoder, value, path, depth) {
  const escaped = hasOwn(value, TAG);
  if (escaped) assertDepth(encoder, path, depth + 2);
  const inner = escaped ? depth + 2 : depth + 1;
  const wire = newRecord(encoder);
  const keys = keysOf(value);
  for (let index = 0; index < keys.length; index += 1) {
    const key = keys[index];
    const at = childPath(path, key);
    const read = () => encoder.encode(value[key], at, inner);
    setOwn(wire, key, readSafely(encoder, at, read));
  }
  return escaped ? tagged(encoder, "Object", wire) : wire;
}
function unsupported(encoder, path, what) {
  if (encoder.refuse || encoder.ancestors.length === 0 && path.length > 0) {
    throw refusal(NativeTypeError, `Cannot encode ${path}: ${what} cannot leave the sandbox`);
  }
  note(encoder, `${path}: ${what} cannot leave the sandbox; it became undefined`);
  return tagged(encoder, "undefined");
}
function note(encoder, text) {
  encoder.noted += 1;
  if (encoder.noted <= MAX_NOTES) append(encoder.notes, text);
}
function tagged(encoder, type, value) {
  const wire = newRecord(encoder);
  setOwn(wire, TAG, type);
  if (value !== void 0) setOwn(wire, "value", value);
  return wire;
}
function newList(encoder) {
  const list = [];
  if (encoder.bare) setPrototypeOf(list, null);
  return list;
}
function newRecord(encoder) {
  return encoder.bare ? create(null) : {};
}
function setOwn(target, key, value) {
  defineProperty(target, key, dataProperty(value));
}
function dataProperty(value) {
  return {
    __proto__: null,
    value,
    writable: true,
    enumerable: true,
    configurable: true
  };
}
function append(list, item) {
  defineProperty(list, list.length, dataProperty(item));
}

// src/protocol/lines.ts
var NEWLINE = 10;
var decoder = new TextDecoder();
var decode = uncurryThis(TextDecoder.prototype.decode);
var indexOfByte = uncurryThis(Uint8Array.prototype.indexOf);
var subarray = uncurryThis(Uint8Array.prototype.subarray);
var copyInto = uncurryThis(Uint8Array.prototype.set);
function toGuestLine(nonce, json) {
  return `
${nonce} ${json}
`;
}
var LineSplitter = class {
  #maxBytes;
  #held;
  #heldBytes = 0;
  /** `maxBytes` bounds one line, and so what is held. */
  constructor(maxBytes) {
    this.#maxBytes = maxBytes;
  }
  /** Gives every line that `chunk` completes; false when a line is larger than allowed. */
  push(chunk, take) {
    let from = 0;
    for (; ; ) {
      const end = indexOfByte(chunk, NEWLINE, from);
      if (end < 0) return this.#hold(subarray(chunk, from));
      if (this.#heldBytes + end - from > this.#maxBytes) return false;
      this.#give(subarray(chunk, from, end), take);
      from = end + 1;
    }
  }
  #hold(rest) {
    const needed = this.#heldBytes + rest.length;
    if (needed > this.#maxBytes) return false;
    if (rest.length === 0) return true;
    const held = this.#roomFor(needed);
    copyInto(held, rest, this.#heldBytes);
    this.#heldBytes = needed;
    return true;
  }
  /** The buffer of held bytes, grown by doubling so that many small chunks cost linear time. */
  #roomFor(bytes) {
    const held = this.#held;
    if (held !== void 0 && held.length >= bytes) return held;
    const grown = new NativeUint8Array(bytes > 4096 ? bytes * 2 : 8192);
    if (held !== void 0) copyInto(grown, subarray(held, 0, this.#heldBytes));
    this.#held = grown;
    return grown;
  }
  #give(tail, take) {
    let line = tail;
    if (this.#heldBytes > 0) {
      this.#hold(tail);
      line = subarray(this.#held, 0, this.#heldBytes);
      this.#heldBytes = 0;
      if (this.#held.length > 65536) this.#held = void 0;
    }
    const bytes = line.length;
    if (bytes === 0) return;
    take(decode(decoder, line), bytes);
  }
};

// src/protocol/program.ts
var GUEST_SCRIPT_NAME = "guest.ts";
function toGuestScript(body) {
  return `(async function () { "use strict";
${body}
})
//# sourceURL=${GUEST_SCRIPT_NAME}`;
}

// src/protocol/base64.ts
var ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
var PADDING = 61;
var VALUES = readAlphabet();
var native = Uint8Array;
var nativeEncode = native.prototype.toBase64 && uncurryThis(native.prototype.toBase64);
var nativeDecode = native.fromBase64?.bind(native);
var STRICT = Object.freeze({
  __proto__: null,
  lastChunkHandling: "strict"
});
function readAlphabet() {
  const values = new Uint8Array(128).fill(255);
  for (let index = 0; index < 64; index += 1) values[ALPHABET.charCodeAt(index)] = index;
  return values;
}
function encodeBase64(bytes) {
  return nativeEncode ? nativeEncode(bytes) : encodeBase64Slowly(bytes);
}
function decodeBase64(text) {
  return nativeDecode ? nativeDecode(text, STRICT) : decodeBase64Slowly(text);
}
function encodeBase64Slowly(bytes) {
  let text = "";
  const length = bytes.length;
  for (let at = 0; at < length; at += 3) {
    const left = length - at;
    const group = bytes[at] << 16 | (bytes[at + 1] ?? 0) << 8 | (bytes[at + 2] ?? 0);
    text += ALPHABET[group >> 18] + ALPHABET[group >> 12 & 63];
    text += left > 1 ? ALPHABET[group >> 6 & 63] : "=";
    text += left > 2 ? ALPHABET[group & 63] : "=";
  }
  return text;
}
function decodeBase64Slowly(text) {
  const padded = paddingOf(text);
  const bytes = new NativeUint8Array(text.length / 4 * 3 - padded);
  let written = 0;
  for (let at = 0; at < text.length; at += 4) {
    let group = 0;
    for (let step = 0; step < 4; step += 1) group = group << 6 | sextet(text, at + step, padded);
    for (let shift = 16; shift >= 0 && written < bytes.length; shift -= 8) {
      bytes[written++] = group >> shift & 255;
    }
  }
  return bytes;
}
function paddingOf(text) {
  if (text.length % 4 !== 0) throw new NativeTypeError("Cannot decode base64: length is not whole");
  if (text.length === 0 || charCodeAt(text, text.length - 1) !== PADDING) return 0;
  return slice(text, -2) === "==" ? 2 : 1;
}
function sextet(text, at, padded) {
  if (at >= text.length - padded) return 0;
  const value = VALUES[charCodeAt(text, at)];
  if (value === void 0 || value === 255) {
    throw new NativeTypeError("Cannot decode base64: a character is outside the alphabet");
  }
  return value;
}

// src/protocol/decode_value.ts
var MISFIT = Symbol("misfit");
var SPECIAL_NUMBERS = Object.freeze({
  __proto__: null,
  NaN: NaN,
  Infinity: Infinity,
  "-Infinity": -Infinity,
  "-0": -0
});
var DECODERS = Object.freeze(Object.assign(create(null), {
  undefined: () => void 0,
  number: (value) => isText(value) && hasOwn(SPECIAL_NUMBERS, value) ? SPECIAL_NUMBERS[value] : MISFIT,
  bigint: (value) => isText(value) && value.length > 0 ? readBigInt(value) : MISFIT,
  Date: (value) => value === null ? new NativeDate(NaN) : isText(value) ? new NativeDate(value) : MISFIT,
  Map: (value) => isArray(value) ? decodeMap(value) : MISFIT,
  Set: (value) => isArray(value) ? decodeSet(value) : MISFIT,
  Error: (value) => isRecord(value) ? decodeErrorValue(value) : MISFIT,
  RegExp: (value) => isArray(value) && isText(value[0]) && isText(value[1]) ? new NativeRegExp(value[0], value[1]) : MISFIT,
  URL: (value) => isText(value) && NativeUrl !== void 0 ? new NativeUrl(value) : MISFIT,
  ArrayBuffer: (value) => isText(value) ? decodeBase64(value).buffer : MISFIT,
  DataView: (value) => isText(value) ? new NativeDataView(decodeBase64(value).buffer) : MISFIT,
  Object: (value) => isRecord(value) ? decodeProperties(value) : MISFIT
}));
function decodeValue(wire) {
  return hasTag(wire) ? decodeAny(wire) : wire;
}
function hasTag(wire) {
  if (typeof wire !== "object" || wire === null) return false;
  if (isArray(wire)) {
    for (let index = 0; index < wire.length; index += 1) if (hasTag(wire[index])) return true;
    return false;
  }
  const record = wire;
  if (hasOwn(record, TAG)) return true;
  const keys = keysOf(record);
  for (let index = 0; index < keys.length; index += 1) {
    if (hasTag(record[keys[index]])) return true;
  }
  return false;
}
function decodeAny(wire) {
  if (typeof wire !== "object" || wire === null) return wire;
  if (isArray(wire)) return decodeList(wire);
  const record = wire;
  return hasOwn(record, TAG) ? decodeTagged(record) : decodeProperties(record);
}
function decodeList(wire) {
  const list = [];
  for (let index = 0; index < wire.length; index += 1) {
    if (!isHole(wire[index])) setOwn(list, `${index}`, decodeAny(wire[index]));
  }
  list.length = wire.length;
  return list;
}
function isHole(wire) {
  return isRecord(wire) && hasOwn(wire, TAG) && wire[TAG] === "hole";
}
function decodeProperties(wire) {
  const record = {};
  const keys = keysOf(wire);
  for (let index = 0; index < keys.length; index += 1) {
    setOwn(record, keys[index], decodeAny(wire[keys[index]]));
  }
  return record;
}
function decodeTagged(wire) {
  const decoded = decodeTag(wire[TAG], hasOwn(wire, "value") ? wire["value"] : void 0);
  return decoded === MISFIT ? decodeProperties(wire) : decoded;
}
function decodeTag(type, value) {
  if (!isText(type)) return MISFIT;
  try {
    if (hasOwn(DECODERS, type)) return DECODERS[type](value);
    if (!hasOwn(TYPED_ARRAY_CLASSES, type) || !isText(value)) return MISFIT;
    return new TYPED_ARRAY_CLASSES[type](decodeBase64(value).buffer);
  } catch {
    return MISFIT;
  }
}
function isText(value) {
  return typeof value === "string";
}
function isRecord(value) {
  return typeof value === "object" && value !== null && !isArray(value);
}
function readBigInt(text) {
  return startsWith(text, "-0x") ? -toBigInt(slice(text, 1)) : toBigInt(text);
}
function decodeMap(pairs) {
  const map = new NativeMap();
  for (let index = 0; index < pairs.length; index += 1) {
    const pair = pairs[index];
    if (!isArray(pair) || pair.length !== 2) return MISFIT;
    mapSet(map, decodeAny(pair[0]), decodeAny(pair[1]));
  }
  return map;
}
function decodeSet(items) {
  const set = new NativeSet();
  for (let index = 0; index < items.length; index += 1) setAdd(set, decodeAny(items[index]));
  return set;
}
function decodeErrorValue(wire) {
  const name = wire["name"];
  if (!isText(name) || !isText(wire["message"])) return MISFIT;
  const ErrorClass = hasOwn(ERROR_CLASSES, name) ? ERROR_CLASSES[name] : NativeError;
  const error = new ErrorClass(wire["message"]);
  if (error.name !== name) setHidden(error, "name", name);
  if (hasOwn(wire, "cause")) setHidden(error, "cause", decodeAny(wire["cause"]));
  const properties = wire["properties"];
  if (isRecord(properties)) copyDecoded(properties, error);
  return error;
}
function copyDecoded(properties, target) {
  const keys = keysOf(properties);
  for (let index = 0; index < keys.length; index += 1) {
    setOwn(target, keys[index], decodeAny(properties[keys[index]]));
  }
}
function setHidden(target, key, value) {
  const property = {
    __proto__: null,
    value,
    writable: true,
    enumerable: false,
    configurable: true
  };
  defineProperty(target, key, property);
}

// src/protocol/encode_rich.ts
var NativePromise = Promise;
var KINDS = [
  [
    NativeDate,
    encodeDate
  ],
  [
    NativeMap,
    encodeMap
  ],
  [
    NativeSet,
    encodeSet
  ],
  [
    NativeError,
    encodeErrorValue
  ],
  [
    NativeRegExp,
    encodeRegExp
  ],
  [
    NativeArrayBuffer,
    encodeBuffer
  ],
  [
    NativePromise,
    refusePromise
  ],
  [
    Number,
    (encoder, value, path, depth) => encoder.encode(unboxNumber(value), path, depth)
  ],
  [
    String,
    (_encoder, value) => unboxString(value)
  ],
  [
    Boolean,
    (_encoder, value) => unboxBoolean(value)
  ]
];
var encodeRichObject = (encoder, value, path, depth) => {
  const arrayName = typedArrayName(value);
  if (arrayName !== void 0) return encodeTypedArray(encoder, value, arrayName);
  if (isView(value)) return encodeDataView(encoder, value);
  for (let index = 0; index < KINDS.length; index += 1) {
    const kind = KINDS[index];
    if (isInstance(kind[0], value)) return kind[1](encoder, value, path, depth);
  }
  if (NativeUrl !== void 0 && isInstance(NativeUrl, value)) {
    return tagged(encoder, "URL", urlHref(value));
  }
  return encodeInstance(encoder, value, path, depth);
};
function encodeInstance(encoder, value, path, depth) {
  note(encoder, `${path}: an instance of ${className(value)} became a plain object`);
  return encodeProperties(encoder, value, path, depth);
}
function className(value) {
  const prototype = getPrototypeOf(value);
  const constructor = prototype && getOwnPropertyDescriptor(prototype, "constructor")?.value;
  const name = typeof constructor === "function" && getOwnPropertyDescriptor(constructor, "name")?.value;
  return typeof name === "string" && name.length > 0 && name.length <= 64 ? name : "a class";
}
function encodeDate(encoder, value) {
  const isValid = isFiniteNumber(dateTime(value));
  return tagged(encoder, "Date", isValid ? dateToIso(value) : null);
}
function encodeMap(encoder, value, path, depth) {
  assertDepth(encoder, path, depth + 3);
  const pairs = newList(encoder);
  mapForEach(value, (item, key) => {
    const at = childPath(path, pairs.length);
    const pair = newList(encoder);
    append(pair, encoder.encode(key, `${at}.key`, depth + 3));
    append(pair, encoder.encode(item, `${at}.value`, depth + 3));
    append(pairs, pair);
  });
  return tagged(encoder, "Map", pairs);
}
function encodeSet(encoder, value, path, depth) {
  assertDepth(encoder, path, depth + 2);
  const items = newList(encoder);
  setForEach(value, (item) => {
    append(items, encoder.encode(item, childPath(path, items.length), depth + 2));
  });
  return tagged(encoder, "Set", items);
}
function encodeRegExp(encoder, value) {
  const parts = newList(encoder);
  append(parts, regExpSource(value));
  append(parts, regExpFlags(value));
  return tagged(encoder, "RegExp", parts);
}
function encodeTypedArray(encoder, value, name) {
  const bytes = new NativeUint8Array(typedArrayBuffer(value), typedArrayByteOffset(value), typedArrayByteLength(value));
  return tagged(encoder, name, encodeBase64(bytes));
}
function encodeDataView(encoder, value) {
  const bytes = new NativeUint8Array(viewBuffer(value), viewByteOffset(value), viewByteLength(value));
  return tagged(encoder, "DataView", encodeBase64(bytes));
}
function encodeBuffer(encoder, value) {
  const buffer = value;
  const bytes = new NativeUint8Array(buffer, 0, bufferByteLength(buffer));
  return tagged(encoder, "ArrayBuffer", encodeBase64(bytes));
}
function refusePromise(encoder, _value, path) {
  return unsupported(encoder, path, "a Promise that was not awaited");
}
function encodeErrorValue(encoder, value, path, depth) {
  assertDepth(encoder, path, depth + 3);
  const error = value;
  const body = newRecord(encoder);
  setOwn(body, "name", textOf(error.name, "Error"));
  setOwn(body, "message", textOf(error.message, ""));
  if (hasOwn(error, "cause")) {
    setOwn(body, "cause", encoder.encode(error.cause, childPath(path, "cause"), depth + 2));
  }
  setOwn(body, "properties", encodeProperties(encoder, error, path, depth + 2));
  return tagged(encoder, "Error", body);
}
function textOf(value, fallback) {
  return typeof value === "string" ? value : fallback;
}

// src/protocol/encode_value.ts
function encodeValue(value, options = {}) {
  const depth = options.depth ?? 200;
  const bare = hasOwn(ObjectPrototype, "toJSON") || hasOwn(ArrayPrototype, "toJSON");
  if (!bare && isPlainSafely(value, depth)) return {
    wire: value,
    notes: []
  };
  const root = options.root ?? "result";
  const encoder = {
    depth,
    refuse: options.unsupported === "refuse",
    bare,
    notes: [],
    ancestors: [],
    paths: [],
    noted: 0,
    encode: (inner, path, nested) => encodeAny(encoder, inner, path, nested)
  };
  const wire = encodeAny(encoder, value, root, 0);
  if (encoder.noted > MAX_NOTES) {
    append(encoder.notes, `${encoder.noted - MAX_NOTES} further notes left out`);
  }
  return {
    wire,
    notes: encoder.notes
  };
}
function isPlainSafely(value, depth) {
  try {
    return isPlain(value, depth);
  } catch {
    return false;
  }
}
function isPlain(value, depthLeft) {
  switch (typeof value) {
    case "string":
    case "boolean":
      return true;
    case "number":
      return isFiniteNumber(value) && (value !== 0 || isSame(value, 0));
    case "object":
      return value === null || depthLeft > 0 && isPlainContainer(value, depthLeft - 1);
    default:
      return false;
  }
}
function isPlainContainer(value, depthLeft) {
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
    const key = keys[index];
    if (key === TAG || !isPlain(value[key], depthLeft)) return false;
  }
  return true;
}
function encodeAny(encoder, value, path, depth) {
  switch (typeof value) {
    case "string":
    case "boolean":
      return value;
    case "number":
      return isFiniteNumber(value) && (value !== 0 || isSame(value, 0)) ? value : tagged(encoder, "number", isSame(value, -0) ? "-0" : toText(value));
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
function printBigInt(value) {
  if (asIntN(256, value) === value) return bigIntToString(value);
  return value < 0n ? `-0x${bigIntToString(-value, 16)}` : `0x${bigIntToString(value, 16)}`;
}
function encodeObject(encoder, value, path, depth) {
  enter(encoder, value, path, depth + 1);
  const wire = readSafely(encoder, path, () => isArray(value) ? encodeArray(encoder, value, path, depth) : isPlainPrototype(getPrototypeOf(value)) ? encodeProperties(encoder, value, path, depth) : encodeRichObject(encoder, value, path, depth));
  encoder.ancestors.length -= 1;
  encoder.paths.length -= 1;
  return wire;
}
function isPlainPrototype(prototype) {
  return prototype === ObjectPrototype || prototype === null;
}
function enter(encoder, value, path, depth) {
  const { ancestors, paths } = encoder;
  for (let index = 0; index < ancestors.length; index += 1) {
    if (ancestors[index] !== value) continue;
    throw refusal(NativeTypeError, `Cannot encode ${path}: it closes a circle to ${paths[index]}`);
  }
  assertDepth(encoder, path, depth);
  append(ancestors, value);
  append(paths, path);
}
function encodeArray(encoder, value, path, depth) {
  const wire = newList(encoder);
  for (let index = 0; index < value.length; index += 1) {
    const item = hasOwn(value, index) ? encodeAny(encoder, value[index], childPath(path, index), depth + 1) : tagged(encoder, "hole");
    append(wire, item);
  }
  return wire;
}

// src/protocol/wire_error.ts
var MAX_CAUSES = 4;
var MAX_NAME = 256;
var MAX_MESSAGE = 16384;
var MAX_STACK = 16384;
function encodeError(thrown, options = {}) {
  return encodeCause(thrown, options, 0);
}
function encodeCause(thrown, options, causes) {
  try {
    return isInstance(NativeError, thrown) ? encodeErrorObject(thrown, options, causes) : encodeThrownValue(thrown, options);
  } catch {
    return {
      name: "Error",
      message: "The thrown value cannot be read"
    };
  }
}
function encodeThrownValue(thrown, options) {
  const { wire } = encodeValue([
    thrown
  ], {
    depth: options.depth ?? 32,
    root: "thrown"
  });
  const value = wire[0];
  return {
    name: "Error",
    message: `Thrown: ${describe(thrown)}`,
    value
  };
}
function describe(thrown) {
  if (typeof thrown === "string") return slice(thrown, 0, MAX_MESSAGE);
  if (typeof thrown === "object" && thrown !== null) return "an object";
  return typeof thrown === "function" ? "a function" : slice(toText(thrown), 0, MAX_MESSAGE);
}
function encodeErrorObject(error, options, causes) {
  const name = textOf2(() => error.name, MAX_NAME) ?? "Error";
  const message = textOf2(() => error.message, MAX_MESSAGE) ?? "";
  const stack = textOf2(() => options.stackOf?.(error), MAX_STACK);
  const properties = encodeOwnData(error, options.depth ?? 32);
  const hasCause = hasOwn(error, "cause") && causes < MAX_CAUSES;
  return {
    name,
    message,
    ...stack === void 0 ? {} : {
      stack
    },
    ...hasCause ? {
      cause: encodeCause(error.cause, options, causes + 1)
    } : {},
    ...properties === void 0 ? {} : {
      properties
    }
  };
}
function textOf2(read, most) {
  try {
    const text = read();
    return typeof text === "string" ? slice(text, 0, most) : void 0;
  } catch {
    return void 0;
  }
}
function encodeOwnData(error, depth) {
  const properties = {};
  const keys = keysOf(error);
  for (let index = 0; index < keys.length && index < 64; index += 1) {
    const key = keys[index];
    if (key === "name" || key === "message" || key === "stack" || key === "cause") continue;
    try {
      const value = error[key];
      setOwn(properties, key, encodeValue(value, {
        depth
      }).wire);
    } catch {
    }
  }
  return keysOf(properties).length === 0 ? void 0 : properties;
}
function decodeError(wire, classes = ERROR_CLASSES) {
  if (wire.value !== void 0) return decodeValue(wire.value);
  const ErrorClass = classOf(wire.name, classes);
  const error = new ErrorClass(wire.message);
  if (error.name !== wire.name) setHidden(error, "name", wire.name);
  if (wire.cause !== void 0) setHidden(error, "cause", decodeError(wire.cause, classes));
  const properties = wire.properties;
  const keys = properties === void 0 ? [] : keysOf(properties);
  for (let index = 0; index < keys.length; index += 1) {
    setOwn(error, keys[index], decodeValue(properties[keys[index]]));
  }
  return error;
}
function classOf(name, classes) {
  if (hasOwn(classes, name)) return classes[name];
  return hasOwn(ERROR_CLASSES, name) ? ERROR_CLASSES[name] : NativeError;
}

// src/protocol/plain_json.ts
var MISFIT2 = Symbol("misfit");

// workers/guest/print_frame.ts
var quote = stringifyJson;
function printLog(level, text) {
  return `{"type":"log","level":"${level}","text":${quote(text)}}`;
}
function printCall(call2) {
  const name = `"namespace":${quote(call2.namespace)},"tool":${quote(call2.tool)}`;
  return `{"type":"call","id":${call2.id},${name},"args":[${call2.args}]}`;
}
function printResult(value, notes) {
  let printed = "";
  for (let index = 0; index < notes.length; index += 1) {
    printed += `${index > 0 ? "," : ""}${quote(notes[index])}`;
  }
  return `{"type":"final","ok":true,"value":${printValue(value)},"notes":[${printed}]}`;
}
function printFailure(error) {
  return `{"type":"final","ok":false,"error":${printError(error)}}`;
}
function printValue(value) {
  return stringifyJson(value);
}
function printError(error) {
  let text = `{"name":${quote(error.name)},"message":${quote(error.message)}`;
  if (error.stack !== void 0) text += `,"stack":${quote(error.stack)}`;
  if (error.value !== void 0) text += `,"value":${printValue(error.value)}`;
  if (error.cause !== void 0) text += `,"cause":${printError(error.cause)}`;
  if (error.properties !== void 0) text += `,"properties":${printProperties(error.properties)}`;
  return `${text}}`;
}
function printProperties(properties) {
  const keys = keysOf(properties);
  let text = "";
  for (let index = 0; index < keys.length; index += 1) {
    const key = keys[index];
    text += `${index > 0 ? "," : ""}${quote(key)}:${printValue(properties[key])}`;
  }
  return `{${text}}`;
}

// workers/guest/calls.ts
var NativePromise2 = Promise;
function createCalls(wire) {
  const pending = create(null);
  let lastId = 0;
  let open = 0;
  let listening = false;
  const isWanted = () => listening = open > 0;
  const take = (line) => {
    const reply = parseJson(line);
    const call2 = pending[reply.id];
    if (call2 === void 0) return;
    delete pending[reply.id];
    open -= 1;
    if (reply.ok) call2.resolve(decodeValue(reply.value));
    else call2.reject(decodeError(reply.error, wire.errorClasses));
  };
  const start = (namespace, tool, args, settle) => {
    const id = ++lastId;
    wire.send(printCall({
      id,
      namespace,
      tool,
      args
    }));
    pending[id] = settle;
    open += 1;
    if (listening) return;
    listening = true;
    wire.listen(take, isWanted);
  };
  return {
    call(namespace, tool, args) {
      return new NativePromise2((resolve, reject) => {
        const printed = printArguments(args, wire.depth);
        start(namespace, tool, printed, {
          name: `${namespace}.${tool}`,
          resolve,
          reject
        });
      });
    },
    pending() {
      const names = [];
      const ids = keysOf(pending);
      for (let index = 0; index < ids.length; index += 1) names[index] = pending[ids[index]].name;
      return names;
    }
  };
}
function printArguments(args, depth) {
  let text = "";
  for (let index = 0; index < args.length; index += 1) {
    const options = {
      depth,
      root: `args[${index}]`,
      unsupported: "refuse"
    };
    text += `${index > 0 ? "," : ""}${printValue(encodeValue(args[index], options).wire)}`;
  }
  return text;
}

// workers/guest/inspect.ts
var MAX_DEPTH = 6;
var MAX_ITEMS = 100;
var MAX_LENGTH = 16384;
var MAX_INLINE = 72;
function formatArguments(args) {
  const first = args[0];
  const [head, used] = typeof first === "string" ? applyFormat(first, args) : [
    "",
    0
  ];
  let text = head;
  for (let index = used; index < args.length && text.length < MAX_LENGTH; index += 1) {
    const arg = args[index];
    text += (index > 0 ? " " : "") + (typeof arg === "string" ? arg : inspect(arg));
  }
  return cut(text);
}
function cut(text) {
  const more = text.length - MAX_LENGTH;
  return more > 0 ? `${slice(text, 0, MAX_LENGTH)}\u2026 (${more} more characters)` : text;
}
function applyFormat(format, args) {
  let text = "";
  let used = 1;
  for (let at = 0; at < format.length; at += 1) {
    const directive = format[at] === "%" ? format[at + 1] : void 0;
    if (directive === "%" && args.length > 1) text += "%";
    else if (directive !== void 0 && used < args.length && "sdifjoOc".includes(directive)) {
      text += printDirective(directive, args[used++]);
    } else {
      text += format[at];
      continue;
    }
    at += 1;
  }
  return [
    text,
    used
  ];
}
function printDirective(directive, value) {
  if (directive === "c") return "";
  if (directive === "s") return typeof value === "string" ? value : inspect(value);
  if (directive === "o" || directive === "O" || directive === "j") return inspect(value);
  if (typeof value === "symbol" || typeof value === "object") return "NaN";
  const number = toNumber(value);
  return toText(directive === "i" ? Math.trunc(number) : number);
}
function inspect(value) {
  try {
    return cut(print(value, {
      left: MAX_LENGTH,
      ancestors: []
    }, ""));
  } catch {
    return "[unreadable]";
  }
}
function print(value, printer, indent) {
  const text = typeof value === "object" && value !== null ? printObject(value, printer, indent) : printPrimitive(value);
  printer.left -= text.length;
  return text;
}
function printPrimitive(value) {
  if (typeof value === "string") {
    return stringifyJson(value.length > MAX_LENGTH ? slice(value, 0, MAX_LENGTH) : value);
  }
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "function") return `[Function${nameOf(value)}]`;
  return value === 0 && 1 / value < 0 ? "-0" : toText(value);
}
function nameOf(value) {
  const name = getOwnPropertyDescriptor(value, "name")?.value;
  return typeof name === "string" && name.length > 0 ? `: ${name}` : " (anonymous)";
}
function printObject(value, printer, indent) {
  const { ancestors } = printer;
  for (let index = 0; index < ancestors.length; index += 1) {
    if (ancestors[index] === value) return "[Circular]";
  }
  if (ancestors.length >= MAX_DEPTH) return isArray(value) ? "[Array]" : "[Object]";
  if (printer.left <= 0) return "\u2026";
  ancestors[ancestors.length] = value;
  const text = printKind(value, printer, indent);
  ancestors.length -= 1;
  return text;
}
function printKind(value, printer, indent) {
  if (isArray(value)) return printList("", value, printer, indent);
  if (isInstance(NativeError, value)) return printError2(value);
  if (isInstance(NativeDate, value)) return printDate(value);
  if (isInstance(NativeRegExp, value)) {
    return `/${regExpSource(value)}/${regExpFlags(value)}`;
  }
  if (isInstance(NativeMap, value)) {
    return printMap(value, printer, indent);
  }
  if (isInstance(NativeSet, value)) return printSet(value, printer, indent);
  const arrayName = typedArrayName(value);
  if (arrayName !== void 0) {
    return printList(`${arrayName} `, value, printer, indent);
  }
  return printProperties2(value, printer, indent);
}
function printDate(value) {
  return isFiniteNumber(dateTime(value)) ? dateToIso(value) : "Invalid Date";
}
function printError2(error) {
  const { message } = error;
  const name = toText(error.name);
  return message === "" ? name : `${name}: ${message}`;
}
function printList(prefix, list, printer, indent) {
  const parts = [];
  for (let index = 0; index < list.length; index += 1) {
    if (index >= MAX_ITEMS || printer.left <= 0) {
      parts[parts.length] = `\u2026 ${list.length - index} more`;
      break;
    }
    parts[index] = print(list[index], printer, `${indent}  `);
  }
  return prefix + wrap("[", parts, "]", indent);
}
function printMap(map, printer, indent) {
  const parts = [];
  mapForEach(map, (value, key) => {
    if (parts.length >= MAX_ITEMS) return;
    const printed = print(key, printer, `${indent}  `);
    parts[parts.length] = `${printed} => ${print(value, printer, `${indent}  `)}`;
  });
  return `Map(${map.size}) ${wrap("{", parts, "}", indent)}`;
}
function printSet(set, printer, indent) {
  const parts = [];
  setForEach(set, (value) => {
    if (parts.length < MAX_ITEMS) parts[parts.length] = print(value, printer, `${indent}  `);
  });
  return `Set(${set.size}) ${wrap("{", parts, "}", indent)}`;
}
function printProperties2(value, printer, indent) {
  const parts = [];
  const keys = keysOf(value);
  for (let index = 0; index < keys.length; index += 1) {
    if (index >= MAX_ITEMS || printer.left <= 0) {
      parts[parts.length] = `\u2026 ${keys.length - index} more`;
      break;
    }
    parts[index] = `${printKey(keys[index])}: ${printProperty(value, keys[index], printer, indent)}`;
  }
  return classPrefix(value) + wrap("{", parts, "}", indent);
}
function printProperty(value, key, printer, indent) {
  const descriptor = getOwnPropertyDescriptor(value, key);
  if (descriptor?.get !== void 0) return "[Getter]";
  return print(descriptor?.value, printer, `${indent}  `);
}
function printKey(key) {
  for (let index = 0; index < key.length; index += 1) {
    const char = key[index];
    const isWord = char >= "a" && char <= "z" || char >= "A" && char <= "Z" || char >= "0" && char <= "9" && index > 0 || char === "_" || char === "$";
    if (!isWord) return stringifyJson(key);
  }
  return key === "" ? '""' : key;
}
function classPrefix(value) {
  const prototype = getPrototypeOf(value);
  if (prototype === ObjectPrototype || prototype === null) return "";
  const constructor = getOwnPropertyDescriptor(prototype, "constructor")?.value;
  if (typeof constructor !== "function") return "";
  const name = getOwnPropertyDescriptor(constructor, "name")?.value;
  return typeof name === "string" && name !== "" ? `${name} ` : "";
}
function wrap(open, parts, close, indent) {
  if (parts.length === 0) return open + close;
  let length = 0;
  let isMultiline = false;
  for (let index = 0; index < parts.length; index += 1) {
    length += parts[index].length + 2;
    if (parts[index].includes("\n")) isMultiline = true;
  }
  const gap = length > MAX_INLINE || isMultiline ? `
${indent}  ` : " ";
  let text = open;
  for (let index = 0; index < parts.length; index += 1) {
    text += (index > 0 ? "," : "") + gap + parts[index];
  }
  return `${text}${gap === " " ? " " : `
${indent}`}${close}`;
}

// workers/guest/console.ts
function createConsole(send) {
  const counts = create(null);
  const started = create(null);
  const now = performance.now.bind(performance);
  let indent = "";
  const at = (level) => (...args) => {
    send(level, indent + formatArguments(args));
  };
  const group = (...args) => {
    if (args.length > 0) at("log")(...args);
    if (indent.length < 20) indent += "  ";
  };
  const elapsed = (label) => `${label}: ${(now() - (started[label] ?? now())).toFixed(2)}ms`;
  return {
    debug: at("debug"),
    log: at("log"),
    info: at("info"),
    warn: at("warn"),
    error: at("error"),
    trace: at("debug"),
    table: at("log"),
    dirxml: at("log"),
    dir: (value) => send("log", indent + inspect(value)),
    assert: (condition, ...args) => {
      if (!condition) at("error")("Assertion failed", ...args);
    },
    count: (label = "default") => {
      const key = `${label}`;
      counts[key] = (counts[key] ?? 0) + 1;
      send("log", `${indent}${key}: ${counts[key]}`);
    },
    countReset: (label = "default") => void delete counts[`${label}`],
    group,
    groupCollapsed: group,
    groupEnd: () => void (indent = indent.slice(2)),
    time: (label = "default") => void (started[`${label}`] = now()),
    timeLog: (label = "default") => send("log", indent + elapsed(`${label}`)),
    timeEnd: (label = "default") => {
      send("log", indent + elapsed(`${label}`));
      delete started[`${label}`];
    },
    clear: () => {
    }
  };
}

// workers/guest/fetch.ts
var DENIED = 'Requires net access to "';
function explainFetch(fetch) {
  return async function explained(input, init) {
    try {
      return await fetch(input, init);
    } catch (error) {
      throw explain(error);
    }
  };
}
function explain(error) {
  const { message } = error;
  if (typeof message !== "string" || indexOf(message, DENIED) < 0) return error;
  const from = indexOf(message, DENIED) + DENIED.length;
  const host = slice(message, from, indexOf(message, '"', from));
  const text = `This program may not reach ${host}: the capability "network:${host}" is missing`;
  const denied = construct(NativeTypeError, [
    text
  ]);
  denied.code = "NETWORK_DENIED";
  return denied;
}

// workers/guest/guest_stack.ts
var execute = uncurryThis(RegExp.prototype.exec);
var FRAME = /^\s*at (?:(.*) \()?guest\.ts(?:, <anonymous>)?:(\d+):(\d+)\)?$/;
var OUTERMOST = /^(?:async )?(?:eval|<anonymous>)?$/;
function guestStack(error) {
  const { stack } = error;
  if (typeof stack !== "string" || indexOf(stack, GUEST_SCRIPT_NAME) < 0) return void 0;
  let frames = "";
  let from = 0;
  while (from < stack.length) {
    const newline = indexOf(stack, "\n", from);
    const end = newline < 0 ? stack.length : newline;
    frames += printFrame(slice(stack, from, end));
    from = end + 1;
  }
  return frames === "" ? void 0 : `${error.name}: ${error.message}${frames}`;
}
function printFrame(line) {
  const match = execute(FRAME, line);
  if (match === null) return "";
  const place = `${GUEST_SCRIPT_NAME}:${match[2]}:${match[3]}`;
  const name = match[1] ?? "";
  const shown = execute(OUTERMOST, name) === null ? name : "";
  if (shown === "") return `
    at ${startsWith(name, "async ") ? "async " : ""}${place}`;
  return `
    at ${shown} (${place})`;
}

// workers/guest/mcp_tool_error.ts
var McpToolError = class extends Error {
  name = "McpToolError";
};

// workers/guest/suggest.ts
var execute2 = uncurryThis(RegExp.prototype.exec);
var NOT_A_FUNCTION = /^(?:.*[.\s])?([\w$]+)\.([\w$]+) is not a function$/;
var OF_UNDEFINED = /^Cannot read properties of undefined \(reading '([\w$]+)'\)$/;
function suggest(message, namespaces) {
  const call2 = execute2(NOT_A_FUNCTION, message);
  if (call2 !== null) return suggestTool(call2[1], call2[2], namespaces);
  const read = execute2(OF_UNDEFINED, message);
  return read === null ? "" : suggestPath(read[1], namespaces);
}
function suggestTool(owner, tool, namespaces) {
  for (let index = 0; index < namespaces.length; index += 1) {
    const namespace = namespaces[index];
    if (namespace.name !== owner) continue;
    const near = nearest(tool, namespace);
    if (near !== void 0) return `. Did you mean '${near}'?`;
    return `. Tools of ${owner}: ${listTools(namespace)}`;
  }
  return "";
}
function listTools(namespace) {
  let text = "";
  for (let index = 0; index < namespace.tools.length && index < 12; index += 1) {
    text += `${index > 0 ? ", " : ""}${namespace.tools[index].name}`;
  }
  return namespace.tools.length > 12 ? `${text}, \u2026` : text;
}
function suggestPath(tool, namespaces) {
  for (let index = 0; index < namespaces.length; index += 1) {
    const { name, tools, member } = namespaces[index];
    for (let at = 0; at < tools.length; at += 1) {
      if (tools[at].name === tool) {
        return `. Did you mean '${member ? "mcp." : ""}${name}.${tool}'?`;
      }
    }
  }
  return "";
}
function nearest(name, namespace) {
  let best;
  let bestDistance = Math.floor(name.length / 3) + 1;
  for (let index = 0; index < namespace.tools.length; index += 1) {
    const candidate = namespace.tools[index].name;
    const distance = editDistance(name, candidate, bestDistance);
    if (distance >= bestDistance) continue;
    best = candidate;
    bestDistance = distance;
  }
  return best;
}
function editDistance(left, right, most) {
  if (Math.abs(left.length - right.length) >= most || left.length > 128) return most;
  let row = [];
  for (let at = 0; at <= right.length; at += 1) row[at] = at;
  for (let line = 1; line <= left.length; line += 1) {
    const next = [
      line
    ];
    for (let at = 1; at <= right.length; at += 1) {
      const swap = left[line - 1] === right[at - 1] ? 0 : 1;
      next[at] = Math.min(row[at] + 1, next[at - 1] + 1, row[at - 1] + swap);
    }
    row = next;
  }
  return row[right.length];
}

// workers/guest/tools.ts
var CODEMODE = {
  name: "codemode",
  tools: [
    {
      name: "search",
      aliases: []
    },
    {
      name: "describe",
      aliases: []
    },
    {
      name: "call",
      aliases: []
    }
  ],
  global: true,
  member: false
};
function installTools(scope, namespaces, send) {
  const mcp = create(null);
  const taken = create(null);
  for (let index = 0; index < namespaces.length; index += 1) {
    install(scope, mcp, namespaces[index], send);
    taken[namespaces[index].name] = true;
  }
  if (!hasOwn(taken, CODEMODE.name)) install(scope, mcp, CODEMODE, send);
  setFixed(scope, "mcp", freeze(mcp));
}
function install(scope, mcp, namespace, send) {
  const object = createNamespace(namespace, send);
  if (namespace.member) mcp[namespace.name] = object;
  if (namespace.global) setFixed(scope, namespace.name, object);
}
function createNamespace(namespace, send) {
  const object = create(null);
  for (let index = 0; index < namespace.tools.length; index += 1) {
    const tool = namespace.tools[index];
    const call2 = createTool(namespace.name, tool, send);
    if (tool.name !== "then") object[tool.name] = call2;
    addAliases(object, tool, call2);
  }
  return freeze(object);
}
function addAliases(object, tool, call2) {
  for (let index = 0; index < tool.aliases.length; index += 1) {
    const alias = tool.aliases[index];
    if (alias !== "then" && !hasOwn(object, alias)) object[alias] = call2;
  }
}
function createTool(namespace, tool, send) {
  const call2 = (...args) => send(namespace, tool.name, args);
  defineProperty(call2, "name", {
    value: tool.name
  });
  return freeze(call2);
}
function setFixed(scope, name, value) {
  const property = {
    value,
    writable: false,
    enumerable: true,
    configurable: false
  };
  return Reflect.defineProperty(scope, name, property);
}

// workers/guest/serve.ts
var evaluate = globalThis.eval;
var then = uncurryThis(Promise.prototype.then);
var trueFetch = globalThis.fetch;
var MAX_REJECTIONS = 4;
function serve(door2, watch2, scope) {
  const line = createLine(door2);
  setFixed(scope, "console", freeze(createConsole((level, text2) => line.send(printLog(level, text2)))));
  setFixed(scope, "McpToolError", McpToolError);
  setFixed(scope, "fetch", explainFetch(trueFetch));
  door2.send(`{"type":"ready","version":${PROTOCOL_VERSION}}
`);
  const text = door2.receive();
  if (text === void 0) return;
  const start = parseJson(text);
  line.nonce = start.nonce;
  runProgram(start, line, {
    door: door2,
    watch: watch2,
    scope
  });
}
function createLine(door2) {
  const line = {
    nonce: "",
    ended: false,
    send(json) {
      if (!line.ended) door2.send(toGuestLine(line.nonce, json));
    },
    end(json) {
      line.send(json);
      line.ended = true;
    }
  };
  return line;
}
function runProgram(start, line, { door: door2, watch: watch2, scope }) {
  const { depth, namespaces } = start;
  const errorClasses = {
    McpToolError
  };
  const calls = createCalls({
    depth,
    errorClasses,
    send: line.send,
    listen: door2.listen
  });
  const rejections = [];
  const fail = (thrown) => line.end(printFailure(toWireError(thrown, start)));
  const finish = (value) => {
    try {
      const { wire, notes } = encodeValue(value, {
        depth
      });
      line.end(printResult(wire, collectNotes(notes, calls.pending(), rejections)));
    } catch (error) {
      fail(error);
    }
  };
  watch2.onUncaught = fail;
  watch2.onIdle = () => fail(new Error(NEVER_ENDS));
  watch2.onRejection = (reason) => {
    if (rejections.length < MAX_REJECTIONS) append(rejections, encodeError(reason).message);
  };
  installTools(scope, namespaces, calls.call);
  setFixed(scope, "context", deepFreeze(decodeValue(start.context)));
  try {
    then(evaluate(toGuestScript(start.code))(), finish, fail);
  } catch (error) {
    fail(error);
  }
}
var NEVER_ENDS = "The program waits for something that nothing will ever settle";
function collectNotes(notes, pending, rejections) {
  const all = [];
  for (let index = 0; index < notes.length; index += 1) append(all, notes[index]);
  for (let index = 0; index < pending.length && index < 32; index += 1) {
    append(all, `${pending[index]}: not awaited; cancelled when the program ended`);
  }
  for (let index = 0; index < rejections.length; index += 1) {
    append(all, `A promise nobody awaited was rejected: ${rejections[index]}`);
  }
  return all;
}
function toWireError(thrown, start) {
  const error = encodeError(thrown, {
    depth: start.depth,
    stackOf: guestStack
  });
  if (error.name !== "TypeError") return error;
  return {
    ...error,
    message: error.message + suggest(error.message, start.namespaces)
  };
}
function deepFreeze(value) {
  if (typeof value !== "object" || value === null || isView(value)) return value;
  const keys = isArray(value) ? void 0 : keysOf(value);
  const count = keys === void 0 ? value.length : keys.length;
  for (let index = 0; index < count; index += 1) {
    deepFreeze(value[keys === void 0 ? index : keys[index]]);
  }
  return freeze(value);
}

// workers/guest/stdio_door.ts
var READ_BYTES = 65536;
var encode = uncurryThis(TextEncoder.prototype.encode);
var subarray2 = uncurryThis(Uint8Array.prototype.subarray);
var then2 = uncurryThis(Promise.prototype.then);
function openStdioDoor(stdin, stdout) {
  const encoder = new TextEncoder();
  const buffer = new Uint8Array(READ_BYTES);
  const lines = new LineSplitter(Infinity);
  const read = stdin.read.bind(stdin);
  const readSync = stdin.readSync.bind(stdin);
  const writeSync = stdout.writeSync.bind(stdout);
  return {
    receive() {
      let first;
      while (first === void 0) {
        const bytes = readSync(buffer);
        if (bytes === null) return void 0;
        lines.push(subarray2(buffer, 0, bytes), (line) => first = line);
      }
      return first;
    },
    listen(take, isWanted) {
      const next = () => {
        then2(read(buffer), (bytes) => {
          if (bytes === null) return;
          lines.push(subarray2(buffer, 0, bytes), take);
          if (isWanted()) next();
        });
      };
      next();
    },
    send(text) {
      let bytes = encode(encoder, text);
      while (bytes.length > 0) bytes = subarray2(bytes, writeSync(bytes));
    }
  };
}

// workers/guest/watch.ts
function watchGlobals(scope) {
  const ignore = () => {
  };
  const watch2 = {
    onUncaught: ignore,
    onRejection: ignore,
    onIdle: ignore
  };
  scope.addEventListener("error", (event) => {
    event.preventDefault();
    watch2.onUncaught(event.error);
  });
  scope.addEventListener("unhandledrejection", (event) => {
    event.preventDefault();
    watch2.onRejection(event.reason);
  });
  scope.addEventListener("beforeunload", () => watch2.onIdle());
  return watch2;
}

// workers/deno.ts
var door = openStdioDoor(Deno.stdin, Deno.stdout);
var watch = watchGlobals(globalThis);
sealGlobals(globalThis);
serve(door, watch, globalThis);
