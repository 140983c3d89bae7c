/** Bytes as base64 text and back, with built-ins captured at load. Standard alphabet, padded. */

import {
  charCodeAt,
  NativeTypeError,
  NativeUint8Array,
  slice,
  uncurryThis,
} from "./primordials.ts";

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const PADDING = 61;
const VALUES = readAlphabet();

/** Newer engines bring their own; the loops below serve the rest. */
interface NativeBase64 {
  readonly prototype: { readonly toBase64?: (this: Uint8Array) => string };
  readonly fromBase64?: (text: string, options: object) => Uint8Array<ArrayBuffer>;
}
const native = (Uint8Array as object) as NativeBase64;
const nativeEncode = native.prototype.toBase64 && uncurryThis(native.prototype.toBase64);
const nativeDecode = native.fromBase64?.bind(native);
const STRICT = Object.freeze({ __proto__: null, lastChunkHandling: "strict" });

function readAlphabet(): Uint8Array {
  const values = new Uint8Array(128).fill(255);
  for (let index = 0; index < 64; index += 1) values[ALPHABET.charCodeAt(index)] = index;
  return values;
}

/** Base64 text of `bytes`. */
export function encodeBase64(bytes: Uint8Array): string {
  return nativeEncode ? nativeEncode(bytes) : encodeBase64Slowly(bytes);
}

/** The bytes of base64 text; throws a TypeError or SyntaxError when it is not strictly padded base64. */
export function decodeBase64(text: string): Uint8Array<ArrayBuffer> {
  return nativeDecode ? nativeDecode(text, STRICT) : decodeBase64Slowly(text);
}

/** {@link encodeBase64} for engines without a built-in. */
export function encodeBase64Slowly(bytes: Uint8Array): string {
  let text = "";
  const length = bytes.length;
  for (let at = 0; at < length; at += 3) {
    const left = length - at;
    const group = (bytes[at]! << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
    text += ALPHABET[group >> 18]! + ALPHABET[(group >> 12) & 63]!;
    text += left > 1 ? ALPHABET[(group >> 6) & 63]! : "=";
    text += left > 2 ? ALPHABET[group & 63]! : "=";
  }
  return text;
}

/** {@link decodeBase64} for engines without a built-in. */
export function decodeBase64Slowly(text: string): Uint8Array<ArrayBuffer> {
  const padded = paddingOf(text);
  const bytes = new NativeUint8Array((text.length / 4) * 3 - padded);
  let written = 0;
  for (let at = 0; at < text.length; at += 4) {
    let group = 0;
    for (let step = 0; step < 4; step += 1) group = (group << 6) | sextet(text, at + step, padded);
    for (let shift = 16; shift >= 0 && written < bytes.length; shift -= 8) {
      bytes[written++] = (group >> shift) & 255;
    }
  }
  return bytes;
}

function paddingOf(text: string): number {
  if (text.length % 4 !== 0) throw new NativeTypeError("Cannot decode base64: length is not whole");
  if (text.length === 0 || charCodeAt(text, text.length - 1) !== PADDING) return 0;
  return slice(text, -2) === "==" ? 2 : 1;
}

function sextet(text: string, at: number, padded: number): number {
  if (at >= text.length - padded) return 0;
  const value = VALUES[charCodeAt(text, at)];
  if (value === undefined || value === 255) {
    throw new NativeTypeError("Cannot decode base64: a character is outside the alphabet");
  }
  return value;
}
