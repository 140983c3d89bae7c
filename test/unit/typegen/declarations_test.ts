/** Declarations as guests and the checker meet them. */

import assert from "node:assert/strict";
import { z } from "zod";
import type { Tool } from "../../../src/contract/mod.ts";
import {
  createDeclarations,
  DeclarationCache,
  type NamedNamespace,
  nameTools,
  printZodType,
  signature,
} from "../../../src/typegen/mod.ts";
import { complaints } from "./type_checker.ts";
import { makeGroup, makeTool } from "./tool_fixtures.ts";

const SEARCH = makeTool("search-nodes", {
  description: "Searches the graph",
  inputSchema: {
    type: "object",
    properties: {
      query: { type: "string", description: "What to find" },
      limit: { type: "number" },
    },
    required: ["query"],
  },
  outputSchema: {
    type: "object",
    properties: { nodes: { type: "array", items: { $ref: "#/$defs/Node" } } },
    required: ["nodes"],
    $defs: {
      Node: {
        type: "object",
        properties: {
          name: { type: "string" },
          children: { type: "array", items: { $ref: "#/$defs/Node" } },
        },
        required: ["name"],
      },
    },
  },
});
const MEMORY = makeGroup("memory", [makeTool("read_graph"), SEARCH], "A graph that stays");

function declare(...tools: readonly Tool[]) {
  return createDeclarations(nameTools([makeGroup("server", tools)]));
}

/** What the checker says of a program, given the declarations. */
function check(text: string, code: string): string[] {
  const program = `async function program() {\n${code}\n}\nvoid program;\nexport {};`;
  return complaints({ "mcp.d.ts": text, "code.ts": program });
}

const text = createDeclarations(nameTools([MEMORY])).text;

Deno.test("declarations print compactly", () => {
  assert.equal(
    text.slice(text.indexOf("declare namespace")),
    `declare namespace mcp.memory {
  type Node = { name: string; children?: Node[] };
  /** A graph that stays */
  interface memory {
    /** @returns untyped: the tool declares no output schema */
    readonly read_graph: (input?: { [key: string]: never }) => Promise<any>;
    readonly readGraph: memory["read_graph"];
    /** Searches the graph */
    readonly search_nodes: {
    (input: {
      /** What to find */
      query: string;
      limit?: number;
    }): Promise<{ nodes: Node[] }>;
    (query: string, limit?: number): Promise<{ nodes: Node[] }>;
    };
    readonly searchNodes: memory["search_nodes"];
  }
}
declare const mcp: {
  readonly memory: mcp.memory.memory;
};
declare const memory: typeof mcp.memory;
`,
  );
  assert.match(text, /^\/\/ COMPLETE: 2 tools in 1 namespaces\.\n/);
});

Deno.test("honest programs pass", () => {
  const said = check(
    text,
    `const found = await mcp.memory.search_nodes({ query: "ada" });
     const [first] = (await memory.searchNodes("ada", 10)).nodes;
     const name: string | undefined = first?.children?.[0]?.name ?? found.nodes[0]?.name;
     const graph = await mcp.memory.readGraph();
     const node: mcp.memory.Node = { name: "x" };
     try { await codemode.call("memory.search_nodes", { query: "x" }); }
     catch (error) { if (error instanceof McpToolError) return [error.server, error.details.code]; }
     const hits = await codemode.search("graph", { limit: 3 });
     return [name, graph.anything.at.all, node, hits[0]?.signature];`,
  );
  assert.deepEqual(said, []);
});

Deno.test("unknown names, wrong types and further properties are errors", () => {
  const faults: Record<string, RegExp> = {
    "await mcp.memory.serch_nodes({ query: 'x' })": /'serch_nodes'.*Did you mean 'search_nodes'/,
    "await mcp.memry.search_nodes('x')": /Property 'memry' does not exist.*Did you mean 'memory'/,
    "await memory.search_nodes({ query: 1 })": /Type 'number' is not assignable to type 'string'/,
    "await memory.search_nodes({ query: 'x', top: 1 })": /'top' does not exist/,
    "await memory.search_nodes()": /Expected 1-2 arguments|No overload/,
    "await memory.search_nodes('x', '10')": /is not assignable to parameter of type 'number'/,
    "await memory.read_graph({ all: true })": /Type 'true' is not assignable to type 'never'/,
    "(await memory.search_nodes('x')).node": /Property 'node' does not exist/,
    "memory.search_nodes = memory.search_nodes": /read-only property/,
  };
  for (const [code, fault] of Object.entries(faults)) {
    const said = check(text, code);
    assert.equal(said.length, 1, `${code}: ${said.join()}`);
    assert.match(said[0] ?? "", fault);
  }
});

