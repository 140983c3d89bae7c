/** Sets of capabilities: gathered from strings, and compared with a grant. */

import { authoritiesOf, coversHost } from "./authority.ts";
import { type Capability, parseCapability, printCapability } from "./capability.ts";
import type { CapabilitySet, McpCapabilities } from "./capability_set.ts";
import { foldersOf } from "./decide.ts";
import { SPECIFICATION_LIMITS } from "./limits.ts";
import { isInside, toAbsolute } from "./paths.ts";
import { coversTool, toolPatternsOf } from "./tool_pattern.ts";

/** What the strings are read against. */
export interface CapabilityContext {
  /** Names of MCP servers: `network:<server>` means the server. */
  readonly servers: readonly string[];
  /** Absolute; relative paths are relative to it. */
  readonly directory: string;
}

/** Capability strings as a set; a string that is no capability throws `INVALID_REQUEST`. */
export function toCapabilitySet(
  strings: readonly string[],
  context: CapabilityContext,
): CapabilitySet {
  const all = strings.map((text) => resolve(parseCapability(text), context));
  const hosts = pick(all, "network").map((one) => printCapability(one).slice("network:".length));
  const read = pick(all, "read").map(({ path }) => path);
  const write = pick(all, "write").map(({ path }) => path);
  const environment = pick(all, "env").map(({ name }) => name);
  const filesystem = {
    ...(read.length === 0 ? {} : { allowedPaths: unique(read) }),
    ...(write.length === 0 ? {} : { writablePaths: unique(write) }),
  };
  return {
    ...(hosts.length === 0 ? {} : { network: { allowedHosts: unique(hosts) } }),
    ...(read.length + write.length === 0 ? {} : { filesystem }),
    ...mcpOf(pick(all, "mcp")),
    ...(environment.length === 0 ? {} : { system: { environment: unique(environment) } }),
  };
}

/** Whether everything asked was granted; if not, each excess as a capability is written. */
export function isSubset(
  asked: CapabilitySet,
  granted: CapabilitySet,
): { readonly ok: true } | { readonly ok: false; readonly excess: readonly string[] } {
  const excess = unique([
    ...networkExcess(asked, granted),
    ...pathExcess(asked, granted),
    ...extensionExcess(asked, granted),
    ...mcpExcess(asked.mcp, granted.mcp),
    ...environmentExcess(asked, granted),
    ...limitExcess(asked, granted),
  ]);
  return excess.length === 0 ? { ok: true } : { ok: false, excess };
}

/** What was asked, with the limits of the grant where the request says nothing of its own. */
export function underGrant(asked: CapabilitySet, granted: CapabilitySet): CapabilitySet {
  const { allowedHosts: _hosts, allowedPorts: _ports, ...network } = granted.network ?? {};
  const { allowedPaths: _paths, writablePaths: _writable, readOnly: _readOnly, ...filesystem } =
    granted.filesystem ?? {};
  const { allowedServers: _servers, allowedTools: _tools, ...mcp } = granted.mcp ?? {};
  return {
    ...asked,
    ...(asked.network === undefined ? {} : { network: { ...network, ...defined(asked.network) } }),
    ...(asked.filesystem === undefined
      ? {}
      : { filesystem: { ...filesystem, ...defined(asked.filesystem) } }),
    ...(asked.mcp === undefined ? {} : { mcp: { ...mcp, ...defined(asked.mcp) } }),
  };
}

/** SAFETY: a property that is there but undefined must not hide the one of the grant. */
function defined<T extends object>(part: T): T {
  return Object.fromEntries(Object.entries(part).filter(([, one]) => one !== undefined)) as T;
}

function resolve(capability: Capability, { servers, directory }: CapabilityContext): Capability {
  if (capability.kind === "network" && capability.port === undefined) {
    // A host is written in any case, and parsing has lowered it.
    const server = servers.find((name) => name.toLowerCase() === capability.host);
    if (server !== undefined) return { kind: "mcp", server };
  }
  if (capability.kind === "read" || capability.kind === "write") {
    return { ...capability, path: toAbsolute(capability.path, directory) };
  }
  return capability;
}

