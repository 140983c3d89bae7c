/** What is known of one server at one moment. */

import type { Tool } from "../contract/mod.ts";
import type { ConnectionState } from "./connection_state.ts";
import type { ServerInfo } from "./server_features.ts";
import type { Session } from "./session.ts";

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

/** The same without what is not known. */
export function toSnapshot(
  session: Pick<Session, "protocolVersion" | "serverInfo"> | undefined,
  { lastError, retryInMs, ...known }:
    & Pick<ConnectionSnapshot, "state" | "tools" | "instructions">
    & { readonly lastError: string | undefined; readonly retryInMs: number },
): ConnectionSnapshot {
  const { protocolVersion, serverInfo } = session ?? {};
  return Object.freeze({
    ...known,
    ...(protocolVersion === undefined ? {} : { protocolVersion }),
    ...(serverInfo === undefined ? {} : { serverInfo }),
    ...(lastError === undefined ? {} : { lastError }),
    ...(known.state === "waiting" ? { retryInMs } : {}),
  });
}
