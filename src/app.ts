/**
 * The parts list: the only place that constructs two rooms. `createApp` wires a service from its
 * configuration; the command line, the embedded form and the tests all start here.
 */

import process from "node:process";
import { createPublicNetwork } from "./access/mod.ts";
import { createAuditLog } from "./audit/mod.ts";
import { createAuthenticator, defaultGrant } from "./auth/mod.ts";
import { type Clock, systemClock } from "./base/clock.ts";
import type { Logger } from "./base/log.ts";
import { Metrics } from "./base/metrics.ts";
import type { CapabilitySet } from "./capability/mod.ts";
import { createCatalog, createMcpSource, type ToolSource } from "./catalog/mod.ts";
import { createBashChecker, createChecker, createPythonChecker } from "./checker/mod.ts";
import type { Config } from "./config/mod.ts";
import type { RuntimeInfo, ServerChanges } from "./contract/mod.ts";
import { createMcpEndpoint, type DoorParts } from "./door/mod.ts";
import { createEngine, type Engine } from "./engine/mod.ts";
import { createHealthReporter } from "./health_reporter.ts";
import {
  createHttpApp,
  type HealthReporter,
  type HttpServer,
  listen,
  type ListenOrigin,
} from "./http/mod.ts";
import { createMcpManager, type McpManager } from "./mcp/mod.ts";
import { openLogins } from "./open_logins.ts";
import type { Approver } from "./policy/mod.ts";
import { createKeptResults } from "./results/mod.ts";
import { createPythonAnalyst } from "./runtime/mod.ts";
import { openStations } from "./open_stations.ts";
import { createReloader } from "./reload.ts";
import { warnOfAwaited } from "./awaited_servers.ts";
import { createServerAdmin } from "./server_admin.ts";
import { openTelemetry } from "./trace/mod.ts";
import { createToolSources, type ToolSources } from "./tool_sources.ts";
import { watchRules } from "./watch_rules.ts";

/** The version of this build. */
export const VERSION = "0.1.0";

/** What may be replaced or added. */
export interface AppOptions {
  readonly logger: Logger;
  readonly clock?: Clock;
  /** Sources of tools besides the configured MCP servers. */
  readonly sources?: readonly ToolSource[];
  /** Where the `deno` binary is. @default the running Deno, else `deno` of the PATH */
  readonly denoPath?: string;
  /** Reads the configuration anew, for {@link App.reload}. @default there is nothing to read */
  readonly loadConfig?: () => Promise<Config>;
  /** Who is asked about tool calls that a rule wants approved. @default nobody: they are refused */
  readonly approver?: Approver;
}

/** A running service without its socket. */
export interface App extends AsyncDisposable {
  readonly config: Config;
  readonly engine: Engine;
  readonly servers: McpManager;
  /** Which servers there are, MCP and others; they can come and go. */
  readonly sources: ToolSources;
  readonly health: HealthReporter;
  readonly metrics: Metrics;
  /** What a door for agents is made of, for one besides `/mcp`. */
  readonly door: DoorParts;
  /** What a caller is granted that no provider identified. */
  readonly defaultGrant: CapabilitySet;
  /**
   * Takes over the servers of the configuration as it is now; what is not valid rejects with
   * `CONFIG_INVALID` and changes nothing.
   */
  reload(): Promise<ServerChanges>;
  /** The HTTP face as a function. */
  fetch(request: Request, from?: ListenOrigin): Response | Promise<Response>;
  /** Opens the configured socket. Close the app before it, so that open requests get answers. */
  listen(): Promise<HttpServer>;
  /**
   * Lets running executions end for `drainTimeoutMs` or until `hurry` aborts, then cancels them and
   * releases everything.
   */
  close(hurry?: AbortSignal): Promise<void>;
}

