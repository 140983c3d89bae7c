/**
 * Headers that repeat arguments, for proxies that read no bodies: where a tool's schema asks for one by
 * `x-mcp-header`, both must say the same, or a proxy would have judged another call than is made.
 */

import { Buffer } from "node:buffer";
import { ProtocolError } from "@modelcontextprotocol/server";
import type { JsonSchema } from "../contract/mod.ts";

const HEADER_MISMATCH = -32020;
const ENCODED = /^=\?base64\?([A-Za-z0-9+/]*={0,2})\?=$/i;

/** Throws the protocol's error for a header that is missing, unknown to the body, or differs. */
export function assertParamHeaders(
  headers: Headers | undefined,
  schema: JsonSchema,
  input: Readonly<Record<string, unknown>>,
): void {
  if (headers === undefined) return;
  for (const { header, path } of annotated(schema, [])) {
    const value = textOf(valueAt(input, path));
    const told = headers.get(`mcp-param-${header}`);
    if (value === undefined && told === null) continue;
    if (told === null) throw mismatch(header, "is missing");
    if (value === undefined) throw mismatch(header, "has no argument");
    const decoded = decode(told);
    if (decoded !== value) throw mismatch(header, "differs from the argument");
  }
}

interface Annotated {
  readonly header: string;
  readonly path: readonly string[];
}

/** Annotated properties, of objects inside objects as well. */
function annotated(schema: unknown, path: readonly string[]): Annotated[] {
  if (path.length > 16) return [];
  const { properties } = Object(schema) as { readonly properties?: unknown };
  return Object.entries(Object(properties) as Record<string, unknown>).flatMap(([name, inner]) => {
    const header: unknown = (Object(inner) as Record<string, unknown>)["x-mcp-header"];
    const own = typeof header === "string" && /^[!#$%&'*+.^_`|~\w-]+$/.test(header)
      ? [{ header, path: [...path, name] }]
      : [];
    return [...own, ...annotated(inner, [...path, name])];
  });
}

function valueAt(input: unknown, path: readonly string[]): unknown {
  let value = input;
  for (const name of path) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, name)) {
      return undefined;
    }
    value = (value as Record<string, unknown>)[name];
  }
  return value;
}

function textOf(value: unknown): string | undefined {
  return value === undefined || value === null ? undefined : String(value);
}

/** Bad base64 equals no argument. */
function decode(told: string): string | undefined {
  const encoded = ENCODED.exec(told)?.[1];
  if (encoded === undefined) return told.startsWith("=?") ? undefined : told;
  const bytes = Buffer.from(encoded, "base64");
  if (bytes.toString("base64") !== encoded) return undefined;
  return bytes.toString("utf8");
}

function mismatch(header: string, what: string): ProtocolError {
  return new ProtocolError(HEADER_MISMATCH, `The header Mcp-Param-${header} ${what}`);
}