Deno.test("a long result that stands twice is named once", () => {
  const properties = Object.fromEntries(
    ["alpha", "beta", "gamma", "delta"].map((name) => [name, { type: "string" }]),
  );
  const { text } = declare(
    makeTool("get-it", {
      inputSchema: { properties: { id: { type: "string" } }, required: ["id"] },
      outputSchema: { type: "object", properties },
    }),
  );
  assert.match(
    text,
    /\(input: \{ id: string \}\): Promise<GetItOutput>; \(id: string\): Promise<GetItOutput> \}/,
  );
  assert.deepEqual(check(text, "return (await server.getIt('1')).alpha"), []);
});

Deno.test("equal types of several tools are shared, different ones of a name are numbered", () => {
  const using = (name: string, type: string) =>
    makeTool(name, {
      inputSchema: {
        properties: { item: { $ref: "#/$defs/Item" } },
        $defs: { Item: { properties: { v: { type }, next: { $ref: "#/$defs/Item" } } } },
      },
    });
  const { text } = declare(using("a", "string"), using("b", "number"), using("c", "string"));
  assert.deepEqual(text.match(/^ {2}type .*$/gm), [
    "  type Item = { v?: string; next?: Item };",
    "  type Item2 = { v?: number; next?: Item2 };",
  ]);
  assert.deepEqual(text.match(/item\?: \w+/g), ["item?: Item", "item?: Item2", "item?: Item"]);
  assert.deepEqual(complaints({ "mcp.d.ts": text }), []);
});

Deno.test("one bad schema is a problem of its tool and harms no other", () => {
  const { text, problems } = declare(
    makeTool("bad", { inputSchema: { properties: { x: { $ref: "#/nowhere" } } } }),
    makeTool("worse", { outputSchema: { type: "strnig" } }),
    makeTool("good", { inputSchema: { properties: { x: { type: "string" } } } }),
  );
  assert.deepEqual(problems, [
    {
      server: "server",
      tool: "bad",
      message: 'input: The reference "#/nowhere" leads to nothing in the schema',
    },
    { server: "server", tool: "worse", message: 'output: There is no type "strnig"' },
  ]);
  assert.match(text, /readonly bad: \(input\?: \{ x\?: unknown \}\) => Promise<any>/);
  assert.match(text, /readonly worse: .*Promise<unknown>/);
  assert.match(text, /\(x\?: string\): Promise<any>/);
  assert.deepEqual(complaints({ "mcp.d.ts": text }), []);
});

