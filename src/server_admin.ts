/**
 * What callers may do to the servers from outside: less than the operator, unless the operator says so.
 * They reach public addresses only, start no command, read no file, and take no name.
 */

import { CodemodeError } from "./base/errors.ts";
import { AddressRefused, type Network } from "./base/network.ts";
import { type AdminConfig, isAddress } from "./config/mod.ts";
import type { AddServerRequest, ServerChanges } from "./contract/mod.ts";
import type { ServerAdmin } from "./http/mod.ts";
import type { ToolSet } from "./tool_set.ts";
import type { ToolSources } from "./tool_sources.ts";

/** What the servers are changed by. */
export interface ServerAdminParts {
  readonly config: AdminConfig;
  readonly sources: Pick<ToolSources, "list" | "add" | "remove">;
  readonly reload: () => Promise<ServerChanges>;
  /** How added servers are reached unless private addresses are allowed. */
  readonly network: Network;
}

/** The servers for callers over HTTP. */
export function createServerAdmin(parts: ServerAdminParts): ServerAdmin {
  const { config, sources, reload } = parts;
  // SAFETY: whoever may add servers must not reach what only this machine does (test/e2e: servers).
  const network = config.privateAddresses ? undefined : parts.network;
  return {
    list: () => sources.list(),
    async add(request, caller) {
      const set = toSet(request, config);
      if (network !== undefined) await assertPublic(set.options, network);
      try {
        await sources.add(request.name, set, { isForeign: true, network, addedBy: caller });
      } catch (error) {
        throw asRequestFault(error);
      }
    },
    remove: (name) => sources.remove(name, { isForeign: true }),
    reload,
  };
}

/** Says at once what each connection would be refused for, and is no wall by itself. */
async function assertPublic(
  options: Readonly<Record<string, unknown>>,
  network: Network,
): Promise<void> {
  for (const address of [options["url"], options["document"], options["baseUrl"]]) {
    if (typeof address !== "string" || !URL.canParse(address)) continue;
    try {
      await network.check(new URL(address));
    } catch (error) {
      // A name that is not known now may be later.
      if (!(error instanceof AddressRefused)) continue;
      throw new CodemodeError("FORBIDDEN", `${error.message}; see admin.privateAddresses`);
    }
  }
}

type DescribedSet = Exclude<ToolSet, { readonly kind: "native" }>;

function toSet({ mcp, openapi }: AddServerRequest, { stdio }: AdminConfig): DescribedSet {
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
