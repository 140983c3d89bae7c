/** How a program is handed over and asked about later: what belongs to no single execution's answer. */

import { z } from "zod";
import { ExecuteAnswerSchema, ExecuteRequestSchema } from "./execution.ts";
import { ProblemSchema } from "./problem.ts";
import { QuestionAnswerSchema, QuestionSchema } from "./question.ts";
import { RUNTIME_NAMES } from "./runtime.ts";

/** A request, and what becomes of it while its sender waits or goes away. */
export const SubmissionSchema = ExecuteRequestSchema.extend({
  interactive: z.boolean().optional()
    .describe("Whether questions of tools' servers can be answered by the sender. Default false"),
  onDisconnect: z.enum(["cancel", "continue"]).optional()
    .describe("What happens to the execution when its sender goes away. Default cancel"),
}).meta({ id: "Submission" });

/** A question that waits for its answer, under the name it is answered by. */
export const OpenQuestionSchema = QuestionSchema.extend({
  question: z.string().describe("Names it in the answer"),
}).meta({ id: "OpenQuestion" });

/** The answer to an interactive request whose program waits for its caller. */
export const InputRequiredSchema = z.object({
  status: z.literal("input_required"),
  executionId: z.string(),
  questions: z.array(OpenQuestionSchema),
}).meta({ id: "InputRequired" });

/** The answer to a question. */
export const AnswerRequestSchema = QuestionAnswerSchema.extend({
  question: z.string().max(64),
  wait: z.boolean().optional()
    .describe("Answer when the program has ended or asks again. Default false: at once"),
  onDisconnect: z.enum(["cancel", "continue"]).optional()
    .describe("wait: what happens when its sender goes away. Default cancel"),
}).meta({ id: "AnswerRequest" });

/** One execution, short. */
export const ExecutionViewSchema = z.object({
  executionId: z.string(),
  requestId: z.string(),
  status: z.enum(["working", "input_required", "completed", "failed", "cancelled"])
    .describe("failed: the program did, or nothing ran"),
  phase: z.enum(["queued", "checking", "waiting", "running", "continued", "ended"]),
  runtime: z.enum(RUNTIME_NAMES).optional().describe("What it is on"),
  calls: z.int().describe("Calls begun so far"),
  lastEventId: z.int(),
  createdAt: z.string().describe("ISO 8601"),
  endedAt: z.string().optional().describe("ISO 8601"),
  error: z.string().optional().describe("The error's code"),
}).meta({ id: "ExecutionView" });

/** One execution with what it waits for and how it ended. */
export const ExecutionDetailsSchema = ExecutionViewSchema.extend({
  questions: z.array(OpenQuestionSchema),
  answer: ExecuteAnswerSchema.optional().describe("When it has ended"),
  problem: ProblemSchema.optional().describe("When no program ran"),
}).meta({ id: "ExecutionDetails" });

/** A caller's executions, newest first. */
export const ExecutionsAnswerSchema = z.object({
  executions: z.array(ExecutionViewSchema),
  next: z.int().optional().describe("`before` of the next page; absent on the last one"),
}).meta({ id: "ExecutionsAnswer" });

export type Submission = z.infer<typeof SubmissionSchema>;
export type OpenQuestion = z.infer<typeof OpenQuestionSchema>;
export type InputRequired = z.infer<typeof InputRequiredSchema>;
export type AnswerRequest = z.infer<typeof AnswerRequestSchema>;
export type ExecutionView = z.infer<typeof ExecutionViewSchema>;
export type ExecutionDetails = z.infer<typeof ExecutionDetailsSchema>;
export type ExecutionsAnswer = z.infer<typeof ExecutionsAnswerSchema>;
