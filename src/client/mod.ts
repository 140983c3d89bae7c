/**
 * The client library of Code Mode.
 *
 * @module
 */

export { type ClientErrorCode, CodemodeClientError } from "./client_error.ts";
export {
  type CallToolOptions,
  CodemodeClient,
  type DeclarationsOptions,
  type ExecuteOptions,
  type ReadResultOptions,
  type RequestOptions,
  type SearchOptions,
  type StreamOptions,
} from "./client.ts";
export type { ClientOptions } from "./client_options.ts";
export { Executions, type ListOptions, type Reply } from "./executions.ts";
export type {
  CheckAnswer,
  CheckRequest,
  ExecuteAnswer,
  ExecuteRequest,
  ExecutionDetails,
  ExecutionEvent,
  ExecutionsAnswer,
  ExecutionView,
  InputRequired,
  OpenQuestion,
  Question,
  QuestionAnswer,
  ResultPage,
  RuntimesAnswer,
  ToolCallAnswer,
  ToolsAnswer,
  ToolSearchAnswer,
} from "../contract/mod.ts";
