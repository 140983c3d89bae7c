/** The law applied: may this be touched under that set? Pure; nothing is granted by silence. */

import { authoritiesOf, coversHost } from "./authority.ts";
import type { CapabilitySet } from "./capability_set.ts";
import { isInside, toAbsolute } from "./paths.ts";
import { coversTool, toolPatternsOf } from "./tool_pattern.ts";

/** Whether a guest may connect to `host` at `port`. */
export function allowsNetwork(set: CapabilitySet, host: string, port: number): boolean {
  return authoritiesOf(set.network)
    .some((granted) => granted.port === port && coversHost(granted.host, host.toLowerCase()));
}

/** Whether a guest may read or write an absolute path. */
export function allowsPath(set: CapabilitySet, path: string, mode: "read" | "write"): boolean {
  const { allowedExtensions } = set.filesystem ?? {};
  const absolute = toAbsolute(path, "/");
  if (allowedExtensions && !allowedExtensions.some((extension) => absolute.endsWith(extension))) {
    return false;
  }
  return foldersOf(set, mode).some((folder) => isInside(absolute, toAbsolute(folder, "/")));
}

/** The files and folders a set lets be read or written. */
export function foldersOf(set: CapabilitySet, mode: "read" | "write"): readonly string[] {
  const { allowedPaths = [], writablePaths = [], readOnly = true } = set.filesystem ?? {};
  return mode === "read" || !readOnly ? [...allowedPaths, ...writablePaths] : writablePaths;
}

/** Whether a guest may call a tool of a server. */
export function allowsTool(set: CapabilitySet, server: string, tool: string): boolean {
  return toolPatternsOf(set.mcp).some((granted) => coversTool(granted, { server, tool }));
}
