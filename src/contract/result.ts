/** Results that are too big to read at once: what was cut, what came beside, and how to read on. */

import { z } from "zod";

/** Tokens that a result may be asked to fit into. */
export const MIN_RESULT_TOKENS = 320;
export const MAX_RESULT_TOKENS = 1_000_000;
/** Those that a model reads without harm, where nobody asks for another number. */
export const DEFAULT_RESULT_TOKENS = 6000;

/** `maxResultTokens` of a request. */
export const MaxResultTokensSchema = z.int().min(MIN_RESULT_TOKENS).max(MAX_RESULT_TOKENS);

/** One place where something was cut. */
export const CutSchema = z.object({
  path: z.string().describe("JSONPath of the place, such as $.items[3].body"),
  kind: z.enum(["array", "object", "string"]),
  kept: z.number().int().describe("Elements, members or characters that are shown"),
  total: z.number().int().describe("Elements, members or characters that there are"),
}).meta({ id: "Cut" });

/** Where the whole of something can be read. */
const KeptSchema = z.object({
  handle: z.string().describe("For GET /api/v1/results/{handle}"),
  expiresAt: z.string().describe("ISO 8601"),
});

/** What an answer was shortened by, so that it fits the tokens that were asked for. */
export const TruncatedSchema = KeptSchema.partial().extend({
  tokens: z.number().int().optional().describe("Estimated tokens of the whole result"),
  cuts: z.array(CutSchema),
  moreCuts: z.number().int().optional().describe("Further cuts that are not listed"),
  logs: KeptSchema.partial().extend({
    lines: z.number().int().describe("Lines that there are"),
    cut: z.number().int().describe("Lines that are left out"),
    shortened: z.number().int().describe("Lines of which the start is shown"),
  }).optional(),
  notKept: z.string().optional().describe("Why the whole cannot be read, where it cannot"),
}).meta({ id: "Truncated" });

const annotations = z.strictObject({
  audience: z.array(z.enum(["user", "assistant"])).optional(),
  priority: z.number().min(0).max(1).optional(),
  lastModified: z.string().optional(),
}).optional();
const meta = z.record(z.string(), z.unknown()).optional();
const mimeType = z.string().max(256);

/** Content of MCP tools that is no text: an image, a sound, a file or a link to one. */
export const ContentBlockSchema = z.discriminatedUnion("type", [
  z.strictObject({
    type: z.literal("image"),
    data: z.string().describe("Base64"),
    mimeType,
    annotations,
    _meta: meta,
  }),
  z.strictObject({
    type: z.literal("audio"),
    data: z.string().describe("Base64"),
    mimeType,
    annotations,
    _meta: meta,
  }),
  z.strictObject({
    type: z.literal("resource"),
    resource: z.union([
      z.strictObject({
        uri: z.string(),
        mimeType: mimeType.optional(),
        text: z.string(),
        _meta: meta,
      }),
      z.strictObject({
        uri: z.string(),
        mimeType: mimeType.optional(),
        blob: z.string().describe("Base64"),
        _meta: meta,
      }),
    ]),
    annotations,
    _meta: meta,
  }),
  z.strictObject({
    type: z.literal("resource_link"),
    uri: z.string(),
    name: z.string(),
    title: z.string().optional(),
    description: z.string().optional(),
    mimeType: mimeType.optional(),
    size: z.number().optional(),
    icons: z.array(z.strictObject({
      src: z.string(),
      mimeType: mimeType.optional(),
      sizes: z.array(z.string()).optional(),
      theme: z.enum(["light", "dark"]).optional(),
    })).optional(),
    annotations,
    _meta: meta,
  }),
]).meta({ id: "ContentBlock" });

/** What a result that fits a number of tokens has beside itself. */
export const FittedFields = {
  content: z.array(ContentBlockSchema).optional().describe(
    'Images, sounds and resources of the result, which has { "$content": index } in their places',
  ),
  truncated: TruncatedSchema.optional().describe("Present when something was left out"),
};

/** The query of `GET /api/v1/results/{handle}`. */
export const ReadResultSchema = z.object({
  path: z.string().max(1000).optional().describe(
    "JSONPath of what to read: names, indexes, slices and wildcards; default $, the whole",
  ),
  offset: z.coerce.number().int().min(0).optional()
    .describe("Elements, members or characters to pass over"),
  limit: z.coerce.number().int().min(1).optional()
    .describe("Elements, members or characters at most"),
  maxTokens: z.coerce.number().int().min(MIN_RESULT_TOKENS).max(MAX_RESULT_TOKENS).optional()
    .describe(`Default ${DEFAULT_RESULT_TOKENS}`),
}).meta({ id: "ReadResult" });

/** A part of a kept result. */
export const ResultPageSchema = z.object({
  value: z.unknown().describe("The part; of a path that can lead to many places, an array"),
  type: z.enum(["array", "object", "string", "number", "boolean", "null", "nodes"])
    .describe("What is at the path; nodes: a path that can lead to many places"),
  total: z.number().int().optional()
    .describe("Elements, members, characters or nodes that there are"),
  offset: z.number().int().optional().describe("How many of them were passed over"),
  next: z.number().int().optional().describe("The offset to read on from; absent at the end"),
  tokens: z.number().int().describe("Estimated tokens of value"),
  cuts: z.array(CutSchema).describe("What of value is cut; read it by its path"),
  moreCuts: z.number().int().optional(),
  expiresAt: z.string().describe("ISO 8601"),
}).meta({ id: "ResultPage" });

export type Cut = z.infer<typeof CutSchema>;
export type Truncated = z.infer<typeof TruncatedSchema>;
export type ContentBlock = z.infer<typeof ContentBlockSchema>;
export type ReadResult = z.infer<typeof ReadResultSchema>;
export type ResultPage = z.infer<typeof ResultPageSchema>;
