/**
 * A capability set as lists of single rules, and the way back: duplicates and what another rule
 * already covers are dropped, the rest is sorted, so that equal permissions give equal sets.
 */

import type {
  CapabilitySet,
  FilesystemCapabilities,
  McpCapabilities,
  NetworkCapabilities,
} from "./capability_set.ts";
import { isVariableName } from "./capability.ts";
import { DEFAULT_PORTS } from "./limits.ts";
import {
  coversNetwork,
  coversPath,
  coversTool,
  type NetworkRule,
  type PathRule,
  serverOfEntry,
  toNetworkRules,
  type ToolRule,
  toPathRules,
  toToolRules,
} from "./rules.ts";

/** Every single permission of a set. */
export interface Grants {
  readonly network: readonly NetworkRule[];
  readonly paths: readonly PathRule[];
  readonly tools: readonly ToolRule[];
  readonly environment: readonly string[];
}

/** Takes a set apart. */
export function toGrants(set: CapabilitySet): Grants {
  return {
    network: toNetworkRules(set),
    paths: toPathRules(set),
    tools: toToolRules(set),
    environment: (set.system?.environment ?? []).filter(isVariableName),
  };
}

/** The set of `grants`, with the amounts that `amounts` holds; frozen. A part without rules is absent. */
export function buildSet(
  grants: Grants,
  amounts: CapabilitySet,
  extensions?: readonly string[],
): CapabilitySet {
  const network = buildNetwork(grants.network);
  const filesystem = buildFilesystem(grants.paths, extensions);
  const mcp = buildMcp(grants.tools);
  const environment = toSorted(grants.environment);
  return Object.freeze({
    ...(network && { network: Object.freeze({ ...network, ...amounts.network }) }),
    ...(filesystem && { filesystem: Object.freeze({ ...filesystem, ...amounts.filesystem }) }),
    ...(mcp && { mcp: Object.freeze({ ...mcp, ...amounts.mcp }) }),
    ...(environment.length > 0 && { system: Object.freeze({ environment }) }),
  });
}

/** Each rule as a capability string, without those that another one covers; sorted by kind, then name. */
export function printGrants(grants: Grants): string[] {
  const paths = dropCovered(grants.paths, coversPath);
  const writable = new Set(paths.filter((r) => r.access === "write").map((r) => r.path));
  const shown = paths.filter((rule) => rule.access === "write" || !writable.has(rule.path));
  return [
    ...toSorted(dropCovered(grants.tools, coversTool).map(printTool)),
    ...printHosts(grants.network).map((host) => `network:${host}`),
    ...toSorted(shown.map((rule) => `${rule.access}:${rule.path}`)),
    ...toSorted(grants.environment.map((name) => `env:${name}`)),
  ];
}

function printTool({ server, tool }: ToolRule): string {
  return tool === "*" ? `mcp:${server}` : `mcp:${server}.${tool}`;
}

/** `host` where both default ports are meant, else one `host:port` for each port. */
function printHosts(rules: readonly NetworkRule[]): string[] {
  const ports = new Map<string, number[]>();
  for (const { host, port } of dropCovered(rules, coversNetwork)) {
    ports.set(host, [...ports.get(host) ?? [], port]);
  }
  const entries = [...ports].flatMap(([host, own]) =>
    own.length === DEFAULT_PORTS.length && DEFAULT_PORTS.every((port) => own.includes(port))
      ? [host]
      : own.map((port) => `${host}:${port}`)
  );
  return [...toSorted(entries)];
}

function buildNetwork(rules: readonly NetworkRule[]): NetworkCapabilities | undefined {
  return rules.length === 0 ? undefined : { allowedHosts: Object.freeze(printHosts(rules)) };
}

function buildFilesystem(
  rules: readonly PathRule[],
  extensions: readonly string[] | undefined,
): FilesystemCapabilities | undefined {
  const kept = dropCovered(rules, coversPath);
  if (kept.length === 0) return undefined;
  const of = (access: string) => kept.filter((r) => r.access === access).map((r) => r.path);
  const writable = of("write");
  const readable = of("read").filter((path) => !writable.includes(path));
  return {
    ...(readable.length > 0 && { allowedPaths: toSorted(readable) }),
    ...(writable.length > 0 && { writablePaths: toSorted(writable) }),
    ...(extensions && { allowedExtensions: toSorted(extensions) }),
  };
}

function buildMcp(rules: readonly ToolRule[]): McpCapabilities | undefined {
  const kept = dropCovered(rules, coversTool);
  if (kept.length === 0) return undefined;
  const servers = toSorted(kept.map((rule) => rule.server));
  if (kept.every((rule) => rule.tool === "*")) return { allowedServers: servers };
  // A rule whose entry would be read as another server's tool cannot be said, and is left out.
  const said = kept.filter(({ server, tool }) =>
    serverOfEntry(`${server}.${tool}`, servers) === server
  );
  return {
    allowedServers: toSorted(said.map((rule) => rule.server)),
    allowedTools: toSorted(said.map(({ server, tool }) => `${server}.${tool}`)),
  };
}

/** The rules that no other one covers; of equal ones the first. */
function dropCovered<Rule>(
  rules: readonly Rule[],
  covers: (granted: Rule, asked: Rule) => boolean,
): Rule[] {
  return rules.filter((rule, index) =>
    !rules.some((other, at) =>
      at !== index && covers(other, rule) && (at < index || !covers(rule, other))
    )
  );
}

function toSorted(values: readonly string[]): readonly string[] {
  return Object.freeze([...new Set(values)].sort());
}
