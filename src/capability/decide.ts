/**
 * Single decisions: may this guest reach this host, this path, this tool? Each answers false for
 * anything it cannot read. They know no file system: whoever opens a path asks about the one that
 * symbolic links lead to.
 */

import { basename } from "node:path";
import type { CapabilitySet } from "./capability_set.ts";
import { toCanonicalHost } from "./host.ts";
import {
  coversNetwork,
  coversPath,
  coversTool,
  isPort,
  toNetworkRules,
  toNormalPath,
  toPathRules,
  toToolRules,
} from "./rules.ts";

/** Whether the set allows a connection to `host` on `port`. */
export function allowsNetwork(set: CapabilitySet, host: string, port: number): boolean {
  const canonical = toCanonicalHost(host);
  if (canonical === undefined || !isPort(port)) return false;
  return toNetworkRules(set).some((rule) => coversNetwork(rule, { host: canonical, port }));
}

/**
 * Whether the set allows a connection to `host` on `port` by an entry that is this very name or
 * address, and not by a pattern. What is not public is reached only so.
 */
export function namesHost(set: CapabilitySet, host: string, port: number): boolean {
  const canonical = toCanonicalHost(host);
  if (canonical === undefined || !isPort(port)) return false;
  return toNetworkRules(set).some((rule) => rule.host === canonical && rule.port === port);
}

/** Whether the set allows `access` to the absolute `path`, judged after `.` and `..` are resolved. */
export function allowsPath(
  set: CapabilitySet,
  path: string,
  access: "read" | "write",
): boolean {
  const normal = toNormalPath(path);
  if (normal === undefined || !hasAllowedExtension(set, normal)) return false;
  return toPathRules(set).some((rule) => coversPath(rule, { path: normal, access }));
}

/** Whether the set allows calling `tool` of `server`; both are exact names, never patterns. */
export function allowsTool(set: CapabilitySet, server: string, tool: string): boolean {
  if (server === "*" || tool === "*") return false;
  return toToolRules(set).some((rule) => coversTool(rule, { server, tool }));
}

/** Whether the set allows calling some tool of `server`, an exact name; who may not is not told of it. */
export function allowsServer(set: CapabilitySet, server: string): boolean {
  return server !== "*" &&
    toToolRules(set).some((rule) => rule.server === "*" || rule.server === server);
}

/** Whether the set allows reading the environment variable `name`. */
export function allowsVariable(set: CapabilitySet, name: string): boolean {
  return set.system?.environment?.includes(name) ?? false;
}

function hasAllowedExtension(set: CapabilitySet, path: string): boolean {
  const extensions = set.filesystem?.allowedExtensions;
  if (extensions === undefined) return true;
  const file = basename(path);
  return extensions.some((extension) =>
    extension.startsWith(".") && extension.length > 1 && file.length > extension.length &&
    file.endsWith(extension)
  );
}
