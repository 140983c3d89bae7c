import assert from "node:assert/strict";
import { silentLogger } from "../../../src/base/log.ts";
import { createCatalog, createNativeSource, type ToolSource } from "../../../src/catalog/mod.ts";
import type { Tool, ToolGroup } from "../../../src/contract/mod.ts";
import { callByName } from "../../harness/call_by_name.ts";

const signal = new AbortController().signal;
const deps = { logger: silentLogger };
const NUMBERS = {
  type: "object",
  properties: { a: { type: "number" }, b: { type: "number" } },
  required: ["a", "b"],
};

const calculator = createNativeSource("calc", "Sums", {
  add: {
    description: "Adds",
    inputSchema: NUMBERS,
    outputSchema: { type: "number" },
    execute: ({ a, b }) => Number(a) + Number(b),
  },
  wrong: { inputSchema: true, outputSchema: { type: "number" }, execute: () => "seven" },
  boom: {
    inputSchema: true,
    execute: () => {
      throw new Error("boom");
    },
  },
  hang: { inputSchema: true, execute: () => new Promise(() => {}) },
});

Deno.test("a native tool is found and called", async () => {
  const catalog = createCatalog([calculator], deps);
  assert.deepEqual(catalog.find("calc", "add"), {
    server: "calc",
    name: "add",
    description: "Adds",
    inputSchema: NUMBERS,
    outputSchema: { type: "number" },
    source: "native",
  });
  assert.equal(await callByName(catalog, "calc", "add", { a: 1, b: 2 }, { signal }), 3);
  assert.equal(catalog.version, 0);
});

const FAILURES: readonly (readonly [string, string, unknown, object])[] = [
  ["add", "input of a wrong type", { a: 1, b: "2" }, {
    code: "TOOL_INPUT_INVALID",
    message: "Invalid input for calc.add: /b must be number",
    details: { server: "calc", tool: "add", issues: [{ path: "/b", message: "must be number" }] },
  }],
  ["add", "no input", undefined, {
    code: "TOOL_INPUT_INVALID",
    message: "Invalid input for calc.add: it must have required property 'a'; " +
      "it must have required property 'b'",
  }],
  ["add", "input that is no object", [1, 2], {
    code: "TOOL_INPUT_INVALID",
    message: "Invalid input for calc.add: it must be an object",
  }],
  ["wrong", "output of a wrong type", {}, {
    code: "TOOL_OUTPUT_INVALID",
    message: "Invalid output of calc.wrong: it must be number",
  }],
  ["boom", "a tool that throws", {}, {
    code: "MCP_TOOL_ERROR",
    message: "boom",
    details: { server: "calc", tool: "boom", message: "boom" },
  }],
  ["ad", "a tool that is not there", {}, {
    code: "TOOL_NOT_FOUND",
    message: 'The server "calc" has no tool "ad"',
  }],
  ["constructor", "an inherited name", {}, { code: "TOOL_NOT_FOUND" }],
  ["__proto__", "the prototype", {}, { code: "TOOL_NOT_FOUND" }],
];

for (const [tool, name, input, error] of FAILURES) {
  Deno.test(`a call that fails: ${name}`, async () => {
    const catalog = createCatalog([calculator], deps);
    await assert.rejects(callByName(catalog, "calc", tool, input, { signal }), error);
  });
}

Deno.test("a tool that hangs is cancelled with its caller", async () => {
  const catalog = createCatalog([calculator], deps);
  const caller = new AbortController();
  const hanging = callByName(catalog, "calc", "hang", {}, { signal: caller.signal });
  caller.abort();
  await assert.rejects(hanging, { code: "CANCELLED" });
});

Deno.test("a tool that is not there is not found, and nothing else is named", async () => {
  const catalog = createCatalog([calculator], deps);
  for (const [server, tool] of [["x", "add"], ["calc", "ad"]] as const) {
    await assert.rejects(callByName(catalog, server, tool, {}, { signal }), {
      code: "TOOL_NOT_FOUND",
      message: `The server "${server}" has no tool "${tool}"`,
      details: { server, tool },
    });
  }
});

function changingSource(server: string): ToolSource & { become(names: string[]): void } {
  const listeners = new Set<() => void>();
  let groups: readonly ToolGroup[] = [{ server, description: "", tools: [] }];
  const toTool = (name: string): Tool => ({
    server,
    name,
    description: "",
    inputSchema: true,
    source: "mcp",
  });
  return {
    name: server,
    groups: () => groups,
    has: (name) => name === server,
    call: (_server, tool) => Promise.resolve({ value: `${server}.${tool}`, isStructured: false }),
    onChange: (listener) => {
      listeners.add(listener);
      return { [Symbol.dispose]: () => void listeners.delete(listener) };
    },
    become(names) {
      groups = [{ server, description: "", tools: names.map(toTool) }];
      listeners.forEach((listener) => listener());
    },
  };
}

Deno.test("changes of a source show at once, grow the version and are told", () => {
  const source = changingSource("s");
  const catalog = createCatalog([source], deps);
  let told = 0;
  const listener = catalog.onChange(() => told += 1);
  source.become(["a"]);
  assert.deepEqual([catalog.version, told, catalog.find("s", "a")?.name], [1, 1, "a"]);
  listener[Symbol.dispose]();
  source.become(["b"]);
  assert.deepEqual([catalog.version, told, catalog.find("s", "a")], [2, 1, undefined]);
});

Deno.test("servers are sorted; of two with one name the first source's counts", async () => {
  const [b, a, second] = [changingSource("b"), changingSource("a"), changingSource("b")];
  b.become(["first"]);
  second.become(["second"]);
  const catalog = createCatalog([b, a, second], deps);
  assert.deepEqual(catalog.groups().map((group) => group.server), ["a", "b"]);
  assert.equal(await callByName(catalog, "b", "first", {}, { signal }), "b.first");
  assert.equal(catalog.find("b", "second"), undefined);
});
