/** What callers may do to the servers from outside: less than the operator, unless the operator says so. */

import { CodemodeError } from "./base/errors.ts";
import { type AdminConfig, isAddress } from "./config/mod.ts";
import type { AddServerRequest, ServerChanges } from "./contract/mod.ts";
import type { ServerAdmin } from "./http/mod.ts";
import type { ToolSet } from "./tool_set.ts";
import type { ToolSources } from "./tool_sources.ts";

/** What the servers are changed by. */
export interface ServerAdminParts {
  readonly config: AdminConfig;
  readonly sources: ToolSources;
  readonly reload: () => Promise<ServerChanges>;
}

/** The servers for callers over HTTP. */
export function createServerAdmin({ config, sources, reload }: ServerAdminParts): ServerAdmin {
  return {
    list: () => sources.list(),
    async add(request) {
      const set = toSet(request, config);
      try {
        await sources.add(request.name, set);
      } catch (error) {
        throw asRequestFault(error);
      }
    },
    remove: (name) => sources.remove(name),
    reload,
  };
}

function toSet({ mcp, openapi }: AddServerRequest, { stdio }: AdminConfig): ToolSet {
  if (mcp !== undefined) {
    // SAFETY: a command is code of the caller's choice with this service's rights (test/e2e: servers).
    if (!stdio && mcp["transport"] !== "http" && mcp["transport"] !== "websocket") {
      throw new CodemodeError(
        "FORBIDDEN",
        "A server that is a command cannot be added from outside; see admin.stdio",
      );
    }
    return { kind: "mcp", options: mcp };
  }
  const { document } = openapi ?? {};
  // SAFETY: a path would read a file of this machine (test/e2e: servers).
  if (typeof document === "string" && !isAddress(document)) {
    throw new CodemodeError("FORBIDDEN", "A document of a server from outside is no path");
  }
  return { kind: "openapi", options: openapi ?? {} };
}

/** Wrong options are the caller's fault here, and not the operator's. */
function asRequestFault(error: unknown): unknown {
  if (!(error instanceof CodemodeError) || error.code !== "CONFIG_INVALID") return error;
  return new CodemodeError("INVALID_REQUEST", error.message, { details: error.details });
}
