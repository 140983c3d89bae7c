/** One server of each kind, opened: what is known of it, and how it is closed. */

import type { Clock } from "./base/clock.ts";
import type { Logger } from "./base/log.ts";
import type { Network } from "./base/network.ts";
import { type ChangingCatalog, createOpenApiSource, type ToolSource } from "./catalog/mod.ts";
import type { McpServerConfig, OpenApiConfig } from "./config/mod.ts";
import type { ServerInfo } from "./contract/mod.ts";
import type { McpManager } from "./mcp/mod.ts";
import { openOpenApi } from "./openapi/mod.ts";
import { createRemovable } from "./removable_source.ts";
import type { ServerDefinition } from "./server_definition.ts";

/** An open server. */
export interface OpenServer {
  readonly state: () => Pick<ServerInfo, "state" | "tools" | "lastError">;
  /** @default it is there at once, or its manager is asked */
  readonly tried?: (signal: AbortSignal) => Promise<void>;
  /** Hides the server now; resolves once its calls have ended and nothing of it is left. */
  readonly close: (patience: AbortSignal) => Promise<void>;
}

/** Where servers are opened. */
export interface OpenServerParts {
  readonly catalog: ChangingCatalog;
  readonly servers: McpManager;
  readonly logger: Logger;
  readonly clock: Clock;
}

/** Options of {@link openServer}. */
export interface OpenServerOptions {
  /** Whether its manager has it already. @default false */
  readonly isThere?: boolean;
  /** How it is reached, where it is no command. @default as this machine does */
  readonly network?: Network | undefined;
  /** The caller who adds it, whose its logins are. @default the operator */
  readonly addedBy?: string | undefined;
}

/** Opens a server; its name is free. */
export function openServer(
  name: string,
  definition: ServerDefinition,
  parts: OpenServerParts,
  options: OpenServerOptions,
): OpenServer {
  switch (definition.kind) {
    case "mcp":
      if (options.isThere !== true) addMcp(name, definition.config, parts, options);
      return openMcp(name, parts);
    case "openapi":
      return openApi(name, definition.config, parts, options.network);
    case "native":
      return openNative(name, definition.source, parts);
  }
}

function addMcp(
  name: string,
  config: McpServerConfig,
  { servers }: OpenServerParts,
  { network, addedBy }: OpenServerOptions,
): void {
  // A command is reached by no network; whether it may be there was judged before.
  const reach = config.transport === "stdio" ? {} : { network };
  servers.add(name, config, { ...reach, addedBy });
}

function openMcp(name: string, { servers }: OpenServerParts): OpenServer {
  return {
    state() {
      const status = servers.status().find((one) => one.name === name);
      const { state = "closed", tools = 0, lastError } = status ?? {};
      return { state, tools, ...(lastError === undefined ? {} : { lastError }) };
    },
    async close(patience) {
      const removed = servers.remove(name);
      await removed?.drained(patience);
      await removed?.[Symbol.asyncDispose]();
    },
  };
}

function openApi(
  name: string,
  config: OpenApiConfig,
  { catalog, logger, clock }: OpenServerParts,
  network: Network | undefined,
): OpenServer {
  const api = openOpenApi(name, config, { logger, clock, network });
  const source = createOpenApiSource(api);
  catalog.add(source);
  return {
    state() {
      const { state, tools, lastError } = api.status();
      return { state, tools, ...(lastError === undefined ? {} : { lastError }) };
    },
    tried: (signal) => api.tried(signal),
    async close(patience) {
      await catalog.remove(source, patience);
      await api[Symbol.asyncDispose]();
    },
  };
}

function openNative(name: string, given: ToolSource, { catalog }: OpenServerParts): OpenServer {
  const { source, end } = createRemovable(name, given);
  catalog.add(source);
  const tools = source.groups().reduce((sum, group) => sum + group.tools.length, 0);
  return {
    state: () => ({ state: "ready", tools }),
    async close(patience) {
      if (!await catalog.remove(source, patience)) end();
    },
  };
}
