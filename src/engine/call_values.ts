/** Values of calls as they cross: arguments into a tool's input, results into wire values. */

import { CodemodeError } from "../base/errors.ts";
import type { CallFrame, WireValue } from "../protocol/frames.ts";
import { encodeValue, toPlainJson } from "../protocol/values.ts";
import type { NamedTool } from "../typegen/mod.ts";

/** A result nested too deep to cross is the server's failure, as one that breaks its schema is. */
export function encodeResult(
  value: unknown,
  { namespace, tool }: Pick<CallFrame, "namespace" | "tool">,
): WireValue {
  try {
    return encodeValue(value).wire;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : "it cannot be encoded";
    throw new CodemodeError(
      "TOOL_OUTPUT_INVALID",
      `Invalid output of ${namespace}.${tool}: ${reason}`,
      { cause },
    );
  }
}

/** What a tool can be sent: JSON, with richer values in their nearest form. */
export function toJson(wire: WireValue): unknown {
  return toPlainJson(wire).json;
}

/** Arguments as written → the tool's input: one object as it is, scalars by position. */
export function toInput(named: NamedTool, args: readonly unknown[]): unknown {
  const [first] = args;
  if (args.length === 0 || (args.length === 1 && first === undefined)) return {};
  if (args.length === 1 && isRecord(first)) return first;
  if (named.positional.length >= args.length) {
    return Object.fromEntries(
      args.map((value, index) => [named.positional[index], value])
        .filter(([, value]) => value !== undefined),
    );
  }
  throw new CodemodeError("TOOL_INPUT_INVALID", inputHint(named, args.length), {
    details: { server: named.tool.server, tool: named.tool.name },
  });
}

function inputHint(named: NamedTool, count: number): string {
  const positional = named.positional.length === 0
    ? ""
    : ` or up to ${named.positional.length} values (${named.positional.join(", ")})`;
  return `${named.name} takes one object${positional}, not ${count} arguments of other kinds`;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Whether a member is named so that a server which copies members by assignment sets a prototype. */
export function hasPrototypeKey(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (Array.isArray(value)) return value.some(hasPrototypeKey);
  if (Object.hasOwn(value, "__proto__")) return true;
  const record = value as Readonly<Record<string, unknown>>;
  return Object.keys(record).some((name) => hasPrototypeKey(record[name]));
}
