/**
 * Which servers there are: opens them, lets them come and go while programs run, and keeps those that
 * did not change. A call that goes on when its server is removed may end within the grace; then it
 * fails with `MCP_SERVER_UNAVAILABLE`.
 */

import type { Clock } from "./base/clock.ts";
import { CodemodeError } from "./base/errors.ts";
import type { Logger } from "./base/log.ts";
import { sameValue } from "./base/same_value.ts";
import {
  type ChangingCatalog,
  createNativeSource,
  createOpenApiSource,
  type ToolSource,
} from "./catalog/mod.ts";
import {
  type Config,
  type McpServerConfig,
  type OpenApiConfig,
  parseConfig,
} from "./config/mod.ts";
import type { ServerChanges, ServerInfo } from "./contract/mod.ts";
import type { McpManager } from "./mcp/mod.ts";
import { openOpenApi } from "./openapi/mod.ts";
import { createRemovable } from "./removable_source.ts";
import type { ToolSet } from "./tool_set.ts";

/** The servers of a service. Disposing it closes those that are not the MCP manager's. */
export interface ToolSources extends AsyncDisposable {
  list(): readonly ServerInfo[];
  /** Resolves when each HTTP API has loaded its document or failed to once. */
  settled(signal: AbortSignal): Promise<void>;
  /**
   * Opens a set under a name. Rejects with `INVALID_REQUEST` for a name that is taken or not fit, and
   * `CONFIG_INVALID` for options that are wrong.
   */
  add(name: string, set: ToolSet): Promise<void>;
  /** Hides a server at once and closes it within the grace; false where there is none. */
  remove(name: string): Promise<boolean>;
  /** Takes over the servers of another configuration; those that are the same keep their connections. */
  apply(config: Pick<Config, "mcp" | "openapi" | "directory">): Omit<ServerChanges, "restart">;
}

/** What the servers are opened with. */
export interface ToolSourcesParts {
  readonly catalog: ChangingCatalog;
  /** Has the MCP servers of `config` already. */
  readonly servers: McpManager;
  readonly config: Pick<Config, "mcp" | "openapi" | "directory">;
  /** Sources that are there for good, and whose names are taken. */
  readonly fixed: readonly ToolSource[];
  readonly logger: Logger;
  readonly clock: Clock;
  /** How long calls of a removed server may go on. */
  readonly graceMs: number;
}

type Definition =
  | { readonly kind: "mcp"; readonly config: McpServerConfig }
  | { readonly kind: "openapi"; readonly config: OpenApiConfig }
  | { readonly kind: "native"; readonly source: ToolSource };

interface Entry {
  readonly origin: ServerInfo["origin"];
  readonly definition: Definition;
  readonly state: () => Pick<ServerInfo, "state" | "tools" | "lastError">;
  /** @default it is there at once, or its manager is asked */
  readonly tried?: (signal: AbortSignal) => Promise<void>;
  /** Hides the server now; resolves once its calls have ended and nothing of it is left. */
  readonly close: (patience: AbortSignal) => Promise<void>;
}

/** The name of a server, as in the configuration file. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/;

/** Registers the MCP servers of the configuration and opens its HTTP APIs. */
export function createToolSources(parts: ToolSourcesParts): ToolSources {
  return new Sources(parts);
}

class Sources implements ToolSources {
  readonly #parts: ToolSourcesParts;
  readonly #entries = new Map<string, Entry>();
  readonly #closing = new Set<Promise<void>>();
  readonly #life = new AbortController();

  constructor(parts: ToolSourcesParts) {
    this.#parts = parts;
    for (const [name, definition] of definitionsOf(parts.config)) {
      const isThere = definition.kind === "mcp";
      this.#entries.set(name, this.#open(name, definition, "config", isThere));
    }
  }

  list(): readonly ServerInfo[] {
    const infos = [...this.#entries].map(([name, { definition, origin, state }]) =>
      Object.freeze({ name, kind: definition.kind, origin, ...state() })
    );
    return Object.freeze(infos.sort((a, b) => a.name < b.name ? -1 : 1));
  }

