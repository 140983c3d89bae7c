/** The names a configuration may speak of as servers. */

import type { ConfigFile } from "./schema.ts";

/** Those of its MCP servers and HTTP APIs, and of the tools and sets that an embedding program brings. */
export function serverNames(
  { mcp, openapi }: ConfigFile,
  embedded: readonly string[],
): ReadonlySet<string> {
  return new Set([...Object.keys(mcp.servers), ...Object.keys(openapi), "tools", ...embedded]);
}