function mcpOf(all: readonly (Capability & { kind: "mcp" })[]): { mcp?: McpCapabilities } {
  if (all.length === 0) return {};
  const allowedServers = unique(all.map(({ server }) => server));
  // A server named without a tool means all of its tools.
  const allowedTools = unique(all.map(({ server, tool = "*" }) => `${server}.${tool}`));
  return all.every(({ tool }) => tool === undefined)
    ? { mcp: { allowedServers } }
    : { mcp: { allowedServers, allowedTools } };
}

function networkExcess(asked: CapabilitySet, granted: CapabilitySet): string[] {
  const grants = authoritiesOf(granted.network);
  return authoritiesOf(asked.network)
    .filter(({ host, port }) =>
      !grants.some((one) => one.port === port && coversHost(one.host, host))
    )
    .map(({ host, port }) => `network:${host}:${port}`);
}

function pathExcess(asked: CapabilitySet, granted: CapabilitySet): string[] {
  return (["read", "write"] as const).flatMap((mode) => {
    const grants = foldersOf(granted, mode).map((folder) => toAbsolute(folder, "/"));
    return foldersOf(asked, mode)
      .filter((path) => !grants.some((folder) => isInside(toAbsolute(path, "/"), folder)))
      .map((path) => `${mode}:${path}`);
  });
}

/** Extensions are endings: `.tar.gz` is within `.gz`. None asked means those of the grant. */
function extensionExcess(asked: CapabilitySet, granted: CapabilitySet): string[] {
  const grants = granted.filesystem?.allowedExtensions;
  if (grants === undefined) return [];
  return (asked.filesystem?.allowedExtensions ?? [])
    .filter((extension) => !grants.some((grant) => extension.endsWith(grant)))
    .map((extension) => `filesystem.allowedExtensions=${extension}`);
}

function mcpExcess(asked: McpCapabilities = {}, granted: McpCapabilities = {}): string[] {
  const { allowedServers: servers = [] } = granted;
  const isStrange = (server: string) => !servers.includes("*") && !servers.includes(server);
  const grants = toolPatternsOf(granted);
  const strange = (asked.allowedServers ?? []).filter(isStrange);
  const tools = toolPatternsOf(asked)
    .filter((one) => !isStrange(one.server) && !grants.some((grant) => coversTool(grant, one)))
    .map(({ server, tool }) => tool === "*" ? server : `${server}.${tool}`);
  return [...strange, ...tools].map((name) => `mcp:${name}`);
}

function environmentExcess(asked: CapabilitySet, granted: CapabilitySet): string[] {
  const grants = granted.system?.environment ?? [];
  return (asked.system?.environment ?? []).filter((name) => !grants.includes(name)).map((name) =>
    `env:${name}`
  );
}

/** A request may lower a limit of its grant, not raise it; a grant that is silent has the usual one. */
function limitExcess(asked: CapabilitySet, granted: CapabilitySet): string[] {
  const limits = [
    ["network", "maxRequestsPerSecond"],
    ["network", "maxRequestSize"],
    ["filesystem", "maxFileSize"],
    ["mcp", "maxCallsPerSecond"],
    ["mcp", "maxConcurrentCalls"],
  ] as const;
  return limits.flatMap(([part, limit]) => {
    const wanted = valueAt(asked[part], limit);
    const allowed = valueAt(granted[part], limit) ?? valueAt(SPECIFICATION_LIMITS[part], limit);
    // What is no number, NaN among them, is within no limit.
    return wanted === undefined || isWithin(wanted, allowed) ? [] : [`${part}.${limit}=${wanted}`];
  });
}

function isWithin(wanted: unknown, allowed: unknown): boolean {
  return typeof wanted === "number" && typeof allowed === "number" && wanted <= allowed;
}

function valueAt(part: object | undefined, name: string): unknown {
  return part === undefined ? undefined : Reflect.get(part, name);
}

function pick<Kind extends Capability["kind"]>(all: readonly Capability[], kind: Kind) {
  return all.filter((one): one is Capability & { kind: Kind } => one.kind === kind);
}

function unique(values: readonly string[]): string[] {
  return [...new Set(values)];
}
