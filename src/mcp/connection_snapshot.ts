/** What is known of one server at one moment. */

import type { Tool } from "../contract/mod.ts";
import type { ConnectionState } from "./connection_state.ts";
import type { ServerInfo } from "./session.ts";

/** State, last known tools, and what went wrong last. */
export interface ConnectionSnapshot {
  readonly state: ConnectionState["name"];
  readonly tools: readonly Tool[];
  readonly instructions: string;
  readonly protocolVersion?: string;
  readonly serverInfo?: ServerInfo;
  readonly lastError?: string;
  readonly retryInMs?: number;
}
