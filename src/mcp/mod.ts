/** The door of the MCP room: connections to MCP servers. */

export {
  createMcpManager,
  type McpCallOptions,
  type McpManager,
  type McpManagerDeps,
  type RemovedServer,
  type ServerStatus,
} from "./manager.ts";
export type { ConnectionState } from "./connection_state.ts";
export type { McpContent, McpResult } from "./mcp_result.ts";
export type { ServerInfo } from "./session.ts";
