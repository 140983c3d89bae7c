/** Servers that are shown under their own names beside the door's tools, as far as a caller reaches them. */

import type { Tool as ListedTool } from "@modelcontextprotocol/server";
import { allowsServer } from "../capability/mod.ts";
import type { Tool } from "../contract/mod.ts";
import type { Toolbox } from "../engine/mod.ts";
import type { PassThrough } from "../mcp/mod.ts";
import type { DoorParts, Visit } from "./door_parts.ts";

/** Names of the door's own tools; a shown tool of such a name is not shown. */
export const OWN_NAMES: ReadonlySet<string> = new Set([
  "execute",
  "search_tools",
  "call_tool",
  "read_result",
]);

/** A server that is shown. */
export interface ShownServer {
  readonly name: string;
  readonly passThrough: PassThrough;
}

/** Those of the configuration that are there, and that the caller was granted something of. */
export function shownServers(
  { config, passThrough }: DoorParts,
  { caller }: Visit,
): readonly ShownServer[] {
  // SAFETY: what a server has besides tools is for whoever was granted the server (test/unit/door).
  const granted = config.passThrough.filter((name) => allowsServer(caller.grant, name));
  return granted.flatMap((name) => {
    const shown = passThrough(name);
    return shown === undefined ? [] : [{ name, passThrough: shown }];
  });
}

/** Their tools; of two with one name the first counts. */
export function shownTools(
  { config }: DoorParts,
  { namespaces }: Toolbox,
): readonly Tool[] {
  const shown = new Map<string, Tool>();
  for (const name of config.passThrough) {
    const found = namespaces.find(({ server }) => server === name);
    for (const { tool } of found?.tools ?? []) {
      if (!OWN_NAMES.has(tool.name) && !shown.has(tool.name)) shown.set(tool.name, tool);
    }
  }
  return [...shown.values()];
}

/** A tool as its server lists it. */
export function toListed(
  { name, description, inputSchema, outputSchema, annotations }: Tool,
): ListedTool {
  return {
    name,
    description,
    inputSchema: inputSchema as ListedTool["inputSchema"],
    ...(outputSchema === undefined
      ? {}
      : { outputSchema: outputSchema as NonNullable<ListedTool["outputSchema"]> }),
    ...(annotations === undefined ? {} : { annotations: { ...annotations } }),
  };
}

/** The input schema of the shown tool that a request's headers say it calls. */
export async function calledSchema(
  parts: DoorParts,
  { caller }: Visit,
  headers: Headers | undefined,
): Promise<Readonly<Record<string, unknown>> | undefined> {
  if (parts.config.passThrough.length === 0) return undefined;
  if (headers?.get("mcp-method") !== "tools/call") return undefined;
  const called = headers.get("mcp-name");
  const toolbox = await parts.engine.toolbox(caller);
  const schema = shownTools(parts, toolbox).find(({ name }) => name === called)?.inputSchema;
  return typeof schema === "object" ? schema : undefined;
}
