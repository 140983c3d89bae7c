/** The door of what other frameworks plug into. */

export {
  type CodeTool,
  type CodeToolCall,
  type CodeToolOptions,
  createCodeTool,
  DEFAULT_DESCRIPTION,
  type FrameworkTool,
  type FrameworkTools,
  type ToolProvider,
} from "./create_code_tool.ts";
export {
  CodemodeExecutor,
  type CodemodeExecutorOptions,
  type ExecuteOptions,
  type ExecuteResult,
  type Executor,
} from "./executor.ts";
export {
  createIsolateDriver,
  type IsolateBinding,
  type IsolateConfig,
  type IsolateContext,
  type IsolateDriver,
  type IsolateResult,
} from "./isolate_driver.ts";
export { lastOf } from "./last_of.ts";
export { type InputParser, inputParser } from "./parse_input.ts";
export type { Provider, Providers, ToolFunction } from "./providers.ts";
