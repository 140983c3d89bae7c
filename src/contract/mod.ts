/** The door of the contract: zod shapes and types of everything users see. */

export {
  type CallRecord,
  CallRecordSchema,
  type CheckAnswer,
  CheckAnswerSchema,
  type CheckRequest,
  CheckRequestSchema,
  type CodeToolInput,
  CodeToolInputSchema,
  type Continuation,
  ContinuationSchema,
  type ExecuteAnswer,
  ExecuteAnswerSchema,
  type ExecuteRequest,
  ExecuteRequestSchema,
  type ExecutionMetrics,
  ExecutionMetricsSchema,
  type RuntimeChoice,
  RuntimeChoiceSchema,
  type RuntimeEstimate,
  RuntimeEstimateSchema,
} from "./execution.ts";
export { type AuditEntry, AuditEntrySchema, type AuditSink } from "./audit.ts";
export { type Diagnostic, DiagnosticSchema } from "./diagnostic.ts";
export { invalidRequest, parseRequest, type RequestIssue } from "./parse_request.ts";
export { type Problem, ProblemSchema, toProblem } from "./problem.ts";
export {
  type ContentBlock,
  ContentBlockSchema,
  type Cut,
  CutSchema,
  DEFAULT_RESULT_TOKENS,
  MAX_RESULT_TOKENS,
  MaxResultTokensSchema,
  MIN_RESULT_TOKENS,
  type ReadResult,
  ReadResultSchema,
  type ResultPage,
  ResultPageSchema,
  type Truncated,
  TruncatedSchema,
} from "./result.ts";
export {
  ENGINE_NAMES,
  type EngineName,
  type Language,
  LANGUAGES,
  RUNTIME_NAMES,
  type RuntimeInfo,
  RuntimeInfoSchema,
  type RuntimeName,
  runtimeOf,
  type RuntimesAnswer,
  RuntimesAnswerSchema,
} from "./runtime.ts";
export {
  type JsonSchema,
  type Tool,
  type ToolAnnotations,
  type ToolGroup,
  type ToolHit,
  ToolHitSchema,
  type ToolsAnswer,
  ToolsAnswerSchema,
  type ToolSearchAnswer,
  ToolSearchAnswerSchema,
  type ToolView,
  ToolViewSchema,
} from "./tool.ts";
export {
  type AddServerRequest,
  AddServerRequestSchema,
  type ServerChanges,
  ServerChangesSchema,
  type ServerInfo,
  ServerInfoSchema,
  ServersAnswerSchema,
} from "./server.ts";
export {
  type ToolCallAnswer,
  ToolCallAnswerSchema,
  type ToolCallMetrics,
  ToolCallMetricsSchema,
  type ToolCallRequest,
  ToolCallRequestSchema,
} from "./tool_call.ts";
export type { HeavyPlace, ProgramTraits } from "./traits.ts";
export { type ExecutionEvent, ExecutionEventSchema } from "./event.ts";
export {
  MAX_QUESTION_MESSAGE,
  type Question,
  type QuestionAnswer,
  QuestionAnswerSchema,
  QuestionSchema,
} from "./question.ts";
export {
  type AnswerRequest,
  AnswerRequestSchema,
  type ExecutionDetails,
  ExecutionDetailsSchema,
  type ExecutionsAnswer,
  ExecutionsAnswerSchema,
  type ExecutionView,
  ExecutionViewSchema,
  type InputRequired,
  InputRequiredSchema,
  type OpenQuestion,
  OpenQuestionSchema,
  type Submission,
  SubmissionSchema,
} from "./submission.ts";
export { type AnswerVerdict, checkAnswer } from "./check_answer.ts";
export { type SocketRequest, SocketRequestSchema } from "./socket.ts";
