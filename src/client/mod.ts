/**
 * The client library of Code Mode.
 *
 * @module
 */

export { type ClientErrorCode, CodemodeClientError } from "./client_error.ts";
export {
  type CallToolOptions,
  type ClientOptions,
  CodemodeClient,
  type DeclarationsOptions,
  type ExecuteOptions,
  type ReadResultOptions,
  type RequestOptions,
  type SearchOptions,
} from "./client.ts";
export type {
  CheckAnswer,
  CheckRequest,
  ExecuteAnswer,
  ExecuteRequest,
  ResultPage,
  RuntimesAnswer,
  ToolCallAnswer,
  ToolsAnswer,
  ToolSearchAnswer,
} from "../contract/mod.ts";
