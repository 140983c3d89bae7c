/**
 * Which servers there are: opens them, lets them come and go while programs run, and keeps those that
 * did not change. A call that goes on when its server is removed may end within the grace; then it
 * fails with `MCP_SERVER_UNAVAILABLE`.
 */

import type { Clock } from "./base/clock.ts";
import { CodemodeError } from "./base/errors.ts";
import type { Logger } from "./base/log.ts";
import type { Network } from "./base/network.ts";
import { sameValue } from "./base/same_value.ts";
import type { ChangingCatalog, ToolSource } from "./catalog/mod.ts";
import type { Config } from "./config/mod.ts";
import type { ServerChanges, ServerInfo } from "./contract/mod.ts";
import type { McpManager } from "./mcp/mod.ts";
import { type OpenServer, openServer, type OpenServerOptions } from "./open_server.ts";
import {
  cannotAdd,
  definitionsOf,
  hasOwnDocument,
  type ServerDefinition,
  toDefinition,
} from "./server_definition.ts";
import { assertFreeName, displacedBy } from "./server_names.ts";
import type { ToolSet } from "./tool_set.ts";

/** The servers of a service. Disposing it closes those that are not the MCP manager's. */
export interface ToolSources extends AsyncDisposable {
  list(): readonly ServerInfo[];
  /** Resolves when each HTTP API has loaded its document or failed to once. */
  settled(signal: AbortSignal): Promise<void>;
  /**
   * Opens a set under a name. Rejects with `INVALID_REQUEST` for a name that is not fit, or a document
   * in a file or given as it is that cannot be used, `CONFLICT` for a name that is taken, `CONFIG_INVALID` for options that are wrong, `SHUTTING_DOWN` at the end.
   */
  add(name: string, set: ToolSet, options?: AddOptions): Promise<void>;
  /**
   * Hides a server at once and closes it within the grace; false where there is none. `CONFLICT` where
   * somebody else than the operator asks for it and it is of the configuration.
   */
  remove(name: string, options?: Pick<AddOptions, "isForeign">): Promise<boolean>;
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

/** Who adds a server. */
export interface AddOptions {
  /**
   * Whether it is not the operator: then names of the configuration stay with it, also those whose
   * servers are gone, and it gives way to what a later configuration names.
   */
  readonly isForeign?: boolean;
  /** How it is reached, where it is no command. @default as this machine does */
  readonly network?: Network | undefined;
  /** The caller, where it is not the operator: its logins are nobody else's. */
  readonly addedBy?: string | undefined;
  /** Rejects where a server that was read must not be opened. @default any may */
  readonly admit?: (definition: ServerDefinition) => Promise<void>;
}

interface Entry extends OpenServer {
  readonly origin: Origin;
  readonly definition: ServerDefinition;
}

/** By whom a server is there: the configuration, the program, or a caller. */
type Origin = "config" | "added" | "foreign";

/** Registers the MCP servers of the configuration and opens its HTTP APIs. */
export function createToolSources(parts: ToolSourcesParts): ToolSources {
  return new Sources(parts);
}

class Sources implements ToolSources {
  readonly #parts: ToolSourcesParts;
  readonly #entries = new Map<string, Entry>();
  readonly #closing = new Set<Promise<void>>();
  readonly #life = new AbortController();
  /** Names of the configuration, whether their servers are there or not. */
  #configured: ReadonlySet<string>;

  constructor(parts: ToolSourcesParts) {
    this.#parts = parts;
    const definitions = definitionsOf(parts.config);
    this.#configured = new Set(definitions.map(([name]) => name));
    for (const [name, definition] of definitions) {
      const isThere = definition.kind === "mcp";
      this.#entries.set(name, this.#open(name, definition, "config", { isThere }));
    }
  }

  list(): readonly ServerInfo[] {
    const infos = [...this.#entries].map(([name, { definition, origin, state }]) =>
      Object.freeze({
        name,
        kind: definition.kind,
        origin: origin === "config" ? origin : "added",
        ...state(),
      })
    );
    return Object.freeze(infos.sort((a, b) => a.name < b.name ? -1 : 1));
  }

