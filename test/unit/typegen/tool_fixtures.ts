/** Tools for tests: 527 real ones, and a short way to make one. */

import { readFileSync } from "node:fs";
import type { JsonSchema, Tool, ToolGroup } from "../../../src/contract/mod.ts";

/** A tool of server `server`; its schemas are those of an input without properties by default. */
export function makeTool(name: string, parts: Partial<Tool> = {}): Tool {
  return {
    server: "server",
    name,
    description: "",
    inputSchema: { type: "object", properties: {}, additionalProperties: false },
    source: "mcp",
    ...parts,
  };
}

/** One server with these tools. */
export function makeGroup(server: string, tools: readonly Tool[], description = ""): ToolGroup {
  return { server, description, tools: tools.map((tool) => ({ ...tool, server })) };
}

/** The tools of 70 real servers. */
export function realGroups(): readonly ToolGroup[] {
  const path = new URL("../../fixtures/discovery/tools_large.json", import.meta.url);
  const data: {
    tools: { server: string; tool: string; description: string; inputSchema: JsonSchema }[];
  } = JSON.parse(readFileSync(path, "utf8"));
  const groups = Map.groupBy(data.tools, (tool) => tool.server);
  return [...groups].map(([server, tools]) =>
    makeGroup(
      server,
      tools.map(({ tool, description, inputSchema }) =>
        makeTool(tool, { description, inputSchema })
      ),
    )
  );
}
