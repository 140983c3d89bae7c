/** Says once which servers are granted that are not there yet, because a name may also be misspelt. */

import type { Logger } from "./base/log.ts";
import { nearestName } from "./base/nearest.ts";
import type { CapabilitySet } from "./capability/mod.ts";
import type { SecurityConfig } from "./config/mod.ts";

/** Warns of each of them; `servers` are those that there are. */
export function warnOfAwaited(
  security: SecurityConfig,
  servers: readonly string[],
  logger: Logger,
): void {
  const known = new Set([...servers, "tools", "*"]);
  for (const server of new Set(grantsOf(security).flatMap(serversOf))) {
    if (known.has(server)) continue;
    const meant = nearestName(server, servers);
    logger.warn("a server that is granted is not there until it is added", {
      server,
      ...(meant === undefined ? {} : { meant }),
    });
  }
}

function grantsOf({ auth, capabilities }: SecurityConfig): readonly CapabilitySet[] {
  const keys = auth.keys.flatMap(({ capabilities: own }) => own ?? []);
  return [capabilities, ...keys, ...Object.values(auth.scopes)];
}

function serversOf({ mcp }: CapabilitySet): readonly string[] {
  const tools = (mcp?.allowedTools ?? []).filter((entry) => entry.includes("."));
  return [...mcp?.allowedServers ?? [], ...tools.map((entry) => entry.split(".", 1)[0] ?? "")];
}
