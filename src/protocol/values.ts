/** The codec of values, for both sides: what `encodeValue` makes, `decodeValue` gives back. */

export { decodeValue } from "./decode_value.ts";
export { type EncodedValue, type EncodeOptions, encodeValue } from "./encode_value.ts";
export {
  decodeError,
  encodeError,
  type EncodeErrorOptions,
  type ErrorClasses,
} from "./wire_error.ts";
export { type PlainJson, toPlainJson } from "./plain_json.ts";
export { TAG } from "./value_tags.ts";
