/**
 * Thrown values ↔ `WireError`. An error keeps its name, message, cause and own enumerable data; other
 * thrown values travel as `value`. Stacks cross only when the caller of `encodeError` gives them.
 */

import { decodeValue, setHidden } from "./decode_value.ts";
import { encodeValue } from "./encode_value.ts";
import { setOwn } from "./encoder.ts";
import type { WireError, WireValue } from "./frames.ts";
import {
  ERROR_CLASSES,
  hasOwn,
  isInstance,
  keysOf,
  NativeError,
  slice,
  toText,
} from "./primordials.ts";

/** Causes followed. */
const MAX_CAUSES = 4;
/** Characters kept of a name, a message, a stack. */
const MAX_NAME = 256;
const MAX_MESSAGE = 16_384;
const MAX_STACK = 16_384;

/** Options of {@link encodeError}. */
export interface EncodeErrorOptions {
  /** Deepest nesting of the error's data. @default 32 */
  readonly depth?: number;
  /** What may be told of an error's stack; absent tells nothing. */
  readonly stackOf?: (error: Error) => string | undefined;
}

/** Any thrown value as a wire error; never throws, whatever getters and Proxies do. */
export function encodeError(thrown: unknown, options: EncodeErrorOptions = {}): WireError {
  return encodeCause(thrown, options, 0);
}

function encodeCause(thrown: unknown, options: EncodeErrorOptions, causes: number): WireError {
  try {
    return isInstance(NativeError, thrown)
      ? encodeErrorObject(thrown as Error, options, causes)
      : encodeThrownValue(thrown, options);
  } catch {
    return { name: "Error", message: "The thrown value cannot be read" };
  }
}

function encodeThrownValue(thrown: unknown, options: EncodeErrorOptions): WireError {
  const { wire } = encodeValue([thrown], { depth: options.depth ?? 32, root: "thrown" });
  const value = (wire as readonly WireValue[])[0]!;
  return { name: "Error", message: `Thrown: ${describe(thrown)}`, value };
}

function describe(thrown: unknown): string {
  if (typeof thrown === "string") return slice(thrown, 0, MAX_MESSAGE);
  if (typeof thrown === "object" && thrown !== null) return "an object";
  return typeof thrown === "function" ? "a function" : slice(toText(thrown), 0, MAX_MESSAGE);
}

function encodeErrorObject(error: Error, options: EncodeErrorOptions, causes: number): WireError {
  const name = textOf(() => error.name, MAX_NAME) ?? "Error";
  const message = textOf(() => error.message, MAX_MESSAGE) ?? "";
  const stack = textOf(() => options.stackOf?.(error), MAX_STACK);
  const properties = encodeOwnData(error, options.depth ?? 32);
  const hasCause = hasOwn(error, "cause") && causes < MAX_CAUSES;
  return {
    name,
    message,
    ...(stack === undefined ? {} : { stack }),
    ...(hasCause ? { cause: encodeCause(error.cause, options, causes + 1) } : {}),
    ...(properties === undefined ? {} : { properties }),
  };
}

function textOf(read: () => unknown, most: number): string | undefined {
  try {
    const text = read();
    return typeof text === "string" ? slice(text, 0, most) : undefined;
  } catch {
    return undefined;
  }
}

/** Own enumerable data besides what the wire error says already. */
function encodeOwnData(error: Error, depth: number): Record<string, WireValue> | undefined {
  const properties: Record<string, WireValue> = {};
  const keys = keysOf(error);
  for (let index = 0; index < keys.length && index < 64; index += 1) {
    const key = keys[index]!;
    if (key === "name" || key === "message" || key === "stack" || key === "cause") continue;
    try {
      setOwn(properties, key, encodeValue(readProperty(error, key), { depth }).wire);
    } catch {
      // What cannot be read or encoded is not told.
    }
  }
  return keysOf(properties).length === 0 ? undefined : properties;
}

function readProperty(owner: object, key: string): unknown {
  return (owner as Record<string, unknown>)[key];
}

/** Makes errors of one name; `McpToolError` in a guest is the case in point. */
export type ErrorClasses = { readonly [name: string]: new (message: string) => Error };

/** The error a wire error tells of; a thrown non-error comes back as itself. */
export function decodeError(wire: WireError, classes: ErrorClasses = ERROR_CLASSES): unknown {
  if (wire.value !== undefined) return decodeValue(wire.value);
  const ErrorClass = classOf(wire.name, classes);
  const error = new ErrorClass(wire.message);
  if (error.name !== wire.name) setHidden(error, "name", wire.name);
  if (wire.cause !== undefined) setHidden(error, "cause", decodeError(wire.cause, classes));
  const properties = wire.properties;
  const keys = properties === undefined ? [] : keysOf(properties);
  for (let index = 0; index < keys.length; index += 1) {
    setOwn(error, keys[index]!, decodeValue(properties![keys[index]!]!));
  }
  return error;
}

function classOf(name: string, classes: ErrorClasses): new (message: string) => Error {
  if (hasOwn(classes, name)) return classes[name]!;
  return hasOwn(ERROR_CLASSES, name) ? ERROR_CLASSES[name]! : NativeError;
}
