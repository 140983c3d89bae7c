/** One server as an operator sees it. */

import type { McpServerConfig } from "../config/mod.ts";
import type { ConnectionState } from "./connection_state.ts";
import type { ServerInfo } from "./server_features.ts";
import type { Server } from "./server_request.ts";

/** One server as `/health` shows it. */
export interface ServerStatus {
  readonly name: string;
  readonly state: ConnectionState["name"];
  readonly transport: McpServerConfig["transport"];
  /** Tools last seen. */
  readonly tools: number;
  readonly callsInFlight: number;
  readonly protocolVersion?: string;
  readonly serverInfo?: ServerInfo;
  readonly lastError?: string;
  readonly retryInMs?: number;
}

/** A server's status now. */
export function toStatus({ name, config, connection, gate }: Server): ServerStatus {
  const { state, tools, instructions: _, ...rest } = connection.snapshot();
  return Object.freeze({
    name,
    state,
    transport: config.transport,
    tools: tools.length,
    callsInFlight: gate.inside,
    ...rest,
  });
}
