import assert from "node:assert/strict";
import type { Tool } from "../../../src/contract/mod.ts";
import { KnownTools } from "../../../src/mcp/known_tools.ts";

const tool = (name: string): Tool => ({
  server: "s",
  name,
  description: "",
  inputSchema: true,
  source: "mcp",
});

Deno.test("a list is taken over only when it differs", () => {
  const known = new KnownTools();
  assert.equal(known.replace([]), false);
  assert.equal(known.replace([tool("a")]), true);
  const kept = known.list;
  assert.equal(known.replace([tool("a")]), false);
  assert.equal(known.list, kept);
  assert.deepEqual([known.has("a"), known.has("toString")], [true, false]);
});
