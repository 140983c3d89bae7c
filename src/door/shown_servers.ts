/** Servers that are shown under their own names beside the door's tools, as far as a caller reaches them. */

import type { Tool as ListedTool } from "@modelcontextprotocol/server";
import { allowsServer } from "../capability/mod.ts";
import type { Tool } from "../contract/mod.ts";
import type { Toolbox } from "../engine/mod.ts";
import type { PassThrough } from "../mcp/mod.ts";
import type { DoorParts, Visit } from "./door_parts.ts";

/** A server that is shown. */
export interface ShownServer {
  readonly name: string;
  readonly passThrough: PassThrough;
}

/** Those of the configuration that the caller was granted something of. */
export function shownServers(
  { config, passThrough }: DoorParts,
  { caller }: Visit,
): readonly ShownServer[] {
  // SAFETY: what a server has besides tools is for whoever was granted the server (test/unit/door).
  return config.passThrough.filter((name) => allowsServer(caller.grant, name))
    .map((name) => ({ name, passThrough: passThrough(name) }));
}

/** Their tools; of two with one name the first counts. */
export function shownTools(
  { config }: DoorParts,
  { namespaces }: Toolbox,
  taken: ReadonlySet<string>,
): readonly Tool[] {
  const shown = new Map<string, Tool>();
  for (const name of config.passThrough) {
    const found = namespaces.find(({ server }) => server === name);
    for (const { tool } of found?.tools ?? []) {
      if (!taken.has(tool.name) && !shown.has(tool.name)) shown.set(tool.name, tool);
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