Deno.test("a type too long to be read is unknown", () => {
  const cyclic: Record<string, unknown> = { type: "object" };
  cyclic["properties"] = { left: cyclic, right: cyclic };
  const { text, problems } = declare(
    makeTool("endless", { inputSchema: cyclic }),
    makeTool("endless", { inputSchema: cyclic }),
    makeTool("good", { inputSchema: { properties: { x: { type: "string" } } } }),
  );
  assert.match(text, /readonly endless: \(input\?: unknown\) => Promise<any>/);
  assert.match(text, /readonly good: \{ \(input\?: \{ x\?: string \}\)/);
  assert.ok(text.length < 4_000);
  assert.deepEqual(problems.map(({ tool, message }) => [tool, message]), [
    ["endless", "input: The schema nests deeper than 64 levels"],
    ["endless", "input: The schema has more than 5000 parts"],
    ["endless", "input: The type is longer than 65536 characters"],
  ]);
});

Deno.test("hostile names and texts of servers and tools stay declarations", () => {
  const hostile = [
    "*/ declare const evil: 1; /*",
    "`${evil}`",
    "a\nb",
    "\u2028",
    "\ud800",
    "\0",
    "__proto__",
    "constructor",
    "then",
    "string",
    "any",
    "Promise",
    "Array",
    "Error",
    "type",
    "namespace",
    "interface",
    "module",
    "global",
    "mcp",
    "undefined",
    "日本語",
    "\u{1F600}",
    "x".repeat(10_000),
    "",
  ];
  const tools = hostile.map((name) =>
    makeTool(name, {
      description: `${name} */ declare const evil: 1; /*`,
      inputSchema: {
        properties: { [name]: { type: "string", description: name }, r: { $ref: "#/$defs/0" } },
        $defs: [{ title: name, properties: { [name]: { $ref: "#/$defs/0" } } }],
      },
      outputSchema: { $ref: "#/$defs/Promise", $defs: { Promise: { properties: {} } } },
    })
  );
  const namespaces = nameTools(hostile.map((server) => makeGroup(server, tools, `${server} */`)));
  const { text, problems } = createDeclarations(namespaces);
  assert.deepEqual(problems, []);
  assert.deepEqual(complaints({ "mcp.d.ts": text }), []);
  assert.deepEqual(check(text, "return [evil]"), ["code.ts TS2304 Cannot find name 'evil'."]);
  assert.equal(/[\u2028\u2029\0]/.test(text), false);
  assert.equal(text.isWellFormed(), true);
});

Deno.test("parameters whose names are no variable names get others", () => {
  const { text } = declare(makeTool("t", {
    inputSchema: {
      properties: { "a-b": { type: "string" }, class: { type: "string" }, c: { type: "string" } },
      required: ["c"],
    },
  }));
  assert.match(text, /\(c: string, argument2\?: string, argument3\?: string\)/);
});

Deno.test("no tools at all are declared too", () => {
  const { text, complete } = createDeclarations([]);
  assert.equal(complete, true);
  assert.match(text, /^\/\/ COMPLETE: 0 tools in 0 namespaces\.\n/);
  assert.deepEqual(complaints({ "mcp.d.ts": text }), []);
});

Deno.test("a budget takes tools from the namespaces in turn and names the rest", () => {
  const group = (server: string) =>
    makeGroup(server, ["a1", "b2", "c3"].map((name) => makeTool(name)));
  const namespaces = nameTools([group("x"), group("y")]);
  const { text: whole } = createDeclarations(namespaces);
  const partial = createDeclarations(namespaces, { budgetTokens: (whole.length - 320) / 4 });
  assert.deepEqual(partial.text.match(/readonly \w\d|also: .*/g), [
    "readonly a1",
    "readonly b2",
    "also: c3",
    "readonly a1",
    "also: b2, c3",
  ]);
  assert.match(partial.text, /^\/\/ PARTIAL: 3 of 6 tools in 2 namespaces; /);
  const counted = createDeclarations(namespaces, { budgetTokens: 1 });
  assert.deepEqual(counted.text.match(/\/\/ mcp.*/g), ["// mcp.x: 3 tools", "// mcp.y: 3 tools"]);
});

Deno.test("signature shows one tool ready to paste", () => {
  const [namespace] = nameTools([MEMORY]);
  assert.ok(namespace !== undefined);
  const shown = namespace.tools.map((named) => signature(namespace, named));
  assert.deepEqual(shown, [
    `/** @returns untyped: the tool declares no output schema */
mcp.memory.read_graph(input?: { [key: string]: never }): Promise<any>;`,
    `/** Searches the graph */
mcp.memory.search_nodes(input: {
  /** What to find */
  query: string;
  limit?: number;
}): Promise<{ nodes: Node[] }>;
mcp.memory.search_nodes(query: string, limit?: number): Promise<{ nodes: Node[] }>;
type Node = { name: string; children?: Node[] };`,
  ]);
});

Deno.test("the cache answers equal tools with the same object and forgets the oldest", () => {
  const cache = new DeclarationCache({ entries: 2 });
  const named = (name: string): readonly NamedNamespace[] =>
    nameTools([makeGroup("s", [makeTool(name)])]);
  const first = cache.declare(named("one"));
  assert.equal(cache.declare(named("one")), first);
  assert.notEqual(cache.declare(named("one"), { budgetTokens: 1 }), first);
  assert.equal(cache.declare(named("one")), first);
  cache.declare(named("two"));
  cache.declare(named("three"));
  assert.notEqual(cache.declare(named("one")), first);
  assert.throws(
    () => new DeclarationCache({ entries: 0 }),
    new RangeError('Cannot size the cache as "entries" must be >= 1: got 0'),
  );
});

Deno.test("zod schemas print as one expression that fits into a declaration", async () => {
  const schema = z.object({
    name: z.string().describe("Who */ declare const evil: 1\nnext"),
    size: z.number().default(3),
    when: z.date().optional(),
  });
  const input = await printZodType(schema);
  const output = await printZodType(schema, { io: "output" });
  assert.equal(
    input,
    `{
    /** Who *\\/ declare const evil: 1 next */
    name: string;
    size?: number;
    when?: Date | undefined;
}`,
  );
  assert.ok(input !== undefined && output !== undefined);
  const { text } = declare(makeTool("t", {
    inputSchema: { type: "object", required: ["name"] },
    printed: { input, output },
  }));
  const code = `const out = await server.t({ name: "x", when: new Date() });
    const size: number = out.size;
    return size;`;
  assert.deepEqual(check(text, code), []);
});

Deno.test("printZodType leaves recursive schemas to JSON Schema and refuses what is not zod", async () => {
  const tree: z.ZodType = z.object({
    get kids() {
      return z.array(tree);
    },
  });
  assert.equal(await printZodType(tree), undefined);
  assert.equal(await printZodType(z.symbol()), "symbol");
  await assert.rejects(
    printZodType({ type: "object" }),
    new TypeError("Cannot print the schema as it is not a zod 4 schema"),
  );
});
