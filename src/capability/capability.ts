/**
 * Capabilities as people write them: `mcp:memory.search_nodes`, `network:api.github.com:443`,
 * `read:./data`, `write:./out`, `env:NAME`. The parser never throws and never guesses: what it cannot
 * read is a problem with its place in the list and a remedy.
 */

import { nearestName } from "../base/nearest.ts";
import { splitHostEntry } from "./rules.ts";

/** One parsed capability. Absent `port` means the default ports; absent `tool` means every tool. */
export type Capability =
  | { readonly kind: "mcp"; readonly server: string; readonly tool?: string }
  | { readonly kind: "network"; readonly host: string; readonly port?: number }
  | { readonly kind: "read"; readonly path: string }
  | { readonly kind: "write"; readonly path: string }
  | { readonly kind: "env"; readonly name: string };

/** Why one string of a list is no capability. `index` is its place in the list. */
export interface CapabilityProblem {
  readonly index: number;
  readonly value: string;
  readonly message: string;
  readonly remedy: string;
}

/** What names mean where the strings are used. */
export interface CapabilityNames {
  /** Known MCP servers; given, an unknown one in `mcp:` is a problem. */
  readonly servers?: readonly string[];
}

type Parsed = Capability | { readonly message: string; readonly remedy: string };

/** Capabilities asked in one list; more is a mistake or an attack. */
export const MAX_CAPABILITIES = 256;
const MAX_CAPABILITY_LENGTH = 4096;
const FORMS =
  "mcp:<server>[.<tool>], network:<host>[:<port>], read:<path>, write:<path>, env:<NAME>";
const PARSERS: Readonly<Record<string, (rest: string, names: CapabilityNames) => Parsed>> = Object
  .freeze({
    mcp: parseMcp,
    network: parseNetwork,
    read: (rest: string) => parsePath("read", rest),
    write: (rest: string) => parsePath("write", rest),
    env: parseEnv,
  });

/** Parses every string; `problems` is empty exactly when all of them were understood. */
export function parseCapabilities(
  values: readonly string[],
  names: CapabilityNames = {},
): {
  readonly capabilities: readonly Capability[];
  readonly problems: readonly CapabilityProblem[];
} {
  const capabilities: Capability[] = [];
  const problems: CapabilityProblem[] = [];
  values.slice(0, MAX_CAPABILITIES).forEach((value, index) => {
    const parsed = parseCapability(value, names);
    if ("kind" in parsed) capabilities.push(parsed);
    else problems.push({ index, value: clip(value), ...parsed });
  });
  if (values.length > MAX_CAPABILITIES) problems.push(tooMany(values));
  return { capabilities, problems };
}

function parseCapability(value: string, names: CapabilityNames): Parsed {
  if (value.length > MAX_CAPABILITY_LENGTH) {
    return {
      message: "Capability is too long",
      remedy: `Keep it within ${MAX_CAPABILITY_LENGTH} characters`,
    };
  }
  const colon = value.indexOf(":");
  const kind = colon < 0 ? value : value.slice(0, colon);
  if (colon >= 0 && Object.hasOwn(PARSERS, kind)) {
    return PARSERS[kind]?.(value.slice(colon + 1), names) as Parsed;
  }
  const meant = nearestName(kind, Object.keys(PARSERS));
  return {
    message: `Unknown capability kind "${clip(kind)}"`,
    remedy: meant === undefined
      ? `Use one of ${FORMS}`
      : `Did you mean "${meant}:…"? Forms: ${FORMS}`,
  };
}

function parseMcp(rest: string, { servers }: CapabilityNames): Parsed {
  const server = splitServer(rest, servers ?? []);
  const tool = rest.slice(server.length + 1);
  if (!isToolName(server) || (rest.length > server.length && !isToolName(tool))) {
    return {
      message: "Server or tool name is missing",
      remedy: "Write mcp:<server> or mcp:<server>.<tool>",
    };
  }
  if (servers !== undefined && server !== "*" && !servers.includes(server)) {
    return unknownServer(server, servers);
  }
  return tool === "" || tool === "*" ? { kind: "mcp", server } : { kind: "mcp", server, tool };
}

/** The server part of `server.tool`: the longest known name that fits, else up to the first dot. */
function splitServer(rest: string, servers: readonly string[]): string {
  const fitting = servers.filter((name) => rest === name || rest.startsWith(`${name}.`));
  const longest = fitting.sort((a, b) => b.length - a.length)[0];
  return longest ?? rest.split(".", 1)[0] ?? "";
}

function unknownServer(server: string, servers: readonly string[]): Parsed {
  const meant = nearestName(server, servers);
  return {
    message: `Unknown MCP server "${clip(server)}"`,
    remedy: meant === undefined
      ? `Known servers: ${servers.join(", ") || "none"}`
      : `Did you mean "mcp:${meant}"?`,
  };
}

function parseNetwork(rest: string, { servers = [] }: CapabilityNames): Parsed {
  if (servers.includes(rest)) return { kind: "mcp", server: rest };
  const split = splitHostEntry(rest);
  if (split !== undefined) return { kind: "network", ...split };
  return {
    message: "Not a host with an optional port",
    remedy:
      "Write network:<host>, network:<host>:<port 1-65535>, network:*.<suffix> or network:[<IPv6>]:<port>",
  };
}

function parsePath(kind: "read" | "write", path: string): Parsed {
  if (path !== "" && !hasControl(path)) return { kind, path };
  return { message: "Path is empty or has control characters", remedy: `Write ${kind}:<path>` };
}

function parseEnv(name: string): Parsed {
  if (isVariableName(name)) return { kind: "env", name };
  return {
    message: "Not the name of an environment variable",
    remedy: "Write env:<NAME> with letters, digits and _",
  };
}

/** Whether `name` can be granted as an environment variable; patterns cannot. */
export function isVariableName(name: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_]{0,255}$/.test(name);
}

function isToolName(name: string): boolean {
  return name !== "" && !hasControl(name);
}

function hasControl(text: string): boolean {
  return /\p{Cc}/u.test(text);
}

function tooMany(values: readonly string[]): CapabilityProblem {
  return {
    index: MAX_CAPABILITIES,
    value: clip(values[MAX_CAPABILITIES] ?? ""),
    message: `More than ${MAX_CAPABILITIES} capabilities`,
    remedy: "Grant folders, suffixes or whole servers",
  };
}

function clip(text: string): string {
  return text.length <= 100 ? text : `${text.slice(0, 100)}…`;
}
