/** What a server is, as the configuration or whoever adds it says. */

import { CodemodeError } from "./base/errors.ts";
import { createNativeSource, type ToolSource } from "./catalog/mod.ts";
import {
  type Config,
  isAddress,
  type McpServerConfig,
  type OpenApiConfig,
  parseConfig,
} from "./config/mod.ts";
import type { ToolSet } from "./tool_set.ts";

/** A server that is not opened. */
export type ServerDefinition =
  | { readonly kind: "mcp"; readonly config: McpServerConfig }
  | { readonly kind: "openapi"; readonly config: OpenApiConfig }
  | { readonly kind: "native"; readonly source: ToolSource };

/** The servers of a configuration by their names. */
export function definitionsOf(
  { mcp, openapi }: Pick<Config, "mcp" | "openapi">,
): readonly (readonly [string, ServerDefinition])[] {
  return [
    ...Object.entries(mcp.servers).map(([name, config]) =>
      [name, { kind: "mcp", config }] as const
    ),
    ...Object.entries(openapi).map(([name, config]) =>
      [name, { kind: "openapi", config }] as const
    ),
  ];
}

/** A set as a server; options are read as the configuration file's are, so that both know the same keys. */
export async function toDefinition(
  name: string,
  set: ToolSet,
  directory: string,
): Promise<ServerDefinition> {
  if (set.kind === "native") {
    const source = createNativeSource(name, set.description, await set.load());
    return { kind: "native", source };
  }
  if (set.kind === "openapi") {
    const { openapi } = parseConfig({ openapi: { [name]: set.options } }, directory);
    const config = openapi[name];
    if (config) return { kind: "openapi", config };
  } else {
    const { mcp } = parseConfig({ mcp: { servers: { [name]: set.options } } }, directory);
    const config = mcp.servers[name];
    if (config) return { kind: "mcp", config };
  }
  throw cannotAdd(name, "it has no options");
}

/** Whether its document is had without asking anybody: what is wrong with it will be so later too. */
export function hasOwnDocument(definition: ServerDefinition): boolean {
  if (definition.kind !== "openapi") return false;
  const { document } = definition.config;
  return typeof document !== "string" || !isAddress(document);
}

/** The refusal of a server. */
export function cannotAdd(
  name: string,
  why: string,
  code: "INVALID_REQUEST" | "CONFLICT" = "INVALID_REQUEST",
): CodemodeError {
  const server = name.slice(0, 80);
  return new CodemodeError(code, `Cannot add the server "${server}": ${why}`, {
    details: { server },
  });
}
