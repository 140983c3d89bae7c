/** The parsed file → the frozen `Config` the house works with. */

import type { CapabilitySet } from "../capability/mod.ts";
import type { Config, LogOutput, McpServerConfig, SecurityConfig } from "./config.ts";
import { toOpenApi } from "./openapi_api.ts";
import type { ExecutionsConfig } from "./executions_config.ts";
import { lightPlaces, type SandboxConfig } from "./sandbox_config.ts";
import type { ConfigFile } from "./schema.ts";
import type { ServerConfig } from "./server_config.ts";
import { resolve } from "node:path";

/** Where logins are kept unless the file says otherwise. */
const DEFAULT_LOGINS = ".codemode/logins";

/** Names units, resolves paths, freezes everything. */
export function toConfig(file: ConfigFile, directory: string): Config {
  const { server, executions, security, mcp, openapi } = file;
  const { reload, admin, logging, results, audit } = file;
  return freeze({
    server: toListening(server),
    sandbox: toSandbox(file, directory),
    executions: toExecutions(executions),
    security: toSecurity(security, directory),
    mcp: toMcp(mcp, directory),
    reload: { watch: reload.watch, graceMs: reload.grace },
    admin,
    openapi: Object.fromEntries(
      Object.entries(openapi).map(([name, one]) => [name, toOpenApi(one, directory)]),
    ),
    logging: { ...logging, outputs: logging.outputs.map((output) => toOutput(output, directory)) },
    results: {
      keepForMs: results.keepFor,
      bytesPerPrincipal: results.bytesPerPrincipal,
      bytes: results.bytes,
    },
    ...(audit === undefined ? {} : { audit: { ...audit, path: resolve(directory, audit.path) } }),
    directory,
  });
}

function toSandbox(file: ConfigFile, directory: string): SandboxConfig {
  const { sandbox } = file;
  const { memory, timeout, wait, cpuTime, maxTimeout, maxMemory, ...limits } = sandbox.limits;
  const { idleTimeout, ...workers } = sandbox.workers;
  return {
    runtime: sandbox.runtime,
    carrier: sandbox.carrier,
    trustWorkers: sandbox.trustWorkers,
    permissions: sandbox.permissions,
    ...(sandbox.wrapper === undefined ? {} : { wrapper: toWrapper(sandbox.wrapper, directory) }),
    bash: defined(sandbox.bash),
    python: toPython(sandbox.python, directory),
    bun: toBun(sandbox.bun, directory),
    workers: { ...workers, idleTimeoutMs: idleTimeout },
    light: sandbox.light,
    limits: {
      ...limits,
      memoryBytes: memory,
      timeoutMs: timeout,
      waitMs: wait,
      ...(cpuTime === undefined ? {} : { cpuTimeMs: cpuTime }),
      maxTimeoutMs: maxTimeout,
      maxMemoryBytes: maxMemory,
    },
    queue: sandbox.queue,
    queueTimeoutMs: sandbox.queueTimeout,
    perPrincipal: toPerPrincipal(file),
  };
}

function toExecutions({ kept, events, questions }: ConfigFile["executions"]): ExecutionsConfig {
  const { age, ...keptAmounts } = kept;
  const { timeout, ...questionAmounts } = questions;
  return {
    kept: { ...keptAmounts, ageMs: age },
    events,
    questions: { ...questionAmounts, timeoutMs: timeout },
  };
}

/** A folder is one beside the file; an address stays. */
function toPython(
  { min, light, packages }: ConfigFile["sandbox"]["python"],
  directory: string,
): Config["sandbox"]["python"] {
  if (packages === undefined) return { min, light };
  const { index, names } = packages;
  return {
    min,
    light,
    packages: { index: /^https?:/.test(index) ? index : resolve(directory, index), names },
  };
}

function toListening(
  { cors, drainTimeout, limits, mcp, sockets, ...rest }: ConfigFile["server"],
): ServerConfig {
  const { headersTimeout, requestTimeout, idleTimeout, ...amounts } = limits;
  const { sessionIdle, patience, taskAfter, ...door } = mcp;
  const { pingInterval, ...socketAmounts } = sockets;
  return {
    ...rest,
    cors: { enabled: cors.enabled ?? cors.origins.length > 0, origins: cors.origins },
    sockets: { ...socketAmounts, pingIntervalMs: pingInterval },
    drainTimeoutMs: drainTimeout,
    mcp: { ...door, sessionIdleMs: sessionIdle, patienceMs: patience, taskAfterMs: taskAfter },
    limits: {
      ...amounts,
      headersTimeoutMs: headersTimeout,
      requestTimeoutMs: requestTimeout,
      idleTimeoutMs: idleTimeout,
    },
  };
}

