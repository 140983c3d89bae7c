/**
 * Code Mode as a library: the service inside your program, the executor for other frameworks, and
 * the functions that turn tools into types.
 *
 * @module
 */

export { aiSdk, type AiSdkTool } from "./ai_sdk_tools.ts";
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
  ResultPage,
  ServerInfo,
} from "./contract/mod.ts";
export {
  type Codemode,
  type CodemodeOptions,
  type CodemodeSources,
  createCodemode,
  type EmbeddedExecuteOptions,
  type EmbeddedStreamOptions,
} from "./embedded.ts";
export {
  CodemodeExecutor,
  type CodemodeExecutorOptions,
  type CodeTool,
  type CodeToolCall,
  type CodeToolOptions,
  createCodeTool,
  createIsolateDriver,
  type ExecuteOptions,
  type ExecuteResult,
  type Executor,
  type FrameworkTool,
  type FrameworkTools,
  type IsolateBinding,
  type IsolateConfig,
  type IsolateContext,
  type IsolateDriver,
  type IsolateResult,
  type Provider,
  type Providers,
  type ToolFunction,
  type ToolProvider,
} from "./framework/mod.ts";
export { langchain, type LangChainTool } from "./langchain_tools.ts";
export { tool, type ToolContext, type ToolDefinition, type ZodTool } from "./native_tool.ts";
export type { Approval, Approver, PendingCall } from "./policy/mod.ts";
export {
  mcpServer,
  type McpServerOptions,
  openapi,
  type OpenApiToolsOptions,
} from "./server_tools.ts";
export { type ToolSet, toolSet, type ToolSetOptions } from "./tool_set.ts";
export {
  type DescribedTool,
  generateTypes,
  jsonSchemaToType,
  sanitizeToolName,
} from "./typegen/mod.ts";
