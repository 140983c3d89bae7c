/** Calls of tools by their names, as the catalog has them at that moment. */

import type { Catalog, ToolAnswer, ToolCallOptions } from "../../src/catalog/mod.ts";
import type { Tool } from "../../src/contract/mod.ts";

/** The tool of that name; one that is nowhere, when there is none. */
export function toolNamed(catalog: Catalog, server: string, name: string): Tool {
  return catalog.find(server, name) ??
    { server, name, description: "", inputSchema: true, source: "mcp" };
}

/** What a tool returns. */
export function callByName(
  catalog: Catalog,
  server: string,
  name: string,
  input: unknown,
  options: ToolCallOptions,
): Promise<unknown> {
  return catalog.call(toolNamed(catalog, server, name), input, options);
}

/** Everything that a tool's source answers. */
export function exchangeByName(
  catalog: Catalog,
  server: string,
  name: string,
  input: unknown,
  options: ToolCallOptions,
): Promise<ToolAnswer> {
  return catalog.exchange(toolNamed(catalog, server, name), input, options);
}
