/** What is remembered of results, for whom, how long, and how much of it. */

import assert from "node:assert/strict";
import type { Tool } from "../../../src/contract/mod.ts";
import { ShapeMemory } from "../../../src/shapes/mod.ts";

function tool(name: string, parts: Partial<Tool> = {}): Tool {
  return { server: "s", name, description: "", inputSchema: {}, source: "mcp", ...parts };
}

const LIST = tool("list");
const NAMES = { type: "array", items: { type: "string" } };

Deno.test("a caller is told what its own results looked like, and nobody else's", () => {
  const memory = new ShapeMemory();
  memory.observe("ann", LIST, ["x"]);
  memory.observe("bob", LIST, { private: 1 });
  assert.deepEqual(memory.recall("ann", LIST), { schema: NAMES, results: 1 });
  assert.equal(memory.recall("eve", LIST), undefined);
  assert.equal(memory.recall("ann", tool("other")), undefined);
  assert.equal(memory.recall("ann", { ...LIST, server: "t" }), undefined);
});

Deno.test("results that are bytes are told as bytes, as long as all of them were", () => {
  const memory = new ShapeMemory();
  const bytes = new Uint8Array(1);
  memory.observe("ann", LIST, bytes);
  memory.observe("ann", LIST, bytes);
  assert.deepEqual(memory.recall("ann", LIST), { schema: {}, results: 2, isBytes: true });
  memory.observe("ann", LIST, []);
  assert.deepEqual(memory.recall("ann", LIST), { schema: {}, results: 2 });
  memory.observe("bob", LIST, { file: bytes });
  assert.deepEqual(memory.recall("bob", LIST), {
    schema: {
      type: "object",
      properties: { file: {} },
      required: ["file"],
      additionalProperties: false,
    },
    results: 1,
  });
});

Deno.test("a tool whose type is known is not observed", () => {
  const memory = new ShapeMemory();
  const typed = [
    tool("a", { outputSchema: {} }),
    tool("b", { outputSchema: true }),
    tool("c", { printed: { output: "string" } }),
  ];
  for (const one of typed) memory.observe("ann", one, "x");
  assert.deepEqual(typed.map((one) => memory.recall("ann", one)), [
    undefined,
    undefined,
    undefined,
  ]);
  assert.equal(memory.version("ann"), 0);
});

const CHANGES: Readonly<Record<string, Partial<Tool>>> = {
  "another description": { description: "now with more" },
  "another input": { inputSchema: { type: "object" } },
  "other annotations": { annotations: { readOnlyHint: true } },
};

for (const [name, change] of Object.entries(CHANGES)) {
  Deno.test(`${name} makes it another tool: what was learned is forgotten`, () => {
    const memory = new ShapeMemory();
    memory.observe("ann", LIST, ["x"]);
    const changed = tool("list", change);
    assert.equal(memory.recall("ann", changed), undefined);
    memory.observe("ann", changed, 1);
    assert.deepEqual(memory.recall("ann", changed), { schema: { type: "number" }, results: 1 });
    assert.equal(memory.recall("ann", LIST), undefined);
  });
}

Deno.test("the same tool told anew by its server is the same tool", () => {
  const memory = new ShapeMemory();
  memory.observe("ann", LIST, ["x"]);
  assert.deepEqual(memory.recall("ann", tool("list")), { schema: NAMES, results: 1 });
});

Deno.test("counts are rounded down, and the version changes only with what is told", () => {
  const memory = new ShapeMemory();
  const told: number[] = [];
  const versions = new Set<number>();
  for (let result = 1; result <= 100; result++) {
    memory.observe("ann", LIST, ["x"]);
    told.push(memory.recall("ann", LIST)?.results ?? 0);
    versions.add(memory.version("ann"));
  }
  assert.deepEqual([...new Set(told)], [1, 2, 5, 10, 20, 50, 100]);
  assert.equal(versions.size, 7);
  memory.observe("ann", LIST, [1]);
  assert.equal(versions.has(memory.version("ann")), false);
});

Deno.test("the tools used longest ago by whoever uses most are forgotten first", () => {
  const memory = new ShapeMemory({ tools: 4 });
  memory.observe("ann", LIST, "x");
  for (const name of ["a", "b", "c"]) memory.observe("bob", tool(name), "x");
  memory.observe("bob", tool("a"), "x");
  memory.observe("bob", tool("d"), "x");
  assert.ok(memory.recall("ann", LIST));
  const kept = ["a", "b", "c", "d"].filter((name) => memory.recall("bob", tool(name)));
  assert.deepEqual(kept, ["a", "c", "d"]);
});

Deno.test("many callers with one tool each push out the one longest silent", () => {
  const memory = new ShapeMemory({ tools: 3 });
  for (let caller = 0; caller < 1_000; caller++) memory.observe(`caller${caller}`, LIST, "x");
  const known = Array.from({ length: 1_000 }, (_, caller) => `caller${caller}`)
    .filter((caller) => memory.recall(caller, LIST));
  assert.deepEqual(known, ["caller997", "caller998", "caller999"]);
  assert.deepEqual([memory.version("caller0"), memory.version("caller999") > 0], [0, true]);
});

Deno.test("results that throw when they are looked at change nothing for the caller", () => {
  const memory = new ShapeMemory();
  const throwing = {
    get a(): never {
      throw new Error("no");
    },
  };
  memory.observe("ann", LIST, throwing);
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  memory.observe("ann", LIST, proxy);
  const cyclic: Record<string, unknown> = {};
  cyclic["self"] = cyclic;
  memory.observe("ann", LIST, cyclic);
  assert.equal(memory.recall("ann", LIST)?.results, 2);
});

Deno.test("a definition that cannot be written is known by its description", () => {
  const inputSchema: Record<string, unknown> = {};
  inputSchema["self"] = inputSchema;
  const odd = tool("odd", { inputSchema });
  const memory = new ShapeMemory();
  memory.observe("ann", odd, "x");
  assert.deepEqual(memory.recall("ann", odd), { schema: { type: "string" }, results: 1 });
});

Deno.test("a memory for nothing is refused", () => {
  assert.throws(
    () => new ShapeMemory({ tools: 0 }),
    new RangeError('Cannot size the memory as "tools" must be >= 1: got 0'),
  );
});
