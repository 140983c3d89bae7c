/** The names a configuration may speak of as servers. */

import type { ConfigFile } from "./schema.ts";

/** Those of its MCP servers and HTTP APIs, and of the tools and sets that an embedding program brings. */
export function serverNames(
  { mcp, openapi }: ConfigFile,
  embedded: readonly string[],
): ReadonlySet<string> {
  return new Set([...Object.keys(mcp.servers), ...Object.keys(openapi), "tools", ...embedded]);
}

/** Why no server may have a name: programs have something else by it. Undefined for a name they do not. */
export function ownName(name: string): string | undefined {
  if (name === "tools") return "this is the name of the program's own tools";
  // SAFETY: programs would lose search, sleep and all else that is built in (test/unit/server_names_test.ts).
  return name === "codemode" ? "this is the name of what every program has built in" : undefined;
}
