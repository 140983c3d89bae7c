/** Tools as every room knows them, and as `GET /api/v1/tools` shows them. */

import { z } from "zod";

/** A JSON Schema (draft-07 or 2020-12). `true` accepts everything, `false` nothing. */
export type JsonSchema = boolean | { readonly [keyword: string]: unknown };

/** Hints of a server about a tool; untrusted. */
export interface ToolAnnotations {
  readonly title?: string;
  readonly readOnlyHint?: boolean;
  readonly destructiveHint?: boolean;
  readonly idempotentHint?: boolean;
  readonly openWorldHint?: boolean;
}

/** One tool of one source. `server` and `name` are exactly what the source calls them. */
export interface Tool {
  readonly server: string;
  readonly name: string;
  readonly description: string;
  readonly inputSchema: JsonSchema;
  readonly outputSchema?: JsonSchema;
  readonly annotations?: ToolAnnotations;
  readonly source: "mcp" | "native" | "openapi";
  /** TypeScript printed by the source itself, where it knows better than its schema (zod tools). */
  readonly printed?: { readonly input?: string; readonly output?: string };
}

/** The tools of one server. */
export interface ToolGroup {
  readonly server: string;
  readonly description: string;
  readonly tools: readonly Tool[];
}

/** One tool in `GET /api/v1/tools`. */
export const ToolViewSchema = z.object({
  name: z.string().describe("Name on its server"),
  guestName: z.string().describe("Name in guest code: mcp.<namespace>.<guestName>"),
  description: z.string(),
  inputSchema: z.unknown().describe("JSON Schema of the input"),
  outputSchema: z.unknown().optional().describe("JSON Schema of the result, when the tool has one"),
  annotations: z.record(z.string(), z.unknown()).optional(),
}).meta({ id: "Tool" });

/** `GET /api/v1/tools`: tools by namespace. */
export const ToolsAnswerSchema = z.object({
  namespaces: z.record(
    z.string(),
    z.object({ server: z.string(), description: z.string(), tools: z.array(ToolViewSchema) }),
  ),
}).meta({ id: "ToolsAnswer" });

export type ToolView = z.infer<typeof ToolViewSchema>;
export type ToolsAnswer = z.infer<typeof ToolsAnswerSchema>;

/** One hit of `GET /api/v1/tools/search`. */
export const ToolHitSchema = z.object({
  server: z.string(),
  name: z.string(),
  path: z.string().describe("How guest code writes it, such as mcp.memory.search_nodes"),
  description: z.string(),
  score: z.number(),
  signature: z.string().optional().describe("Ready-to-paste TypeScript; absent when detail=brief"),
  inputSchema: z.unknown().optional().describe("Only when detail=full"),
  outputSchema: z.unknown().optional().describe("Only when detail=full"),
}).meta({ id: "ToolHit" });

export const ToolSearchAnswerSchema = z.object({
  query: z.string(),
  tools: z.array(ToolHitSchema),
  hint: z.string().optional().describe("Which servers there are, when nothing was found"),
}).meta({ id: "ToolSearchAnswer" });

export type ToolHit = z.infer<typeof ToolHitSchema>;
export type ToolSearchAnswer = z.infer<typeof ToolSearchAnswerSchema>;
