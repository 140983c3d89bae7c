/** `POST /api/v1/tools/{server}/{tool}`: one tool call without a program. */

import { z } from "zod";
import { FittedFields } from "./result.ts";

/** The body: the tool's input. */
export const ToolCallRequestSchema = z.record(z.string(), z.unknown()).meta({
  id: "ToolCallRequest",
});

/** All times are milliseconds. */
export const ToolCallMetricsSchema = z.object({
  queueTime: z.number().describe("Waiting for a server that starts, and for the caller's turn"),
  callTime: z.number().describe("Decision, approval and the call itself"),
}).meta({ id: "ToolCallMetrics" });

/** The answer of a call that was made. */
export const ToolCallAnswerSchema = z.object({
  result: z.unknown().describe("What the tool returned"),
  ...FittedFields,
  requestId: z.string(),
  metrics: ToolCallMetricsSchema,
}).meta({ id: "ToolCallAnswer" });

export type ToolCallRequest = z.infer<typeof ToolCallRequestSchema>;
export type ToolCallMetrics = z.infer<typeof ToolCallMetricsSchema>;
export type ToolCallAnswer = z.infer<typeof ToolCallAnswerSchema>;
