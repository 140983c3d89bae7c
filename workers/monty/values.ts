/**
 * Values of the light engine <-> JSON of the wire, as the Python codec of the heavy engine has them. The
 * engine gives text in the place of what it cannot give; where a value may be that, this gives up.
 */

import type { WireValue } from "../../src/protocol/frames.ts";
import { isKnownText } from "../../src/protocol/python_text.ts";
import { TAG } from "../../src/protocol/value_tags.ts";

/** A value that only the heavy engine can take or give. */
export class Lacking extends Error {}

const MAX_SAFE = BigInt(Number.MAX_SAFE_INTEGER);
const quote = (text: string) => JSON.stringify(text);

/** JSON of a value that leaves a program, nested up to `depth`. */
export function toJson(value: unknown, depth: number): string {
  if (depth < 0) throw new Lacking("values nested so deep");
  if (value === null || typeof value === "boolean") return String(value);
  if (typeof value === "string") return quote(assertText(value));
  if (typeof value === "number") return numberToJson(value);
  if (typeof value === "bigint") return bigintToJson(value);
  if (Array.isArray(value)) return `[${value.map((item) => toJson(item, depth - 1)).join(",")}]`;
  if (value instanceof Map) return mapToJson(value, depth);
  throw new Lacking("values of such a type");
}

function numberToJson(value: number): string {
  if (Object.is(value, -0)) return tagged("number", quote("-0"));
  return Number.isFinite(value) ? JSON.stringify(value) : tagged("number", quote(String(value)));
}

function bigintToJson(value: bigint): string {
  const isSafe = value <= MAX_SAFE && value >= -MAX_SAFE;
  return isSafe ? String(value) : tagged("bigint", quote(String(value)));
}

function mapToJson(value: ReadonlyMap<unknown, unknown>, depth: number): string {
  const entries = [...value];
  if (!entries.every(([key]) => typeof key === "string")) throw new Lacking("keys other than text");
  const items = entries.map(([key, item]) =>
    `${quote(assertText(key as string))}:${toJson(item, depth - 1)}`
  );
  const record = `{${items.join(",")}}`;
  return value.has(TAG) ? tagged("Object", record) : record;
}

function tagged(type: string, value: string): string {
  return `{${quote(TAG)}:${quote(type)},"value":${value}}`;
}

/** How the engine shows functions, coroutines, iterators, ranges, views, and values inside themselves. */
const SHOWN = /^(?:<.*>|[a-z_]+\(.*\)|\[\.\.\.\]|\{\.\.\.\}|\(\.\.\.\))$/s;

function assertText(text: string): string {
  if (SHOWN.test(text)) throw new Lacking("text that looks like a value of another type");
  return text;
}

/** The engine's value of a wire value. Objects become maps: of plain ones the engine reads types. */
export function fromWire(wire: WireValue): unknown {
  if (typeof wire === "string") return assertWellFormed(wire);
  if (typeof wire === "number") return fromNumber(wire);
  if (wire === null || typeof wire === "boolean") return wire;
  if (Array.isArray(wire)) return wire.map((item) => fromWire(item));
  return fromRecord(wire as { readonly [key: string]: WireValue });
}

function fromNumber(value: number): number | bigint {
  if (value === 0) return 0;
  const isLarge = Number.isInteger(value) && !Number.isSafeInteger(value);
  return isLarge && Math.abs(value) < 1e21 ? BigInt(String(value)) : value;
}

function fromRecord(record: { readonly [key: string]: WireValue }): unknown {
  const type = Object.hasOwn(record, TAG) ? record[TAG] : undefined;
  if (type !== undefined) return fromTagged(String(type), record["value"]);
  return new Map(
    Object.entries(record).map(([key, item]) => [assertWellFormed(key), fromWire(item)]),
  );
}

function fromTagged(type: string, value: WireValue | undefined): unknown {
  if (type === "undefined" || type === "hole") return null;
  if (type === "bigint" && typeof value === "string") return BigInt(value);
  if (type === "URL" && typeof value === "string") return assertWellFormed(value);
  throw new Lacking("values of such a type");
}

function assertWellFormed(text: string): string {
  if (!text.isWellFormed()) throw new Lacking("half characters");
  if (!isKnownText(text)) throw new Lacking("such characters");
  return text;
}
