/**
 * What happens to an execution, as every door tells it: the same events in the same order. The first
 * event has the id 1 and each one is one more, so that a reader who lost the stream says where it was.
 */

import { z } from "zod";
import { CallRecordSchema, ContinuationSchema, ExecuteAnswerSchema } from "./execution.ts";
import { ProblemSchema } from "./problem.ts";
import { QuestionAnswerSchema, QuestionSchema } from "./question.ts";
import { ENGINE_NAMES } from "./runtime.ts";

/** Where an execution is. */
const PhaseSchema = z.object({
  phase: z.enum(["queued", "checking", "waiting", "running", "continued"]).describe(
    "queued: others are before it; waiting: for a sandbox; continued: on another engine",
  ),
  position: z.int().optional().describe("queued, waiting: how many take their turn before it"),
  runtime: z.enum(ENGINE_NAMES).optional().describe("running: the engine it began on"),
  continuation: ContinuationSchema.optional(),
});

/** What a tool's server tells of a call under way. */
const CallProgressSchema = z.object({
  call: z.int().describe("The `call` of the event that began it"),
  progress: z.number(),
  total: z.number().optional(),
  message: z.string().optional(),
});

const CallEventSchema = z.object({
  call: z.int().describe("Counts the calls of the execution from 1, in the order they were made"),
  server: z.string(),
  tool: z.string(),
  status: z.enum(["started", ...CallRecordSchema.shape.status.options]),
  arguments: z.string().optional()
    .describe("started: the input as JSON, cut to 200 characters and without secrets"),
  duration: z.number().optional().describe("Milliseconds; absent when it has just started"),
  error: z.string().optional().describe("The error's code"),
});

const head = {
  id: z.int().min(1),
  executionId: z.string(),
  timestamp: z.string().describe("ISO 8601"),
};

/** One event. `result` and `error` are the last one: `error` tells that no program ran. */
export const ExecutionEventSchema = z.discriminatedUnion("type", [
  z.object({ ...head, type: z.literal("phase"), payload: PhaseSchema }),
  z.object({
    ...head,
    type: z.literal("log"),
    payload: z.object({ level: z.string(), message: z.string() }),
  }),
  z.object({ ...head, type: z.literal("call"), payload: CallEventSchema }),
  z.object({ ...head, type: z.literal("progress"), payload: CallProgressSchema }),
  z.object({
    ...head,
    type: z.literal("question"),
    payload: QuestionSchema.extend({ question: z.string().describe("Names it in the answer") }),
  }),
  z.object({
    ...head,
    type: z.literal("answer"),
    payload: QuestionAnswerSchema.pick({ action: true }).extend({ question: z.string() }),
  }),
  z.object({ ...head, type: z.literal("result"), payload: ExecuteAnswerSchema }),
  z.object({ ...head, type: z.literal("error"), payload: ProblemSchema }),
]).meta({ id: "ExecutionEvent" });

export type ExecutionEvent = z.infer<typeof ExecutionEventSchema>;
