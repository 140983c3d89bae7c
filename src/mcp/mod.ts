/** The door of the MCP room: connections to MCP servers. */

export {
  createMcpManager,
  type McpCallOptions,
  type McpManager,
  type McpManagerDeps,
} from "./manager.ts";
export type { AddServerOptions, RemovedServer } from "./added_server.ts";
export { logIn, type LogInOptions, type LogInResult, logOut } from "./log_in.ts";
export { createTokenStore, type TokenStore, type TokenStoreOptions } from "./token_store.ts";
export type { Login, LoginKey } from "./login.ts";
export type { ChangeListener } from "./audience.ts";
export type { ConnectionState } from "./connection_state.ts";
export type { ExchangeOptions, RelayedRound, TraceContext } from "./exchange_options.ts";
export type { McpContent, McpResult } from "./mcp_result.ts";
export {
  type HeaderParameter,
  type HeaderParameters,
  readHeaderParameters,
} from "./header_parameters.ts";
export type { Mention, Sought } from "./kept_lists.ts";
export { LOG_LEVELS, type McpLogEntry, type McpLogLevel } from "./log_meter.ts";
export type { McpList, PassThrough } from "./pass_through.ts";
export type { McpProgress } from "./progress_meter.ts";
export type { Ask } from "./question.ts";
export type { ServerChange } from "./server_change.ts";
export type { ServerStatus } from "./server_status.ts";
export type { ServerInfo } from "./server_features.ts";