/** Wires a service. It starts its servers and its warm sandboxes at once and in the background. */
export function createApp(config: Config, options: AppOptions): App {
  const { logger, clock = systemClock } = options;
  const metrics = new Metrics();
  const authenticator = createAuthenticator(config.security, { clock, logger });
  const network = createPublicNetwork();
  const servers = createMcpManager(config.mcp.servers, {
    logger,
    clock,
    network,
    directory: config.directory,
    logins: openLogins(config, process.env),
    canAsk: true,
    tellsCallersApart: config.security.auth.provider !== "none",
  });
  const fixed = options.sources ?? [];
  const catalog = createCatalog([createMcpSource(servers), ...fixed], { logger });
  const { graceMs } = config.reload;
  const sources = createToolSources({ catalog, servers, config, fixed, logger, clock, graceMs });
  const checker = createChecker({ thread: true, logger });
  const { commands } = config.sandbox.bash;
  const bash = createBashChecker({ thread: true, logger, ...(commands ? { commands } : {}) });
  const { packages } = config.sandbox.python;
  const analyst = createPythonAnalyst({ logger, clock, ...(packages ? { packages } : {}) });
  const python = createPythonChecker({ analyst });
  const stations = openStations(config.sandbox, { ...options, clock });
  const audit = config.audit && createAuditLog({ ...config.audit, clock, logger });
  const results = createKeptResults({ clock, metrics, limits: config.results });
  warnOfAbsences(config, stations.describe(), logger);
  warnOfAwaited(config.security, [...sources.list(), ...fixed].map(({ name }) => name), logger);
  if (sources.list().length + fixed.length === 0) {
    logger.info("no server is configured; programs have no tools until one is added", {
      directory: config.directory,
    });
  }
  const engine = createEngine({
    config,
    catalog,
    checkers: new Map([
      ["typescript", checker],
      ["javascript", checker],
      ["python", python],
      ["bash", bash],
    ]),
    pools: stations.pools,
    // Asked anew each time: some of it is known once a first sandbox was started.
    get runtimes() {
      return stations.describe();
    },
    clock,
    logger,
    metrics,
    results,
    telemetry: openTelemetry({ version: VERSION, clock }),
    environment: process.env,
    ...(audit === undefined ? {} : { audit }),
    ...(options.approver === undefined ? {} : { approver: options.approver }),
  });
  const health = createHealthReporter({ engine, servers, sources, clock });
  const reload = createReloader({ config, sources, load: options.loadConfig, logger });
  const admin = config.admin.enabled
    ? { admin: createServerAdmin({ config: config.admin, sources, reload, network }) }
    : {};
  const door: DoorParts = {
    config: config.server.mcp,
    engine,
    questions: config.executions.questions,
    onToolsChanged: (listener) => catalog.onChange(listener),
    passThrough: (server) => servers.passThrough(server),
    onServerChange: (server, listener) => servers.onServerChange(server, listener),
    clock,
    logger,
    version: VERSION,
  };
  const mcp = createMcpEndpoint({ ...door, maxBodyBytes: config.server.maxBodyBytes });
  const http = createHttpApp({
    ...admin,
    config: config.server,
    engine,
    authenticator,
    audience: config.security.auth.audience,
    audit,
    health,
    mcp,
    metrics,
    clock,
    logger,
    version: VERSION,
  });
  const rules = watchRules(config.security.tools?.rules ?? [], catalog, logger);
  servers.start();
  const close = once(async (hurry?: AbortSignal) => {
    rules[Symbol.dispose]();
    const patience = AbortSignal.timeout(config.server.drainTimeoutMs);
    await engine.drain(hurry === undefined ? patience : AbortSignal.any([patience, hurry]));
    await mcp[Symbol.asyncDispose]();
    await Promise.all(
      [stations, checker, bash, python, sources, servers].map((part) =>
        part[Symbol.asyncDispose]()
      ),
    );
    results[Symbol.dispose]();
    await audit?.[Symbol.asyncDispose]();
  });
  const fetch = (request: Request, from: ListenOrigin = {}) => http.fetch(request, from);
  return {
    config,
    engine,
    servers,
    sources,
    health,
    metrics,
    door,
    defaultGrant: defaultGrant(config.security.capabilities),
    reload,
    fetch,
    listen: () => listen({ config: config.server, fetch, metrics, logger }),
    close,
    [Symbol.asyncDispose]: () => close(),
  };
}

/** Says at start what the configuration asks for and this build or file does not have. */
function warnOfAbsences(config: Config, runtimes: readonly RuntimeInfo[], logger: Logger): void {
  const { runtime } = config.sandbox;
  const areRunnable = runtimes.some(({ available }) => available);
  for (const { name, carrier, available, reason } of runtimes) {
    // A worker that nobody has trusted was warned of already.
    if (carrier !== "process" || available) continue;
    const fields = { code: "RUNTIME_UNAVAILABLE", runtime: name, reason };
    // Who wants one language only misses nothing without the others.
    if (areRunnable) logger.info("a runtime is not here", fields);
    else logger.error("programs cannot run", fields);
  }
  if (
    runtime !== "auto" && !runtimes.some(({ name, available }) => name === runtime && available)
  ) {
    logger.warn("the configured runtime is not in this build; programs run on another", {
      runtime,
    });
  }
  const beside = runtimes.filter(({ cpuShare = "cgroup" }) => cpuShare !== "cgroup");
  if (beside.length > 0) {
    logger.info("no control group holds the CPU share of programs", {
      runtimes: beside.map(({ name }) => name),
      instead: beside[0]?.cpuShare,
    });
  }
}

function once<Args extends unknown[]>(
  task: (...args: Args) => Promise<void>,
): (...args: Args) => Promise<void> {
  let running: Promise<void> | undefined;
  return (...args) => running ??= task(...args);
}
