/** The door of the heart. */

export {
  type ExecutionResult,
  fromDecodedAnswer,
  toDecodedAnswer,
  toPlainAnswer,
  toTaggedAnswer,
} from "./answer.ts";
export type { Engine } from "./engine.ts";
export { createEngine } from "./local_engine.ts";
export type { CallOptions, ExecuteOptions } from "./execute_options.ts";
export type { PageOptions } from "./executions.ts";
export type { ToAnswer } from "./happening.ts";
export type { StartedExecution } from "./live_execution.ts";
export type { EngineParts } from "./engine_parts.ts";
export {
  type CallHooks,
  type DirectCall,
  type DirectCallResult,
  type RawAnswer,
  toPlainCall,
  toTaggedCall,
} from "./direct_calls.ts";
export type { Caller } from "./principal.ts";
export { printDeclarations } from "./print_declarations.ts";
export { type QuestionLimits, Questions } from "./questions.ts";
export { searchHint } from "./search_hint.ts";
export { toToolHit } from "./tool_hit.ts";
export type { Found, Selection, Toolbox, ToolMatch } from "./toolbox.ts";
export { unknownNames } from "./unknown_names.ts";
export { sizeOf } from "./value_size.ts";