/** A command with a folder in its name is relative to the file, any other is looked for on PATH. */
function toWrapper([command = "", ...args]: readonly string[], directory: string): string[] {
  return [/[/\\]/.test(command) ? resolve(directory, command) : command, ...args];
}

function toBun({ path, wrapper }: ConfigFile["sandbox"]["bun"], directory: string) {
  return {
    ...(path === undefined ? {} : { path: toWrapper([path], directory)[0] ?? path }),
    ...(wrapper === undefined ? {} : { wrapper: toWrapper(wrapper, directory) }),
  };
}

/** Where callers are told apart, one of them leaves places to the others. */
function toPerPrincipal({ sandbox, security }: ConfigFile): SandboxConfig["perPrincipal"] {
  const { workers, light, perPrincipal } = sandbox;
  const share = (places: number) =>
    security.auth.provider === "none" ? places : Math.ceil(places / 2);
  return {
    concurrent: perPrincipal.concurrent ?? share(workers.max),
    light: perPrincipal.light ?? share(lightPlaces(light)),
  };
}

function toMcp({ servers, logins }: ConfigFile["mcp"], directory: string): Config["mcp"] {
  const named = Object.entries(servers).map(([name, one]) => [name, toServer(one)]);
  const { path = DEFAULT_LOGINS } = logins ?? {};
  return { servers: Object.fromEntries(named), logins: { path: resolve(directory, path) } };
}

function toServer(server: ConfigFile["mcp"]["servers"][string]): McpServerConfig {
  const { timeout, retryPolicy, healthInterval, command, url, auth, maxCallsPerSecond, ...rest } =
    server;
  return {
    ...rest,
    ...(command === undefined ? {} : { command }),
    ...(url === undefined ? {} : { url }),
    ...(auth === undefined ? {} : { auth: auth.type === "oauth" ? defined(auth) : auth }),
    ...(maxCallsPerSecond === undefined ? {} : { maxCallsPerSecond }),
    timeoutMs: timeout,
    healthIntervalMs: healthInterval,
    retryPolicy: {
      maxAttempts: retryPolicy.maxAttempts,
      initialDelayMs: retryPolicy.initialDelay,
      maxDelayMs: retryPolicy.maxDelay,
    },
  };
}

function toSecurity(
  { auth, capabilities, credentials, tools }: ConfigFile["security"],
  directory: string,
): SecurityConfig {
  const { clockSkew, keys, scopes, ...rest } = auth;
  const mapped = Object.entries(scopes).map(([name, set]) => [name, toSet(set, directory)]);
  return {
    auth: {
      ...defined(rest),
      clockSkewMs: clockSkew,
      keys: keys.map(({ capabilities, ...key }) => ({
        ...key,
        ...(capabilities === undefined ? {} : { capabilities: toSet(capabilities, directory) }),
      })),
      scopes: Object.fromEntries(mapped),
    },
    capabilities: toSet(capabilities, directory),
    credentials,
    tools,
  };
}

function toSet(set: ConfigFile["security"]["capabilities"], directory: string): CapabilitySet {
  const { network, filesystem, mcp, system } = set;
  const paths = (given: readonly string[] | undefined) =>
    given?.map((path) => resolve(directory, path));
  return {
    ...(network === undefined ? {} : { network: defined(network) }),
    ...(filesystem === undefined ? {} : {
      filesystem: defined({
        ...filesystem,
        allowedPaths: paths(filesystem.allowedPaths),
        writablePaths: paths(filesystem.writablePaths),
      }),
    }),
    ...(mcp === undefined ? {} : { mcp: defined(mcp) }),
    ...(system === undefined ? {} : { system: defined(system) }),
  };
}

function toOutput(output: ConfigFile["logging"]["outputs"][number], directory: string): LogOutput {
  return output.type === "file" ? { ...output, path: resolve(directory, output.path) } : output;
}

/** The same object without the properties that are undefined. */
function defined<T extends object>(value: T): { [Key in keyof T]: Exclude<T[Key], undefined> } {
  const entries = Object.entries(value).filter(([, one]) => one !== undefined);
  return Object.fromEntries(entries) as { [Key in keyof T]: Exclude<T[Key], undefined> };
}

function freeze<T>(value: T): T {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const inner of Object.values(value)) freeze(inner);
  }
  return value;
}
