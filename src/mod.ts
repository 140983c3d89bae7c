/**
 * Code Mode as a library: the service inside your program, the executor for other frameworks, and
 * the functions that turn tools into types.
 *
 * @module
 */

export { CodemodeError, type ErrorCode } from "./base/errors.ts";
export { normalizeCode } from "./checker/mod.ts";
export type { NativeTool } from "./catalog/mod.ts";
export type {
  CheckAnswer,
  ExecuteAnswer,
  ExecutionEvent,
  OpenQuestion,
  Question,
  QuestionAnswer,
} from "./contract/mod.ts";
export {
  type Codemode,
  type CodemodeOptions,
  createCodemode,
  type EmbeddedExecuteOptions,
  type EmbeddedStreamOptions,
} from "./embedded.ts";
export {
  CodemodeExecutor,
  type CodemodeExecutorOptions,
  type CodeTool,
  type CodeToolOptions,
  createCodeTool,
  type ExecuteResult,
  type Executor,
  type FrameworkTool,
  type FrameworkTools,
  type Provider,
  type Providers,
  type ToolFunction,
  type ToolProvider,
} from "./framework/mod.ts";
export { tool, type ToolContext, type ToolDefinition, type ZodTool } from "./native_tool.ts";
export type { Approval, Approver, PendingCall } from "./policy/mod.ts";
export {
  type DescribedTool,
  generateTypes,
  jsonSchemaToType,
  sanitizeToolName,
} from "./typegen/mod.ts";
