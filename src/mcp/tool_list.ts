/**
 * Reads what a server says its tools are. Everything here is hostile: a malformed tool is dropped with
 * a reason, what is left has the shape the protocol demands, and the whole has a bound.
 */

import type { Logger } from "../base/log.ts";
import type { JsonSchema, Tool, ToolAnnotations } from "../contract/mod.ts";
import { MAX_ENTRIES, MAX_LIST_WEIGHT } from "./paged_list.ts";
import { weightOf } from "./weight.ts";

/** Nesting of a schema; the client overflows its stack on a list that holds a much deeper one. */
const MAX_SCHEMA_NESTING = 200;

/** What one schema may weigh; it is kept, compiled and printed. */
const MAX_SCHEMA_WEIGHT = 1024 * 1024;

const MAX_NAME_LENGTH = 256;
const MAX_DESCRIPTION_LENGTH = 64 * 1024;
const HINTS = ["readOnlyHint", "destructiveHint", "idempotentHint", "openWorldHint"] as const;

/** A tool as the protocol has it, reduced to the parts that are used. */
export interface ListedTool {
  readonly name: string;
  readonly description?: string;
  readonly inputSchema: { readonly [keyword: string]: unknown };
  readonly outputSchema?: { readonly [keyword: string]: unknown };
  readonly annotations?: ToolAnnotations;
}

/** A tool, or why it is refused. */
export type ToolVerdict = { readonly tool: ListedTool } | { readonly refused: string };

/** Judges one entry of a `tools/list` result. */
export function readListedTool(entry: unknown): ToolVerdict {
  if (!isRecord(entry)) return { refused: "it is not an object" };
  const { name, description, inputSchema, outputSchema, annotations } = entry;
  if (typeof name !== "string") return { refused: "its name is not a string" };
  if (name.length === 0) return { refused: "its name is empty" };
  if (name.length > MAX_NAME_LENGTH) {
    return { refused: `its name has ${name.length} characters, more than ${MAX_NAME_LENGTH}` };
  }
  return {
    tool: {
      name,
      ...(typeof description === "string"
        ? { description: description.slice(0, MAX_DESCRIPTION_LENGTH) }
        : {}),
      inputSchema: asObjectSchema(inputSchema),
      ...(isRecord(outputSchema) ? { outputSchema: asObjectSchema(outputSchema) } : {}),
      ...(isRecord(annotations) ? { annotations: readAnnotations(annotations) } : {}),
    },
  };
}

/**
 * Replaces `result.tools` of a message by the tools that can be read, in place, and returns why the
 * others were refused. A message without such a list is left alone.
 */
export function siftTools(message: unknown): readonly string[] {
  if (!isRecord(message) || !isRecord(message.result)) return [];
  const { result } = message;
  if (!Array.isArray(result.tools)) return [];
  const tools: ListedTool[] = [];
  const refused: string[] = [];
  for (const entry of result.tools as readonly unknown[]) {
    const verdict = readListedTool(entry);
    if ("tool" in verdict) tools.push(verdict.tool);
    else refused.push(verdict.refused);
    // One more than are kept, so that whoever counts them knows that there are more.
    if (tools.length > MAX_ENTRIES) break;
  }
  result.tools = tools;
  return refused;
}

/** What a message with a list of tools weighs, as far as a list may; 0 of any other message. */
export function weightOfTools(message: unknown): number {
  const result: unknown = Object(message).result;
  return Array.isArray(Object(result).tools) ? weightOf(result, MAX_LIST_WEIGHT) : 0;
}

/** Tools of `server` in the house's shape, sorted by name; of two with one name the first counts. */
export function toTools(server: string, listed: readonly ListedTool[]): readonly Tool[] {
  const byName = new Map<string, Tool>();
  for (const entry of listed) {
    if (!byName.has(entry.name)) byName.set(entry.name, toTool(server, entry));
  }
  const tools = [...byName.values()].sort((a, b) => a.name < b.name ? -1 : 1);
  return Object.freeze(tools);
}

function toTool(server: string, entry: ListedTool): Tool {
  const description = entry.description ?? entry.annotations?.title ?? "";
  return Object.freeze({
    server,
    name: entry.name,
    description,
    inputSchema: entry.inputSchema as JsonSchema,
    ...(entry.outputSchema === undefined ? {} : { outputSchema: entry.outputSchema }),
    ...(entry.annotations === undefined ? {} : { annotations: entry.annotations }),
    source: "mcp",
  });
}

/**
 * The protocol demands `type: "object"`; servers that leave it out mean it. A schema too big or nested
 * too deep says that much and no more, so that it takes neither its tool nor its server away.
 */
function asObjectSchema(schema: unknown): { readonly [keyword: string]: unknown } {
  if (!isRecord(schema) || isTooMuch(schema)) return { type: "object" };
  return schema.type === "object" ? schema : { ...schema, type: "object" };
}

function readAnnotations(raw: Record<string, unknown>): ToolAnnotations {
  const hints = HINTS.filter((hint) => typeof raw[hint] === "boolean")
    .map((hint) => [hint, raw[hint]]);
  return Object.freeze({
    ...(typeof raw.title === "string" ? { title: raw.title.slice(0, MAX_NAME_LENGTH) } : {}),
    ...Object.fromEntries(hints),
  });
}

function isTooMuch(schema: unknown): boolean {
  if (weightOf(schema, MAX_SCHEMA_WEIGHT) > MAX_SCHEMA_WEIGHT) return true;
  return isDeeperThan(schema, MAX_SCHEMA_NESTING);
}

function isDeeperThan(value: unknown, levels: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  return levels === 0 || Object.values(value).some((inner) => isDeeperThan(inner, levels - 1));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Warns once of all tools of a list that cannot be used. */
export function logRefused(reasons: readonly string[], logger: Logger): void {
  if (reasons.length === 0) return;
  const [first] = reasons;
  logger.warn("MCP server offers tools that cannot be used", { count: reasons.length, first });
}
