/** The door of the MCP room: connections to MCP servers. */

export {
  createMcpManager,
  type McpCallOptions,
  type McpManager,
  type McpManagerDeps,
  type ServerStatus,
} from "./manager.ts";
export { logIn, type LogInOptions, type LogInResult, logOut } from "./log_in.ts";
export { createTokenStore, type TokenStore, type TokenStoreOptions } from "./token_store.ts";
export type { Login, LoginKey } from "./login.ts";
export type { ConnectionState } from "./connection_state.ts";
export type { McpContent, McpResult } from "./mcp_result.ts";
export type { ServerInfo } from "./session.ts";
