/** The names a configuration may speak of as servers. */

import type { ConfigFile } from "./schema.ts";

const NAME_RULE = "a server's name has letters, digits, _ and -, 64 at most";
const SERVER_NAME = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/;

/** Those of its MCP servers and HTTP APIs, and of the tools and sets that an embedding program brings. */
export function serverNames(
  { mcp, openapi }: ConfigFile,
  embedded: readonly string[],
): ReadonlySet<string> {
  return new Set([...Object.keys(mcp.servers), ...Object.keys(openapi), "tools", ...embedded]);
}

/** Why no server can have a name; undefined for a name that one can have. */
export function nameFault(name: string): string | undefined {
  return SERVER_NAME.test(name) ? ownName(name) : NAME_RULE;
}

/** Why no server may have a name: programs have something else by it. Undefined for a name they do not. */
export function ownName(name: string): string | undefined {
  if (name === "tools") return "this is the name of the program's own tools";
  // SAFETY: programs would lose search, sleep and all else that is built in (test/unit/server_names_test.ts).
  return name === "codemode" ? "this is the name of what every program has built in" : undefined;
}
