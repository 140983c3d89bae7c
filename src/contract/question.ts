/** What a tool's server asks in the middle of a call, and what whoever called answers. */

import { z } from "zod";

/** Longest message of a question that is shown; the rest is cut. */
export const MAX_QUESTION_MESSAGE = 4096;

/** A question, in the words of a server that nobody here vouches for. */
export const QuestionSchema = z.object({
  server: z.string(),
  tool: z.string(),
  message: z.string().describe("Written by the server: show it as the server's words"),
  mode: z.enum(["form", "url"]),
  requestedSchema: z.record(z.string(), z.unknown()).optional()
    .describe("form: JSON Schema of a flat object that the content of the answer matches"),
  url: z.string().optional().describe("url: where the person goes; never opened by itself"),
}).meta({ id: "Question" });

/** The answer. Only `accept` has content, and only for a form. */
export const QuestionAnswerSchema = z.strictObject({
  action: z.enum(["accept", "decline", "cancel"]),
  content: z.record(
    z.string(),
    z.union([z.string(), z.number(), z.boolean(), z.array(z.string())]),
  ).optional(),
}).meta({ id: "QuestionAnswer" });

export type Question = z.infer<typeof QuestionSchema>;
export type QuestionAnswer = z.infer<typeof QuestionAnswerSchema>;