  async settled(signal: AbortSignal): Promise<void> {
    await Promise.all([...this.#entries.values()].map(({ tried }) => tried?.(signal)));
  }

  async add(name: string, set: ToolSet): Promise<void> {
    this.#assertFree(name);
    const definition = await toDefinition(name, set, this.#parts.config.directory);
    // Somebody else may have been faster.
    this.#assertFree(name);
    this.#entries.set(name, this.#open(name, definition, "added"));
    this.#parts.logger.info("server added", { server: name, kind: definition.kind });
  }

  async remove(name: string): Promise<boolean> {
    const closing = this.#close(name);
    if (closing === undefined) return false;
    this.#parts.logger.info("server removed", { server: name });
    await closing;
    return true;
  }

  apply(config: Pick<Config, "mcp" | "openapi" | "directory">): Omit<ServerChanges, "restart"> {
    const next = new Map(definitionsOf(config));
    const before = [...this.#entries].filter(([, { origin }]) => origin === "config");
    const gone = before.filter(([name, { definition }]) => !sameValue(definition, next.get(name)))
      .map(([name]) => name);
    for (const name of gone) void this.#close(name);
    const problems: string[] = [];
    const opened: string[] = [];
    for (const [name, definition] of next) {
      const known = this.#entries.get(name);
      if (known?.origin === "config") continue;
      if (known !== undefined || this.#isTaken(name)) {
        problems.push(`the server "${name}" is there already, added at run time`);
        continue;
      }
      this.#entries.set(name, this.#open(name, definition, "config"));
      opened.push(name);
    }
    return Object.freeze({
      added: opened.filter((name) => !gone.includes(name)),
      removed: gone.filter((name) => !next.has(name)),
      replaced: gone.filter((name) => next.has(name)),
      problems,
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#life.abort();
    for (const [name, { definition }] of this.#entries) {
      if (definition.kind !== "mcp") void this.#close(name);
    }
    await Promise.all(this.#closing);
  }

  #close(name: string): Promise<void> | undefined {
    const entry = this.#entries.get(name);
    if (!entry) return undefined;
    this.#entries.delete(name);
    const patience = new AbortController();
    const timer = this.#parts.clock.after(this.#parts.graceMs, () => patience.abort());
    const signal = AbortSignal.any([patience.signal, this.#life.signal]);
    const closing = entry.close(signal).finally(() => {
      timer[Symbol.dispose]();
      this.#closing.delete(closing);
    });
    this.#closing.add(closing);
    return closing;
  }

  #open(
    name: string,
    definition: Definition,
    origin: Entry["origin"],
    isThere = false,
  ): Entry {
    switch (definition.kind) {
      case "mcp":
        if (!isThere) this.#parts.servers.add(name, definition.config);
        return { origin, definition, ...this.#mcpEntry(name) };
      case "openapi":
        return { origin, definition, ...this.#apiEntry(name, definition.config) };
      case "native":
        return { origin, definition, ...this.#nativeEntry(name, definition.source) };
    }
  }

  #mcpEntry(name: string): Pick<Entry, "state" | "close"> {
    const { servers } = this.#parts;
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

  #apiEntry(name: string, config: OpenApiConfig): Pick<Entry, "state" | "tried" | "close"> {
    const { catalog, logger, clock } = this.#parts;
    const api = openOpenApi(name, config, { logger, clock });
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

  #nativeEntry(name: string, given: ToolSource): Pick<Entry, "state" | "close"> {
    const { catalog } = this.#parts;
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

  #isTaken(name: string): boolean {
    return this.#parts.fixed.some((source) => source.has(name));
  }

  #assertFree(name: string): void {
    if (!NAME.test(name)) {
      throw invalid(name, "a server's name has letters, digits, _ and -, 64 at most");
    }
    if (name === "tools" || this.#entries.has(name) || this.#isTaken(name)) {
      throw invalid(name, "there is a server of that name");
    }
  }
}

function definitionsOf(
  { mcp, openapi }: Pick<Config, "mcp" | "openapi">,
): readonly (readonly [string, Definition])[] {
  return [
    ...Object.entries(mcp.servers).map(([name, config]) =>
      [name, { kind: "mcp", config }] as const
    ),
    ...Object.entries(openapi).map(([name, config]) =>
      [name, { kind: "openapi", config }] as const
    ),
  ];
}

/** Options are read as the configuration file's are, so that both know the same keys. */
async function toDefinition(name: string, set: ToolSet, directory: string): Promise<Definition> {
  if (set.kind === "native") {
    const source = createNativeSource(name, set.description, await set.load());
    return { kind: "native", source };
  }
  if (set.kind === "openapi") {
    const { openapi } = parseConfig({ openapi: { [name]: set.options } }, directory);
    const config = openapi[name];
    if (config) return { kind: "openapi", config };
  } else {
    const { mcp } = parseConfig({ mcp: { servers: { [name]: set.options } } }, directory);
    const config = mcp.servers[name];
    if (config) return { kind: "mcp", config };
  }
  throw invalid(name, "it has no options");
}

function invalid(name: string, why: string): CodemodeError {
  return new CodemodeError(
    "INVALID_REQUEST",
    `Cannot add the server "${name.slice(0, 80)}": ${why}`,
    {
      details: { server: name.slice(0, 80) },
    },
  );
}
