/** The transport of a server, as its configuration says. */

import type { Transport } from "@modelcontextprotocol/client";
import type { Clock } from "../base/clock.ts";
import { CodemodeError } from "../base/errors.ts";
import type { Logger } from "../base/log.ts";
import type { Network } from "../base/network.ts";
import type { McpServerConfig } from "../config/mod.ts";
import type { Authorizer } from "./authorizer.ts";
import type { FairShare } from "./fair_share.ts";
import { createHttpTransport, requestHeaders } from "./http_transport.ts";
import { serverArguments, serverCommand, serverEnvironment } from "./server_environment.ts";
import { StdioTransport } from "./stdio_transport.ts";
import { WebSocketTransport } from "./websocket_transport.ts";

/** What a transport needs besides its configuration. */
export interface TransportDeps {
  readonly logger: Logger;
  readonly clock: Clock;
  /** Working folder of stdio servers; absolute. */
  readonly directory: string;
  /** Who has the tokens of a server with OAuth. */
  readonly authorizer?: Authorizer | undefined;
  /** How it is reached. @default as this machine does; a command is reached by no network */
  readonly network?: Network | undefined;
  /** Of which the messages of a process take their time. @default each its own */
  readonly share?: FairShare | undefined;
  /** Told when answers that were under way are lost though the transport lives. */
  readonly onBroken: (reason: string) => void;
}

/** A transport that is not started. A configuration without program or address is `CONFIG_INVALID`. */
export function openTransport(
  name: string,
  config: McpServerConfig,
  deps: TransportDeps,
): Transport {
  // SAFETY: who may only reach a network must not start a command (test/unit/mcp/open_transport_test.ts).
  if (config.transport === "stdio" && deps.network) throw invalid(name, "url");
  if (config.transport === "stdio") return stdioTransport(name, config, deps);
  if (!config.url || !URL.canParse(config.url)) throw invalid(name, "url");
  const url = new URL(config.url);
  if (config.auth?.type === "oauth" && !deps.authorizer) throw invalid(name, "logins");
  if (config.transport === "http") return createHttpTransport(config, url, deps) as Transport;
  return new WebSocketTransport(url, requestHeaders(config), deps);
}

function stdioTransport(name: string, config: McpServerConfig, deps: TransportDeps): Transport {
  if (!config.command) throw invalid(name, "command");
  const { directory, clock, logger, share } = deps;
  const command = serverCommand(config.command);
  const environment = serverEnvironment(config);
  return new StdioTransport(
    name,
    {
      command,
      args: serverArguments(config.command, config.args),
      environment,
      directory,
      clock,
      share,
    },
    logger,
  );
}

function invalid(name: string, key: string): CodemodeError {
  return new CodemodeError("CONFIG_INVALID", `The MCP server "${name}" needs a valid "${key}"`);
}
