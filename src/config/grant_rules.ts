/** What must hold in grants and credentials: an entry that can grant or send nothing is a mistake. */

import { nearestName } from "../base/nearest.ts";
import {
  type CapabilitySet,
  isVariableName,
  sharesNetwork,
  splitHostEntry,
  toCapabilityStrings,
} from "../capability/mod.ts";
import type { BrokenRule } from "./broken_rule.ts";
import { headerNameFault, headerValueFault } from "./header_rules.ts";
import type { ConfigFile } from "./schema.ts";
import { nameFault } from "./server_names.ts";

type Security = ConfigFile["security"];
type GrantedSet = Security["capabilities"];
type Path = readonly PropertyKey[];

/** Granted hosts that are listed where a credential fits none of them. */
const MAX_SHOWN_HOSTS = 5;

const REFUSED_HEADERS: ReadonlySet<string> = new Set(["host"]);

/** The servers that grants may name: all that there are, and where some may be added, all names. */
interface Nameable {
  readonly servers: ReadonlySet<string>;
  readonly mayCome: boolean;
}

/** The faults of every granted set, and of credentials beside them. */
export function grantRules(
  { security, admin }: ConfigFile,
  servers: ReadonlySet<string>,
): BrokenRule[] {
  const sets = grantsOf(security);
  const nameable = { servers, mayCome: admin.enabled };
  return [
    ...security.credentials.flatMap((one, index) => credentialRules(one, index)),
    ...unsentCredentials(security, sets.map(([, set]) => set)),
    ...sets.flatMap(([path, set]) => [
      ...hostRules(set, path),
      ...extensionRules(set, path),
      ...variableRules(set, path),
      ...serverEntryRules(set, path, nameable),
      ...toolRules(set, path, nameable),
    ]),
  ];
}

/** Every set a configuration grants, and where it stands. */
function grantsOf({ auth, capabilities }: Security): [Path, GrantedSet][] {
  return [
    [["security", "capabilities"], capabilities],
    ...auth.keys.flatMap(({ capabilities: own }, index): [Path, GrantedSet][] =>
      own === undefined ? [] : [[["security", "auth", "keys", index, "capabilities"], own]]
    ),
    ...Object.entries(auth.scopes).map(([name, set]): [Path, GrantedSet] => [
      ["security", "auth", "scopes", name],
      set,
    ]),
  ];
}

function hostRules({ network }: GrantedSet, path: Path): BrokenRule[] {
  return (network?.allowedHosts ?? []).flatMap((entry, index) =>
    splitHostEntry(entry) !== undefined ? [] : [{
      path: [...path, "network", "allowedHosts", index],
      message: `"${entry}" is no host such as api.example.com, *.example.com or localhost:8080`,
      suggestion: hostInside(entry),
    }]
  );
}

/** The host of an address that was written in place of its host. */
function hostInside(entry: string): string | undefined {
  const address = /^[a-z][a-z0-9+.-]*:\/\//i.test(entry) ? entry : `https://${entry}`;
  if (!URL.canParse(address)) return undefined;
  const { host } = new URL(address);
  return splitHostEntry(host) === undefined ? undefined : host;
}

function extensionRules({ filesystem }: GrantedSet, path: Path): BrokenRule[] {
  return (filesystem?.allowedExtensions ?? []).flatMap((extension, index) => {
    if (/^\.[^/\\]+$/.test(extension)) return [];
    const bare = extension.replace(/^\*?\.*/, "");
    return [{
      path: [...path, "filesystem", "allowedExtensions", index],
      message: `"${extension}" is no end of a file's name; it begins with a dot`,
      suggestion: /^[^/\\*]+$/.test(bare) ? `.${bare}` : undefined,
    }];
  });
}

function variableRules({ system }: GrantedSet, path: Path): BrokenRule[] {
  return (system?.environment ?? []).flatMap((name, index) =>
    isVariableName(name) ? [] : [{
      path: [...path, "system", "environment", index],
      message: `"${name}" is no name of a variable; each one is named`,
    }]
  );
}

function serverEntryRules(
  { mcp }: GrantedSet,
  path: Path,
  nameable: Nameable,
): BrokenRule[] {
  return (mcp?.allowedServers ?? []).flatMap((name, index) =>
    unknownServer(name, nameable, [...path, "mcp", "allowedServers", index])
  );
}

