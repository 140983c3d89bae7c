/** Every configured MCP server behind one face: last known tools, calls, health. */

import type { Clock } from "../base/clock.ts";
import { CodemodeError } from "../base/errors.ts";
import { InFlight } from "../base/in_flight.ts";
import type { Logger } from "../base/log.ts";
import type { Network } from "../base/network.ts";
import type { McpServerConfig } from "../config/mod.ts";
import type { ToolGroup } from "../contract/mod.ts";
import type { AddServerOptions, RemovedServer } from "./added_server.ts";
import { Audiences, type ChangeListener } from "./audience.ts";
import { createAuthorizer } from "./authorizer.ts";
import { CallGate } from "./call_gate.ts";
import { Connection } from "./connection.ts";
import { callersPrincipal } from "./login.ts";
import type { McpResult } from "./mcp_result.ts";
import { type PassThrough, ServerPassThrough } from "./pass_through.ts";
import { callTool, type Server, type ServerRequestOptions } from "./server_request.ts";
import { type ServerStatus, toStatus } from "./server_status.ts";
import type { TokenStore } from "./token_store.ts";

/** What the manager is built with. */
export interface McpManagerDeps {
  readonly logger: Logger;
  readonly clock: Clock;
  /** Working folder of stdio servers; absolute. */
  readonly directory: string;
  /** Where logins are kept. @default nowhere: servers with OAuth stay away */
  readonly logins?: TokenStore | undefined;
  /** For hosts of logins that the configuration does not name. @default they are not asked */
  readonly network?: Network;
  /** A number in [0, 1), for the jitter. @default Math.random */
  readonly random?: () => number;
  /** Longest one connect may take. @default 60000 */
  readonly connectTimeoutMs?: number;
  /**
   * Whether calls may bring an `ask`: servers of the older revisions are told when they connect that
   * people can be asked, those of the newest one with each call. @default false
   */
  readonly canAsk?: boolean;
  /**
   * Whether principals are known apart, so that each has a share of a server's further sessions and
   * none has them all. @default false
   */
  readonly tellsCallersApart?: boolean;
}

/** Options of {@link McpManager.call}; principals take turns where calls wait. */
export type McpCallOptions = ServerRequestOptions;

/**
 * All MCP servers. A server that is away never fails anything but its own calls, and comes back by
 * itself. Disposing ends every session and waits until no server process is left.
 */
export interface McpManager extends AsyncDisposable {
  /** Begins to connect to the eager servers; never throws. */
  start(): void;
  /** Resolves when each eager server is ready or has failed once; rejects only with the signal's reason. */
  settled(signal?: AbortSignal): Promise<void>;
  /** Begins to connect if nothing did; resolves when the server is ready or has failed once. */
  tried(server: string, signal?: AbortSignal): Promise<void>;
  /** Tools last seen of every server, also of those that are away, sorted by server and by name. */
  groups(): readonly ToolGroup[];
  status(): readonly ServerStatus[];
  /** Connects a lazy server, or waits for one that is away. `MCP_SERVER_UNAVAILABLE` after `maxAttempts`. */
  ensure(server: string, signal?: AbortSignal): Promise<void>;
  /** The `LOGIN_REQUIRED` of a server that waits for somebody to log in. */
  refusal(server: string): CodemodeError | undefined;
  /** Milliseconds until the server answered; `MCP_SERVER_UNAVAILABLE` when it is not connected. */
  ping(server: string, signal: AbortSignal): Promise<number>;
  /**
   * Calls a tool and returns its raw result. While the server is away the call waits until its own
   * deadline. Fails with `TOOL_NOT_FOUND`, `TOOL_TIMEOUT`, `CANCELLED`, `MCP_TOOL_ERROR` (the server
   * refused), `TOOL_OUTPUT_INVALID` (no MCP result), `RATE_LIMITED` (its turn under
   * `maxCallsPerSecond` would come after its deadline; said at once) or `MCP_SERVER_UNAVAILABLE`, whose
   * `details.mayHaveTakenEffect` tells whether the tool may have run.
   */
  call(
    server: string,
    tool: string,
    input: Readonly<Record<string, unknown>>,
    options: McpCallOptions,
  ): Promise<McpResult>;
  /**
   * What the server has besides tools, as it answers itself, under its own names. What a caller may see
   * of it is not judged here. Undefined where there is no such server.
   */
  passThrough(server: string): PassThrough | undefined;
  /**
   * Tells of changes of a server's resources and prompts, the same one again after a tenth of a second
   * at the earliest; also of servers of that name which come later.
   */
  onServerChange(server: string, listener: ChangeListener): Disposable;
  /** Tells when {@link McpManager.groups} has changed. */
  onChange(listener: () => void): Disposable;
  /** One more server, which begins to connect if it is an eager one. Its name must be free. */
  add(server: string, config: McpServerConfig, options?: AddServerOptions): void;
  /** Takes a server out: no new call finds it, those that go on may end before it is disposed. */
  remove(server: string): RemovedServer | undefined;
}

interface Managed extends Server {
  readonly config: McpServerConfig;
  readonly calls: InFlight;
  readonly passThrough: ServerPassThrough;
  /** Takes its login away; absent where that is the operator's. */
  readonly forget: (() => Promise<void> | undefined) | undefined;
}

/** The first start of an npm server downloads it. */
const DEFAULT_CONNECT_TIMEOUT_MS = 60_000;

const NEVER = new AbortController().signal;

/** A manager of `servers`; nothing is connected before `start`. */
export function createMcpManager(
  servers: Readonly<Record<string, McpServerConfig>>,
  deps: McpManagerDeps,
): McpManager {
  return new Manager(servers, deps);
}

