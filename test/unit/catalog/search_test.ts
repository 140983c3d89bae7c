import assert from "node:assert/strict";
import { createToolSearch } from "../../../src/catalog/search.ts";
import { wordsOf } from "../../../src/catalog/words.ts";
import type { Tool, ToolGroup } from "../../../src/contract/mod.ts";

function tool(server: string, name: string, description: string, ...parameters: string[]): Tool {
  const properties = Object.fromEntries(parameters.map((parameter) => [parameter, {}]));
  return { server, name, description, inputSchema: { type: "object", properties }, source: "mcp" };
}

const TOOLS = [
  tool("files", "read_file", "Read the complete contents of a file", "path"),
  tool("files", "write_file", "Create a new file or overwrite an existing file", "path", "content"),
  tool("files", "listDirectory", "List what is in a folder", "path"),
  tool("memory", "search_nodes", "Search for nodes in the knowledge graph", "query"),
  tool("memory", "create_entities", "Create new entities in the knowledge graph", "entities"),
  tool("weather", "get-weather", "Current weather of a city", "city", "units"),
];

const GROUPS: readonly ToolGroup[] = ["files", "memory", "weather"].map((server) => ({
  server,
  description: "",
  tools: TOOLS.filter((entry) => entry.server === server),
}));

const names = (query: string, limit = 3) =>
  createToolSearch(GROUPS).find(query, { limit }).map((hit) => hit.tool.name);

const CASES: readonly (readonly [string, readonly string[]])[] = [
  ["read a file", ["read_file", "get-weather", "write_file"]],
  ["list directories", ["listDirectory"]],
  ["directory", ["listDirectory"]],
  ["weath", ["get-weather"]],
  ["searchNodes", ["search_nodes", "create_entities"]],
  ["memory.search_nodes", ["search_nodes", "create_entities"]],
  ["knowledge graph entity", ["create_entities", "search_nodes"]],
  ["units", ["get-weather"]],
  ["remove entities", ["create_entities", "search_nodes"]],
  ["nothing like it", []],
  ["", []],
  ["the of a", []],
];

for (const [query, expected] of CASES) {
  Deno.test(`searching "${query}"`, () => assert.deepEqual(names(query), expected));
}

Deno.test("what is said of a parameter, and what a server says of itself, is searched", () => {
  const described = {
    ...tool("weather", "get-weather", ""),
    inputSchema: { properties: { units: { description: "Metric or imperial" } } },
  };
  const group = { server: "weather", description: "Observations of airports", tools: [described] };
  const all = [...GROUPS.slice(0, 2), group];
  for (const query of ["imperial", "airport observation"]) {
    const hits = createToolSearch(all).find(query, { limit: 3 });
    assert.deepEqual(hits.map((hit) => hit.tool), [described], query);
  }
});

Deno.test("ties are in the order of server and name, and the limit holds", () => {
  const twins = [tool("b", "x", "same"), tool("a", "x", "same")];
  const groups = twins.map((entry) => ({ server: entry.server, description: "", tools: [entry] }));
  const hits = createToolSearch(groups).find("same", { limit: 10 });
  assert.deepEqual(hits.map((hit) => hit.tool.server), ["a", "b"]);
  assert.equal(createToolSearch(groups).find("same", { limit: 1 }).length, 1);
});

Deno.test("a deprecated tool comes after the one that is advised", () => {
  const tools = [
    tool("files", "read_file", "Read a file. DEPRECATED: Use read_text_file instead."),
    tool("files", "read_text_file", "Read a file as text"),
    tool("files", "read_deprecated_list", "Read which files are deprecated"),
  ];
  const hits = createToolSearch([{ server: "files", description: "", tools }]).find("read file", {
    limit: 3,
  });
  assert.deepEqual(hits.map((hit) => hit.tool.name), [
    "read_text_file",
    "read_deprecated_list",
    "read_file",
  ]);
});

Deno.test("words: accents, digits, scripts without spaces", () => {
  assert.deepEqual(wordsOf("Café x86_64 utf8ToBase64 API查询火车 票 한국어"), [
    "cafe",
    "x86",
    "64",
    "utf8",
    "base64",
    "api",
    "查询",
    "询火",
    "火车",
    "票",
    "한국",
    "국어",
  ]);
});

Deno.test("words: case, punctuation, plurals, small words", () => {
  assert.deepEqual(wordsOf("getHTTPResponses for my-queries, of the class"), [
    "get",
    "http",
    "respons",
    "queri",
    "class",
  ]);
});
