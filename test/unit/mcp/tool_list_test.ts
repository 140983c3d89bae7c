import assert from "node:assert/strict";
import { readListedTool, siftTools, toTools, weightOfTools } from "../../../src/mcp/tool_list.ts";

Deno.test("a tool keeps what is used of it", () => {
  const entry = {
    name: "t",
    title: "ignored",
    description: "d",
    inputSchema: { type: "object", properties: { a: {} } },
    outputSchema: { properties: {} },
    annotations: { title: "T", readOnlyHint: true, destructiveHint: "yes", other: 1 },
  };
  assert.deepEqual(readListedTool(entry), {
    tool: {
      name: "t",
      description: "d",
      inputSchema: { type: "object", properties: { a: {} } },
      outputSchema: { type: "object", properties: {} },
      annotations: { title: "T", readOnlyHint: true },
    },
  });
});

Deno.test("malformed tools are refused with the reason", () => {
  const entries = [null, [], { name: 1 }, { name: "" }, { name: "x".repeat(257) }];
  assert.deepEqual(entries.map(readListedTool), [
    { refused: "it is not an object" },
    { refused: "it is not an object" },
    { refused: "its name is not a string" },
    { refused: "its name is empty" },
    { refused: "its name has 257 characters, more than 256" },
  ]);
  assert.ok("tool" in readListedTool({ name: "x".repeat(256) }));
});

Deno.test("sifting changes only results with a list of tools", () => {
  const message = { id: 1, result: { tools: [{ name: "a" }, 7] } };
  assert.deepEqual(siftTools(message), ["it is not an object"]);
  assert.deepEqual(message.result.tools, [{ name: "a", inputSchema: { type: "object" } }]);
  for (const other of [null, 7, {}, { result: null }, { result: { tools: 7 } }]) {
    assert.deepEqual(siftTools(other), []);
  }
});

Deno.test("tools are sorted, frozen and unique; the first of a name counts", () => {
  const listed = [
    { name: "b", inputSchema: { type: "object" } },
    { name: "a", description: "first", inputSchema: {} },
    { name: "a", description: "second", inputSchema: {} },
  ];
  const tools = toTools("s", listed);
  assert.deepEqual(tools, [
    { server: "s", name: "a", description: "first", inputSchema: {}, source: "mcp" },
    { server: "s", name: "b", description: "", inputSchema: { type: "object" }, source: "mcp" },
  ]);
  assert.ok(Object.isFrozen(tools) && tools.every(Object.isFrozen));
});

Deno.test("a schema nested too deep says nothing, and leaves its tool and the others alone", () => {
  const nested = (levels: number) => {
    let schema: Record<string, unknown> = { type: "object" };
    for (let level = 1; level < levels; level += 1) schema = { type: "object", not: schema };
    return schema;
  };
  const schemaOf = (inputSchema: unknown) => {
    const verdict = readListedTool({ name: "a", inputSchema, outputSchema: inputSchema });
    assert.ok("tool" in verdict);
    assert.deepEqual(verdict.tool.outputSchema, verdict.tool.inputSchema);
    return verdict.tool.inputSchema;
  };
  assert.deepEqual(schemaOf(nested(200)), nested(200));
  for (const levels of [201, 5_000]) assert.deepEqual(schemaOf(nested(levels)), { type: "object" });
});

Deno.test("a schema too big says nothing, and leaves its tool alone", () => {
  const schemaOf = (examples: number) => {
    const inputSchema = { type: "object", examples: Array.from({ length: examples }, () => ({})) };
    const verdict = readListedTool({ name: "a", inputSchema });
    assert.ok("tool" in verdict);
    return verdict.tool.inputSchema;
  };
  const most = Math.floor((1024 * 1024 - 200) / (64 + 8));
  assert.equal((schemaOf(most)["examples"] as unknown[]).length, most);
  assert.deepEqual(schemaOf(most + 2), { type: "object" });
});

Deno.test("of one page no more tools are looked at than show that it is too long", () => {
  const message = { result: { tools: Array.from({ length: 9_000 }, () => ({ name: "a" })) } };
  assert.deepEqual(siftTools(message), []);
  assert.equal(message.result.tools.length, 2_001);
});

Deno.test("a page of tools weighs what came with it, any other message nothing", () => {
  assert.equal(
    weightOfTools({ id: 1, result: { tools: [], other: "abc" } }),
    64 + 16 + 10 + 64 + 3,
  );
  for (const other of [null, 7, {}, { result: { content: ["abc"] } }, { method: "tools" }]) {
    assert.equal(weightOfTools(other), 0);
  }
});
