/** Sets of capabilities: gathered from strings, and compared with a grant. */

import { authoritiesOf, coversHost } from "./authority.ts";
import { type Capability, parseCapability, printCapability } from "./capability.ts";
import type { CapabilitySet, McpCapabilities } from "./capability_set.ts";
import { foldersOf } from "./decide.ts";
import { isInside, toAbsolute } from "./paths.ts";

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
    ...(asked.network === undefined ? {} : { network: { ...network, ...asked.network } }),
    ...(asked.filesystem === undefined
      ? {}
      : { filesystem: { ...filesystem, ...asked.filesystem } }),
    ...(asked.mcp === undefined ? {} : { mcp: { ...mcp, ...asked.mcp } }),
  };
}

function resolve(capability: Capability, { servers, directory }: CapabilityContext): Capability {
  if (
    capability.kind === "network" && capability.port === undefined &&
    servers.includes(capability.host)
  ) {
    return { kind: "mcp", server: capability.host };
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
  const allowedTools = unique(all.map(({ server, tool }) => `${server}.${tool ?? "*"}`));
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

function mcpExcess(asked: McpCapabilities = {}, granted: McpCapabilities = {}): string[] {
  const { allowedServers: servers = [] } = granted;
  const { allowedServers: wanted = [], allowedTools: tools } = asked;
  const strange = wanted.filter((server) => !servers.includes("*") && !servers.includes(server));
  if (granted.allowedTools === undefined) return strange.map((server) => `mcp:${server}`);
  const patterns = tools ?? wanted.map((server) => `${server}.*`);
  const covered = (pattern: string) =>
    granted.allowedTools?.some((grant) => coversTool(grant, pattern));
  return [...strange, ...patterns.filter((pattern) => !covered(pattern))].map((name) =>
    `mcp:${name}`
  );
}

function coversTool(grant: string, pattern: string): boolean {
  if (grant === "*" || grant === pattern) return true;
  const [server = "", tool] = pattern.split(".", 2);
  return tool !== undefined && (grant === `${server}.*` || (tool !== "*" && grant === tool));
}

function environmentExcess(asked: CapabilitySet, granted: CapabilitySet): string[] {
  const grants = granted.system?.environment ?? [];
  return (asked.system?.environment ?? []).filter((name) => !grants.includes(name)).map((name) =>
    `env:${name}`
  );
}

/** A request may lower a limit of its grant, not raise it. */
function limitExcess(asked: CapabilitySet, granted: CapabilitySet): string[] {
  const limits = [
    ["network", "maxRequestsPerSecond"],
    ["network", "maxRequestSize"],
    ["filesystem", "maxFileSize"],
    ["mcp", "maxCallsPerSecond"],
    ["mcp", "maxConcurrentCalls"],
  ] as const;
  return limits.flatMap(([part, limit]) => {
    const wanted = numberAt(asked[part], limit);
    const allowed = numberAt(granted[part], limit);
    return wanted !== undefined && allowed !== undefined && wanted > allowed
      ? [`${part}.${limit}=${wanted}`]
      : [];
  });
}

function numberAt(part: object | undefined, name: string): number | undefined {
  const value: unknown = part === undefined ? undefined : Reflect.get(part, name);
  return typeof value === "number" ? value : undefined;
}

function pick<Kind extends Capability["kind"]>(all: readonly Capability[], kind: Kind) {
  return all.filter((one): one is Capability & { kind: Kind } => one.kind === kind);
}

function unique(values: readonly string[]): string[] {
  return [...new Set(values)];
}
