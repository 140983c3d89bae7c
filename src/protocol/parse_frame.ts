/**
 * Text of a guest → frame or refusal. Never throws, whatever the text; a frame that comes out has
 * exactly the shape of `frames.ts`, and its values are nested no deeper than asked. Tags inside values
 * are not looked at: `decodeValue` reads ill-made ones as plain data.
 */

import {
  type CallFrame,
  type FinalFrame,
  GUEST_LOG_LEVELS,
  type GuestFrame,
  type GuestLogLevel,
  type GuestUsage,
  type LogFrame,
  type ReadyFrame,
  type WireError,
  type WirePlace,
  type WireValue,
  YIELD_REASONS,
  type YieldFrame,
} from "./frames.ts";

/** A frame, or why the text is none. */
export type ParsedFrame =
  | { readonly ok: true; readonly frame: GuestFrame }
  | { readonly ok: false; readonly reason: string };

/** Longest name of a namespace or a tool in a call. */
const MAX_NAME_LENGTH = 512;
/** Arguments of one call. */
const MAX_ARGUMENTS = 64;
/** Causes of causes. */
const MAX_CAUSES = 8;
/** Notes of one final frame. */
const MAX_NOTES = 256;

type JsonObject = { readonly [key: string]: unknown };

/** Refusals travel as thrown reasons inside this file only. */
class Refusal {
  constructor(readonly reason: string) {}
}

/** Reads one frame; `depth` bounds the nesting of each value in it. */
export function parseFrame(text: string, depth: number): ParsedFrame {
  try {
    return { ok: true, frame: readFrame(JSON.parse(text), depth) };
  } catch (thrown) {
    return { ok: false, reason: thrown instanceof Refusal ? thrown.reason : "it is not JSON" };
  }
}

function readFrame(json: unknown, depth: number): GuestFrame {
  const frame = asObject(json, "the frame");
  const type = own(frame, "type");
  if (type === "call") return readCall(frame, depth);
  if (type === "log") return readLog(frame);
  if (type === "final") return readFinal(frame, depth);
  if (type === "ready") return readReady(frame);
  if (type === "yield") return readYield(frame);
  throw new Refusal("its type is unknown");
}

function readReady(frame: JsonObject): ReadyFrame {
  return { type: "ready", version: asCount(own(frame, "version"), "version") };
}

function readLog(frame: JsonObject): LogFrame {
  const level = own(frame, "level");
  if (!(GUEST_LOG_LEVELS as readonly unknown[]).includes(level)) {
    throw new Refusal("level is unknown");
  }
  return { type: "log", level: level as GuestLogLevel, text: asText(own(frame, "text"), "text") };
}

function readCall(frame: JsonObject, depth: number): CallFrame {
  const args = asList(own(frame, "args"), "args", MAX_ARGUMENTS);
  for (const arg of args) assertDepth(arg, depth, "args");
  return {
    type: "call",
    id: asCount(own(frame, "id"), "id"),
    namespace: asName(own(frame, "namespace"), "namespace"),
    tool: asName(own(frame, "tool"), "tool"),
    args: args as readonly WireValue[],
  };
}

function readFinal(frame: JsonObject, depth: number): FinalFrame {
  const usage = readUsage(frame);
  if (own(frame, "ok") === false) {
    const error = readError(own(frame, "error"), depth, MAX_CAUSES);
    return { type: "final", ok: false, error, ...usage };
  }
  if (own(frame, "ok") !== true) throw new Refusal("ok is neither true nor false");
  const value = own(frame, "value");
  if (value === undefined) throw new Refusal("value is missing");
  assertDepth(value, depth, "value");
  const notes = asList(own(frame, "notes"), "notes", MAX_NOTES);
  for (const note of notes) asText(note, "notes");
  const told = { value: value as WireValue, notes: notes as readonly string[] };
  return { type: "final", ok: true, ...told, ...usage };
}

function readYield(frame: JsonObject): YieldFrame {
  const reason = own(frame, "reason");
  if (!(YIELD_REASONS as readonly unknown[]).includes(reason)) {
    throw new Refusal("reason is unknown");
  }
  const what = asName(own(frame, "what"), "what");
  return { type: "yield", reason: reason as YieldFrame["reason"], what, ...readUsage(frame) };
}

function readUsage(frame: JsonObject): { readonly usage?: GuestUsage } {
  const usage = own(frame, "usage");
  if (usage === undefined) return {};
  const used = asObject(usage, "usage");
  const cpuMs = asAmount(own(used, "cpuMs"), "usage.cpuMs");
  return { usage: { cpuMs, memoryBytes: asAmount(own(used, "memoryBytes"), "usage.memoryBytes") } };
}

function readError(json: unknown, depth: number, causesLeft: number): WireError {
  const error = asObject(json, "error");
  const name = asText(own(error, "name"), "error.name");
  const message = asText(own(error, "message"), "error.message");
  const stack = own(error, "stack");
  const place = own(error, "place");
  const value = own(error, "value");
  const cause = own(error, "cause");
  const properties = own(error, "properties");
  assertDepth(value ?? null, depth, "error.value");
  if (properties !== undefined) asObject(properties, "error.properties");
  assertDepth(properties ?? null, depth + 1, "error.properties");
  if (cause !== undefined && causesLeft === 0) throw new Refusal("error has too many causes");
  return {
    name,
    message,
    ...(stack === undefined ? {} : { stack: asText(stack, "error.stack") }),
    ...(place === undefined ? {} : { place: readPlace(place) }),
    ...(value === undefined ? {} : { value: value as WireValue }),
    ...(cause === undefined ? {} : { cause: readError(cause, depth, causesLeft - 1) }),
    ...(properties === undefined
      ? {}
      : { properties: properties as { readonly [key: string]: WireValue } }),
  };
}

function readPlace(json: unknown): WirePlace {
  const place = asObject(json, "error.place");
  const line = asCount(own(place, "line"), "error.place.line");
  const column = own(place, "column");
  return column === undefined ? { line } : { line, column: asCount(column, "error.place.column") };
}

function own(object: JsonObject, key: string): unknown {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

function asObject(value: unknown, what: string): JsonObject {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    return value as JsonObject;
  }
  throw new Refusal(`${what} is not an object`);
}

function asList(value: unknown, what: string, most: number): readonly unknown[] {
  if (!Array.isArray(value)) throw new Refusal(`${what} is not a list`);
  if (value.length > most) throw new Refusal(`${what} has more than ${most} entries`);
  return value;
}

function asText(value: unknown, what: string): string {
  if (typeof value !== "string") throw new Refusal(`${what} is not text`);
  return value;
}

function asName(value: unknown, what: string): string {
  const name = asText(value, what);
  if (name.length > MAX_NAME_LENGTH) throw new Refusal(`${what} is too long`);
  return name;
}

function asCount(value: unknown, what: string): number {
  if (!Number.isSafeInteger(value) || (value as number) < 1) {
    throw new Refusal(`${what} is not a positive integer`);
  }
  return value as number;
}

function asAmount(value: unknown, what: string): number {
  if (typeof value === "number" && Number.isFinite(value) && value >= 0) return value;
  throw new Refusal(`${what} is not an amount`);
}

/** Refuses nesting beyond `depth`; recursion is bounded by it too. */
function assertDepth(value: unknown, depth: number, what: string): void {
  if (typeof value !== "object" || value === null) return;
  if (depth <= 0) throw new Refusal(`${what} is nested too deep`);
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index += 1) {
      assertDepth(value[index], depth - 1, what);
    }
    return;
  }
  for (const key in value) assertDepth((value as JsonObject)[key], depth - 1, what);
}