/** A misspelt name grants nothing, so where servers may come one that is not there yet may be meant. */
function unknownServer(name: string, { servers, mayCome }: Nameable, path: Path): BrokenRule[] {
  if (name === "*" || servers.has(name)) return [];
  const canCome = nameFault(name) === undefined;
  if (mayCome && canCome) return [];
  const remedy = canCome ? "; one that is added later can be named with admin.enabled: true" : "";
  return [{
    path,
    message: `there is no server "${name}"${remedy}`,
    suggestion: nearestName(name, servers),
    about: [["mcp", "servers", name], ["openapi", name]],
  }];
}

/** SAFETY: a tool named without its server would be granted of whichever server has that name. */
function toolRules({ mcp }: GrantedSet, path: Path, nameable: Nameable): BrokenRule[] {
  // Only the set for everybody means every server when it names none.
  const usual = path.length === 2 ? ["*"] : [];
  const allowed = new Set(mcp?.allowedServers ?? usual);
  return (mcp?.allowedTools ?? []).flatMap((entry, index): BrokenRule[] => {
    const at = [...path, "mcp", "allowedTools", index];
    const dot = entry.indexOf(".");
    const tool = entry.slice(dot + 1);
    if (tool === "" || (tool !== "*" && tool.includes("*"))) {
      return [{ path: at, message: `"${entry}" fits no tool; a tool is named whole, or * is all` }];
    }
    if (dot < 0) return mcp?.allowedServers !== undefined || tool === "*" ? [] : [bare(entry, at)];
    const server = entry.slice(0, dot);
    const unknown = unknownServer(server, nameable, at);
    if (unknown.length > 0) return unknown;
    if (allowed.has("*") || allowed.has(server)) return [];
    const message = `"${entry}" is not granted: allowedServers does not have "${server}"`;
    return [{ path: at, message, about: [[...path, "mcp", "allowedServers"]] }];
  });
}

function bare(tool: string, path: Path): BrokenRule {
  return {
    path,
    message: `"${tool}" names no server; write server.${tool}, or list allowedServers`,
    about: [[...path.slice(0, -2), "allowedServers"]],
  };
}

function credentialRules(
  { host, header, value }: Security["credentials"][number],
  index: number,
): BrokenRule[] {
  const at = (key: string) => ["security", "credentials", index, key];
  const hostFaults = splitHostEntry(host) === undefined
    ? [{
      path: at("host"),
      message: `${host} is no host such as api.example.com`,
      suggestion: hostInside(host),
    }]
    : [];
  const fault = (key: string, message: string | undefined) =>
    message === undefined ? [] : [{ path: at(key), message }];
  return [
    ...hostFaults,
    ...fault("header", headerNameFault(header, REFUSED_HEADERS)),
    ...fault("value", headerValueFault(value)),
  ];
}

/** Credentials for hosts that are granted to nobody; where no host is granted at all, none is judged. */
function unsentCredentials(
  { credentials }: Security,
  sets: readonly GrantedSet[],
): BrokenRule[] {
  const entries = sets.flatMap(({ network }) => network?.allowedHosts ?? []);
  // What cannot be read is told by itself, and may be the host that is meant.
  if (entries.some((entry) => splitHostEntry(entry) === undefined)) return [];
  const granted = sets.map(networkOf);
  const hosts = [...new Set(granted.flatMap(toCapabilityStrings))]
    .map((capability) => capability.slice("network:".length));
  if (hosts.length === 0) return [];
  return credentials.flatMap(({ host }, index) => {
    const split = splitHostEntry(host);
    const asked = { network: { allowedHosts: [host] } };
    if (split === undefined || granted.some((one) => sharesNetwork(one, asked))) return [];
    return [{
      path: ["security", "credentials", index, "host"],
      message:
        `${shownHost(host, split.port)} is granted to nobody, so this would never be sent; ` +
        `granted: ${shownHosts(hosts)}`,
      suggestion: hosts.find((one) => splitHostEntry(one)?.host === split.host) ??
        nearestName(host, hosts),
      about: [["security", "capabilities"], ["security", "auth"]],
    }];
  });
}

function shownHost(host: string, port: number | undefined): string {
  return port === undefined ? `${host} (ports 80 and 443)` : host;
}

function shownHosts(hosts: readonly string[]): string {
  const rest = hosts.length - MAX_SHOWN_HOSTS;
  return hosts.slice(0, MAX_SHOWN_HOSTS).join(", ") + (rest > 0 ? ` and ${rest} more` : "");
}

function networkOf({ network }: GrantedSet): CapabilitySet {
  const { allowedHosts = [], allowedPorts } = network ?? {};
  return { network: { allowedHosts, ...(allowedPorts === undefined ? {} : { allowedPorts }) } };
}