  async settled(signal: AbortSignal): Promise<void> {
    await Promise.all([...this.#entries.values()].map(({ tried }) => tried?.(signal)));
  }

  async add(name: string, set: ToolSet, options: AddOptions = {}): Promise<void> {
    this.#assertFree(name, options);
    const definition = await toDefinition(name, set, this.#parts.config.directory);
    await options.admit?.(definition);
    // Somebody else may have been faster, or the end.
    this.#assertFree(name, options);
    const { isForeign = false, network, addedBy = "" } = options;
    const [origin, by] = isForeign ? ["foreign" as const, { addedBy }] : ["added" as const, {}];
    const entry = this.#open(name, definition, origin, { network, ...by });
    this.#entries.set(name, entry);
    if (hasOwnDocument(definition)) await this.#assertLoaded(name, entry);
    this.#parts.logger.info("server added", { server: name, kind: definition.kind });
  }

  async remove(
    name: string,
    { isForeign }: Pick<AddOptions, "isForeign"> = {},
  ): Promise<boolean> {
    if (isForeign === true && this.#entries.get(name)?.origin === "config") {
      const server = name.slice(0, 80);
      const message = `Cannot remove the server "${server}": it is of the configuration`;
      throw new CodemodeError("CONFLICT", message, { details: { server } });
    }
    const closing = this.#close(name);
    if (closing === undefined) return false;
    this.#parts.logger.info("server removed", { server: name });
    await closing;
    return true;
  }

  apply(config: Pick<Config, "mcp" | "openapi" | "directory">): Omit<ServerChanges, "restart"> {
    if (this.#life.signal.aborted) throw shuttingDown();
    const next = new Map(definitionsOf(config));
    this.#configured = new Set(next.keys());
    const changed = [...this.#entries].filter(([name, { origin, definition }]) =>
      origin === "config" && !sameValue(definition, next.get(name))
    );
    const gone = [...changed.map(([name]) => name), ...this.#intruders(next.keys())];
    for (const name of gone) void this.#close(name);
    const problems: string[] = [];
    const opened: string[] = [];
    for (const [name, definition] of next) {
      const known = this.#entries.get(name);
      if (known?.origin === "config") continue;
      if (known !== undefined || this.#isFixed(name)) {
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
    const closing = entry.close(signal).catch((error: unknown) => {
      // The server is gone for everybody else, and nobody could do more.
      this.#parts.logger.warn("a server did not close as it should", { server: name, error });
    }).finally(() => {
      timer[Symbol.dispose]();
      this.#closing.delete(closing);
    });
    this.#closing.add(closing);
    return closing;
  }

  #open(
    name: string,
    definition: ServerDefinition,
    origin: Origin,
    options: OpenServerOptions = {},
  ): Entry {
    return { origin, definition, ...openServer(name, definition, this.#parts, options) };
  }

  /** Takes a server back whose document cannot be used. */
  async #assertLoaded(name: string, entry: Entry): Promise<void> {
    await entry.tried?.(this.#life.signal).catch(() => {
      throw shuttingDown();
    });
    const { state, lastError } = entry.state();
    if (state !== "failed") return;
    if (this.#entries.get(name) === entry) await this.#close(name);
    throw cannotAdd(name, `its document cannot be used: ${lastError}`);
  }

  /** Servers of callers that stand in the place of the configuration's. */
  #intruders(configured: Iterable<string>): readonly string[] {
    const names = [...configured];
    return [...this.#entries].filter(([name, { origin }]) =>
      origin === "foreign" && (names.includes(name) || displacedBy(name, names) !== undefined)
    ).map(([name]) => name);
  }

  #isFixed(name: string): boolean {
    return this.#parts.fixed.some((source) => source.has(name));
  }

  #assertFree(name: string, { isForeign = false }: AddOptions): void {
    if (this.#life.signal.aborted) throw shuttingDown();
    const taken = [...this.#entries.keys(), ...this.#fixedNames()];
    const reserved = isForeign ? this.#configured : undefined;
    if (this.#isFixed(name)) taken.push(name);
    assertFreeName(name, taken, reserved);
  }

  #fixedNames(): readonly string[] {
    return this.#parts.fixed.flatMap((source) => source.groups().map(({ server }) => server));
  }
}

function shuttingDown(): CodemodeError {
  return new CodemodeError("SHUTTING_DOWN", "The service is shutting down");
}
