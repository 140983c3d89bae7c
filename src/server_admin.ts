/**
 * What callers may do to the servers from outside: less than the operator, unless the operator says so.
 * They reach public addresses only, start no command, read no file, and take no name.
 */

import { CodemodeError } from "./base/errors.ts";
import { AddressRefused, type Network } from "./base/network.ts";
import { type AdminConfig, type ConfigProblem, isAddress } from "./config/mod.ts";
import { type AddServerRequest, invalidRequest, type ServerChanges } from "./contract/mod.ts";
import type { ServerAdmin } from "./http/mod.ts";
import type { ServerDefinition } from "./server_definition.ts";
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
      const admit = (definition: ServerDefinition) => assertFitting(definition, config, network);
      try {
        const options = { isForeign: true, network, addedBy: caller, admit };
        await sources.add(request.name, toSet(request), options);
      } catch (error) {
        throw asRequestFault(error, request.name);
      }
    },
    remove: (name) => sources.remove(name, { isForeign: true }),
    reload,
  };
}

/** Judges what was read and not what was sent: what is wrong with it is told by now. */
async function assertFitting(
  definition: ServerDefinition,
  { stdio }: AdminConfig,
  network: Network | undefined,
): Promise<void> {
  if (definition.kind === "native") {
    throw new TypeError("Cannot add a server: it is no description");
  }
  const { config, kind } = definition;
  // SAFETY: a command is code of the caller's choice with this service's rights (test/e2e: servers).
  if (!stdio && kind === "mcp" && config.transport !== "http" && config.transport !== "websocket") {
    throw new CodemodeError(
      "FORBIDDEN",
      "A server that is a command cannot be added from outside; see admin.stdio",
    );
  }
  // SAFETY: a path would read a file of this machine (test/e2e: servers).
  if (kind === "openapi" && typeof config.document === "string" && !isAddress(config.document)) {
    throw new CodemodeError("FORBIDDEN", "A document of a server from outside is no path");
  }
  if (network === undefined) return;
  await assertPublic(kind === "mcp" ? [config.url] : [config.document, config.baseUrl], network);
}

/** Says at once what each connection would be refused for, and is no wall by itself. */
async function assertPublic(addresses: readonly unknown[], network: Network): Promise<void> {
  for (const address of addresses) {
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

function toSet({ mcp, openapi }: AddServerRequest): ToolSet {
  return mcp === undefined
    ? { kind: "openapi", options: openapi ?? {} }
    : { kind: "mcp", options: mcp };
}

/** Wrong options are the caller's fault here, not the operator's, and stand in the request. */
function asRequestFault(error: unknown, name: string): unknown {
  if (!(error instanceof CodemodeError) || error.code !== "CONFIG_INVALID") return error;
  const problems = (error.details["problems"] ?? []) as readonly ConfigProblem[];
  return invalidRequest(problems.map(({ path, message, suggestion }) => ({
    path: pathInRequest(path, name),
    message: suggestion === undefined ? message : `${message}; did you mean "${suggestion}"?`,
  })));
}

function pathInRequest(path: string, name: string): string {
  for (const [section, member] of [["mcp.servers", "mcp"], ["openapi", "openapi"]] as const) {
    const server = `${section}.${name}`;
    if (path === server || path.startsWith(`${server}.`)) return member + path.slice(server.length);
  }
  return path;
}
