/** What is told when a search finds nothing. */

import assert from "node:assert/strict";
import { searchHint } from "../../../src/engine/search_hint.ts";
import { createToolbox } from "../../../src/engine/toolbox.ts";
import { nameTools } from "../../../src/typegen/mod.ts";

const silent = [{ server: "web", name: "web", why: () => undefined }];
const tool = (server: string, name: string) => ({
  server,
  name,
  description: "",
  inputSchema: {},
  source: "mcp" as const,
});
const group = (server: string, ...names: string[]) => ({
  server,
  description: "",
  tools: names.map((name) => tool(server, name)),
});

Deno.test("the servers there are, with how many tools each has, and those without any so far", () => {
  const namespaces = nameTools([group("memory", "read", "write"), group("my-files", "list")]);
  assert.equal(
    searchHint(createToolbox(namespaces)),
    "Nothing fits these words. There are tools of memory (2), my_files (1).",
  );
  assert.equal(
    searchHint(createToolbox(namespaces, silent)),
    "Nothing fits these words. There are tools of memory (2), my_files (1). Without tools so far: web.",
  );
  assert.equal(
    searchHint(createToolbox([], silent)),
    "No tool is there to be found. Without tools so far: web.",
  );
});

Deno.test("many servers are counted, not listed", () => {
  const groups = Array.from({ length: 30 }, (_, index) => group(`s${index + 10}`, "read"));
  const hint = searchHint(createToolbox(nameTools(groups)));
  assert.match(hint, /s33 \(1\) and 6 more\.$/);
});
