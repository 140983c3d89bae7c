/** One execution as its caller sees it: the request, the answer, and what happened in between. */

import { z } from "zod";
import { DiagnosticSchema } from "./diagnostic.ts";
import { ProblemSchema } from "./problem.ts";
import { FittedFields, MaxResultTokensSchema } from "./result.ts";
import { ENGINE_NAMES, LANGUAGES, RUNTIME_NAMES } from "./runtime.ts";

/** Entries of one list of a set: two lists multiply and are compared pairwise, so they are short. */
const MAX_NAMES = 32;
/** Capability strings of one request. */
const MAX_CAPABILITIES = 256;

const names = z.array(z.string().max(1024)).max(MAX_NAMES);

const CapabilitySetSchema = z.strictObject({
  network: z.strictObject({
    allowedHosts: names.optional(),
    allowedPorts: z.array(z.int().min(1).max(65535)).max(MAX_NAMES).optional(),
    maxRequestsPerSecond: z.number().positive().optional(),
    maxRequestSize: z.int().positive().optional(),
  }).optional(),
  filesystem: z.strictObject({
    allowedPaths: names.optional(),
    writablePaths: names.optional(),
    readOnly: z.boolean().optional(),
    maxFileSize: z.int().positive().optional(),
    allowedExtensions: names.optional(),
  }).optional(),
  mcp: z.strictObject({
    allowedServers: names.optional(),
    allowedTools: names.optional(),
    maxCallsPerSecond: z.number().positive().optional(),
    maxConcurrentCalls: z.int().positive().optional(),
  }).optional(),
  system: z.strictObject({ environment: names.optional() }).optional(),
}).meta({ id: "CapabilitySet" });

const MIN_MEMORY_BYTES = 8 * 1024 * 1024;

/** `POST /api/v1/execute`. Absent limits take the configured defaults. */
export const ExecuteRequestSchema = z.strictObject({
  code: z.string().describe("The program, bare or inside a Markdown fence"),
  language: z.enum(LANGUAGES).optional().describe("Default typescript"),
  typescript: z.boolean().optional().describe("false means language javascript"),
  runtime: z.enum(["auto", ...RUNTIME_NAMES, "typescript", "javascript"]).optional()
    .describe("Default auto; a language's name is taken as that language on auto"),
  timeout: z.int().min(1).optional()
    .describe("Milliseconds of the program's own wall time; waiting for calls does not count"),
  memoryLimit: z.int().min(MIN_MEMORY_BYTES).optional()
    .describe("Bytes, at least 8 MiB"),
  check: z.enum(["error", "warn", "off"]).optional().describe("Default error"),
  capabilities: z.union([z.array(z.string()).max(MAX_CAPABILITIES), CapabilitySetSchema], {
    error: 'Invalid input: expected a list of texts such as "mcp:memory", or a CapabilitySet',
  }).optional()
    .describe("A subset of what the caller was granted; absent means the configured default grant"),
  context: z.record(z.string(), z.unknown()).optional().describe(
    "Given to the program as `context`",
  ),
  maxResultTokens: MaxResultTokensSchema.optional().describe(
    "Estimated tokens at most of result, logs and error; what is left out can be read by handle. " +
      "Absent: everything",
  ),
}).meta({ id: "ExecuteRequest" });

/** `POST /api/v1/check`: what an execute request says of the code, without running it. */
export const CheckRequestSchema = ExecuteRequestSchema.pick({
  code: true,
  language: true,
  typescript: true,
  runtime: true,
  capabilities: true,
}).meta({ id: "CheckRequest" });

/** All times are milliseconds, all sizes bytes, all of them measured. */
export const ExecutionMetricsSchema = z.object({
  executionTime: z.number().describe("From the program's start in its sandbox to its end"),
  waitTime: z.number().describe("The part of it with a call in flight"),
  cpuTime: z.number().describe(
    "CPU time of the sandbox for this program, from the operating system",
  ),
  memoryUsed: z.number().describe("Peak resident memory of the sandbox above its idle level"),
  apiCalls: z.number().int().describe("Calls made: of tools, hosts and files"),
  queueTime: z.number().describe("Waiting for servers that start, and for a sandbox"),
  checkTime: z.number().describe("Normalising, checking and emitting"),
  startupTime: z.number().describe(
    "Starting the sandbox while the request waited; 0 when it was warm",
  ),
}).meta({ id: "ExecutionMetrics" });

