/** Tool lists of published servers, as they said them. */

import { readdirSync, readFileSync } from "node:fs";
import type { JsonSchema, ToolGroup } from "../../../src/contract/mod.ts";
import { makeGroup, makeTool } from "./tool_fixtures.ts";

interface Recording {
  readonly package: string;
  readonly instructions: string;
  readonly tools: readonly {
    readonly name: string;
    readonly description?: string;
    readonly inputSchema: JsonSchema;
    readonly outputSchema?: JsonSchema;
  }[];
}

const FOLDER = new URL("../../fixtures/servers/recorded/", import.meta.url);

/** One group for each server, under the name of its package. */
export function recordedGroups(): readonly ToolGroup[] {
  const files = readdirSync(FOLDER).filter((file) => file.endsWith(".json")).sort();
  return files.map((file) => {
    const said: Recording = JSON.parse(readFileSync(new URL(file, FOLDER), "utf8"));
    const tools = said.tools.map(({ name, description = "", inputSchema, outputSchema }) =>
      makeTool(name, {
        description,
        inputSchema,
        ...(outputSchema === undefined ? {} : { outputSchema }),
      })
    );
    return makeGroup(said.package, tools, said.instructions);
  });
}
