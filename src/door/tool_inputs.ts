/** What the tools of the door take, as the client is told. */

import { z } from "zod";
import { ExecuteRequestSchema, MaxResultTokensSchema, ReadResultSchema } from "../contract/mod.ts";

const maxResultTokens = MaxResultTokensSchema.optional().describe(
  "Estimated tokens at most of the answer; what is left out can be read with read_result",
);

/** Input of `execute`. */
export const ExecuteInputSchema = ExecuteRequestSchema
  .pick({ code: true, language: true, runtime: true, timeout: true })
  .extend({
    capabilities: z.array(z.string()).max(256).optional().describe(
      'A subset of what you were granted, such as "mcp:memory"; absent means all of it',
    ),
    maxResultTokens,
  });

/** Input of `search_tools`. */
export const SearchInputSchema = z.strictObject({
  query: z.string().min(1).max(500).describe("What the tool should do, in a few words"),
  limit: z.int().min(1).max(50).default(10),
  detail: z.enum(["brief", "detailed", "full"]).default("detailed").describe(
    "brief: names; detailed: signatures to paste; full: JSON Schemas as well",
  ),
  language: z.enum(["typescript", "python"]).default("typescript").describe("Of the signatures"),
});

/** Input of `call_tool`. */
export const CallInputSchema = z.strictObject({
  path: z.string().min(1).max(500).describe(
    'Server and tool as one, such as "memory.search_nodes"',
  ),
  input: z.record(z.string(), z.unknown()).default({}).describe("The tool's own input"),
  maxResultTokens,
});

/** Input of `read_result`. */
export const ReadInputSchema = z.strictObject({
  handle: z.string().min(1).max(200).describe("From `truncated` of an answer"),
  path: ReadResultSchema.shape.path,
  offset: z.int().min(0).optional().describe(ReadResultSchema.shape.offset.description ?? ""),
  limit: z.int().min(1).optional().describe(ReadResultSchema.shape.limit.description ?? ""),
  maxTokens: MaxResultTokensSchema.optional().describe("Estimated tokens at most"),
});

/** JSON Schema of an object. */
export type OwnSchema = { readonly type: "object"; readonly [keyword: string]: unknown };

/** JSON Schema of what a client sends. */
export function toInputSchema(schema: z.ZodType): OwnSchema {
  const { $schema: _dialect, ...json } = z.toJSONSchema(schema, { io: "input" });
  return { ...json, type: "object" };
}

/** The same with what the operator chose for a property that is left out. */
export function withDefault(schema: OwnSchema, name: string, value: number): OwnSchema {
  const properties = Object(schema["properties"]) as Readonly<Record<string, object>>;
  return {
    ...schema,
    properties: { ...properties, [name]: { ...properties[name], default: value } },
  };
}