/** One tool call of a program. */
export const CallRecordSchema = z.object({
  server: z.string(),
  tool: z.string(),
  status: z.enum(["ok", "error", "in_flight", "queued"])
    .describe("in_flight: may have taken effect; queued: never left the host"),
  duration: z.number().describe("Milliseconds"),
  error: z.string().optional().describe("The error's code"),
}).meta({ id: "CallRecord" });

/** One move of a program from a sandbox to another, which repeats nothing that had an effect. */
export const ContinuationSchema = z.object({
  from: z.enum(ENGINE_NAMES),
  to: z.enum(ENGINE_NAMES),
  reason: z.enum(["lacks", "cpu", "lost", "busy"]).describe(
    "lacks: the first has no `what`; cpu: it took too long there; lost: the sandbox went, through " +
      "another's fault; busy: no place was free there",
  ),
  what: z.string(),
  after: z.number().describe("Milliseconds the program had run"),
  calls: z.number().int().describe("Calls made by then; their replies were given again"),
}).meta({ id: "Continuation" });

/** What a choice of runtime went by: estimates from the program's text, corrected by past runs. */
export const RuntimeEstimateSchema = z.object({
  operations: z.number().describe("Estimated steps of an interpreter"),
  cpuTime: z.partialRecord(z.enum(RUNTIME_NAMES), z.number())
    .describe("Estimated milliseconds of CPU time on each runtime that was considered"),
  startupTime: z.number().describe("Milliseconds a sandbox of the chosen runtime takes to start"),
}).meta({ id: "RuntimeEstimate" });

export const RuntimeChoiceSchema = z.object({
  name: z.enum(RUNTIME_NAMES).describe("Where the program ended"),
  carrier: z.enum(["process", "worker"]),
  reason: z.string().describe("Why it was chosen, or why the program was continued there"),
  continued: z.array(ContinuationSchema).optional().describe("Present when the program was moved"),
  rule: z.enum(["pinned", "only", "lacks", "learned", "explore", "cost"]).optional().describe(
    "pinned: asked for by name; only: no other runs it; lacks: the others have not what it uses; " +
      "learned: by past runs of programs like it; explore: to learn; cost: the cheapest by estimate",
  ),
  estimate: RuntimeEstimateSchema.optional(),
}).meta({ id: "RuntimeChoice" });

/** The answer to every admitted request. */
export const ExecuteAnswerSchema = z.object({
  success: z.boolean(),
  result: z.unknown().optional().describe("What the program returned"),
  ...FittedFields,
  error: ProblemSchema.optional(),
  logs: z.array(z.string()),
  requestId: z.string(),
  executionId: z.string(),
  metrics: ExecutionMetricsSchema,
  runtime: RuntimeChoiceSchema,
  diagnostics: z.array(DiagnosticSchema),
  calls: z.array(CallRecordSchema),
}).meta({ id: "ExecuteAnswer" });

/** The answer of `POST /api/v1/check`. */
export const CheckAnswerSchema = z.object({
  ok: z.boolean(),
  diagnostics: z.array(DiagnosticSchema),
  runtime: RuntimeChoiceSchema,
  tools: z.array(z.string()).describe("Tools the code names, as server.tool"),
  capabilities: z.array(z.string()).describe("Capabilities the code needs for them"),
  checkTime: z.number(),
}).meta({ id: "CheckAnswer" });

export type ExecuteRequest = z.infer<typeof ExecuteRequestSchema>;
export type CheckRequest = z.infer<typeof CheckRequestSchema>;
export type ExecutionMetrics = z.infer<typeof ExecutionMetricsSchema>;
export type CallRecord = z.infer<typeof CallRecordSchema>;
export type Continuation = z.infer<typeof ContinuationSchema>;
export type RuntimeEstimate = z.infer<typeof RuntimeEstimateSchema>;
export type RuntimeChoice = z.infer<typeof RuntimeChoiceSchema>;
export type ExecuteAnswer = z.infer<typeof ExecuteAnswerSchema>;
export type CheckAnswer = z.infer<typeof CheckAnswerSchema>;

/** Input of the one tool a framework's model is given. */
export const CodeToolInputSchema: z.ZodObject<{ code: z.ZodString }> = z.object({
  code: z.string().describe("The program: an async arrow function"),
});

export type CodeToolInput = z.infer<typeof CodeToolInputSchema>;