class Manager implements McpManager {
  readonly #servers: Map<string, Managed>;
  readonly #deps: McpManagerDeps;
  readonly #clock: Clock;
  readonly #listeners = new Set<() => void>();
  readonly #audiences: Audiences;
  #groups: readonly ToolGroup[] | undefined;

  constructor(servers: Readonly<Record<string, McpServerConfig>>, deps: McpManagerDeps) {
    this.#clock = deps.clock;
    this.#deps = deps;
    this.#audiences = new Audiences(deps.logger);
    const names = Object.keys(servers).sort();
    this.#servers = new Map(
      names.map((name) => [name, this.#server(name, servers[name]!, deps)]),
    );
  }

  #server(
    name: string,
    config: McpServerConfig,
    deps: McpManagerDeps,
    { network, addedBy }: AddServerOptions = {},
  ): Managed {
    const reach = network === undefined ? {} : { network, isForeign: true };
    const principal = addedBy === undefined ? undefined : callersPrincipal(addedBy);
    const authorizer = createAuthorizer(name, config, { ...deps, ...reach, principal });
    const connection = new Connection(name, config, {
      logger: deps.logger.child({ server: name }),
      clock: deps.clock,
      directory: deps.directory,
      random: deps.random ?? Math.random,
      connectTimeoutMs: deps.connectTimeoutMs ?? DEFAULT_CONNECT_TIMEOUT_MS,
      authorizer,
      ...(network === undefined ? {} : { network }),
      canAsk: deps.canAsk ?? false,
      tellsCallersApart: deps.tellsCallersApart ?? false,
      onToolsChanged: () => this.#changed(),
      onChange: (change) => passThrough.changed(change),
      onReady: (session) => passThrough.renewed(session),
    });
    const { maxConcurrentCalls, maxCallsPerSecond: perSecond } = config;
    const rate = perSecond === undefined ? undefined : { perSecond, clock: deps.clock };
    const server = { name, config, connection, gate: new CallGate(maxConcurrentCalls, rate) };
    const audience = this.#audiences.of(name);
    const calls = new InFlight();
    const passThrough = new ServerPassThrough(server, { ...deps, audience, calls });
    const forget = addedBy === undefined ? undefined : () => authorizer?.forget();
    return { ...server, calls, passThrough, forget };
  }

  start(): void {
    for (const { connection } of this.#eager()) connection.want();
  }

  async settled(signal: AbortSignal = NEVER): Promise<void> {
    await Promise.all(this.#eager().map(({ connection }) => connection.tried(signal)));
  }

  async tried(server: string, signal: AbortSignal = NEVER): Promise<void> {
    const { connection } = this.#find(server);
    connection.want();
    await connection.tried(signal);
  }

  groups(): readonly ToolGroup[] {
    return this.#groups ??= Object.freeze(this.#sorted().map(toGroup));
  }

  status(): readonly ServerStatus[] {
    return this.#sorted().map(toStatus);
  }

  #sorted(): readonly Server[] {
    return [...this.#servers.values()].sort((a, b) => a.name < b.name ? -1 : 1);
  }

  async ensure(server: string, signal: AbortSignal = NEVER): Promise<void> {
    await this.#find(server).connection.ensure(signal);
  }

  refusal(server: string): CodemodeError | undefined {
    return this.#servers.get(server)?.connection.refusal;
  }

  async ping(server: string, signal: AbortSignal): Promise<number> {
    const { connection } = this.#find(server);
    if (!connection.session) throw connection.unavailable();
    return await connection.checks.ping(connection.session, signal);
  }

  async call(
    server: string,
    tool: string,
    input: Readonly<Record<string, unknown>>,
    options: McpCallOptions,
  ): Promise<McpResult> {
    const found = this.#find(server);
    const { calls } = found;
    return await calls.track(() => callTool(found, tool, input, { options, clock: this.#clock }));
  }

  passThrough(server: string): PassThrough | undefined {
    return this.#servers.get(server)?.passThrough;
  }

  onServerChange(server: string, listener: ChangeListener): Disposable {
    return this.#audiences.of(server).listen(listener);
  }

  onChange(listener: () => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  }

  add(server: string, config: McpServerConfig, options: AddServerOptions = {}): void {
    if (this.#servers.has(server)) {
      throw new TypeError(`Cannot add the server "${server}": there is one of that name`);
    }
    const added = this.#server(server, config, this.#deps, options);
    this.#servers.set(server, added);
    if (config.start === "eager") added.connection.want();
    this.#changed();
  }

  remove(server: string): RemovedServer | undefined {
    const found = this.#servers.get(server);
    if (!found) return undefined;
    this.#servers.delete(server);
    found.passThrough[Symbol.dispose]();
    this.#audiences.left(server);
    this.#changed();
    return {
      drained: (signal) => found.calls.drained(signal),
      async [Symbol.asyncDispose]() {
        await found.connection.remove();
        // SAFETY: whoever adds the same server later logs in anew (test/integration/mcp: added_login).
        await found.forget?.();
      },
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#servers.values()].map(close));
  }

  #eager(): readonly Server[] {
    return [...this.#servers.values()].filter(({ config }) => config.start === "eager");
  }

  #find(server: string): Managed {
    const found = this.#servers.get(server);
    if (found) return found;
    throw new CodemodeError("TOOL_NOT_FOUND", `There is no MCP server "${server}"`, {
      details: { server },
    });
  }

  #changed(): void {
    this.#groups = undefined;
    for (const listener of [...this.#listeners]) listener();
  }
}

async function close({ connection, passThrough }: Managed): Promise<void> {
  passThrough[Symbol.dispose]();
  await connection[Symbol.asyncDispose]();
}

function toGroup({ name, connection }: Server): ToolGroup {
  const { tools, instructions } = connection.snapshot();
  return Object.freeze({ server: name, description: instructions, tools });
}
