import assert from "node:assert/strict";
import { CodemodeError } from "../../../src/base/errors.ts";
import type { CapabilitySet } from "../../../src/capability/mod.ts";
import type { Catalog } from "../../../src/catalog/mod.ts";
import type { Tool } from "../../../src/contract/mod.ts";
import { Toolboxes } from "../../../src/engine/toolbox.ts";
import { createPolicy } from "../../../src/policy/mod.ts";
import { unknownNames } from "../../../src/engine/unknown_names.ts";

const SEARCH: Tool = {
  server: "memory",
  name: "search_nodes",
  description: "Search",
  inputSchema: { type: "object" },
  source: "mcp",
};
const CATALOG = {
  version: 1,
  groups: () => [
    { server: "memory", description: "", tools: [SEARCH] },
    { server: "my-files", description: "", tools: [] },
    { server: "web", description: "", tools: [] },
  ],
  absence: (server: string) =>
    server === "web"
      ? new CodemodeError("LOGIN_REQUIRED", "Nobody has logged in to web")
      : undefined,
} as unknown as Catalog;
const ALL = { mcp: { allowedServers: ["*"] } };

Deno.test("a program waits for the servers it may mean, and no others", () => {
  const toolboxes = new Toolboxes(CATALOG, createPolicy());
  assert.deepEqual(toolboxes.serversOf(ALL), ["memory", "my-files", "web"]);
  assert.deepEqual(toolboxes.serversOf(ALL, "return 1"), []);
  assert.deepEqual(toolboxes.serversOf(ALL, "mcp.my_files.read()"), ["my-files"]);
  assert.deepEqual(toolboxes.serversOf(ALL, "codemode.search('x')"), ["memory", "my-files", "web"]);
  const one = { mcp: { allowedServers: ["*"], allowedTools: ["web.get"] } };
  assert.deepEqual(toolboxes.serversOf(one, "mcp.web.get(); mcp.memory.x()"), ["web"]);
});

Deno.test("servers without tools so far are known as silent, if they are granted", () => {
  const toolboxes = new Toolboxes(CATALOG, createPolicy());
  const silent = (grant: CapabilitySet) =>
    toolboxes.of(grant).silent.map(({ server, name, why }) => [server, name, why()?.message]);
  const web = ["web", "web", "Nobody has logged in to web"];
  assert.deepEqual(silent(ALL), [["my-files", "my_files", undefined], web]);
  assert.deepEqual(silent({ mcp: { allowedServers: ["memory", "web"] } }), [web]);
  assert.deepEqual(silent({}), []);
});

Deno.test("names that are not here are answered with those that are", () => {
  const toolbox = new Toolboxes(CATALOG, createPolicy()).of(ALL);
  const error = unknownNames(toolbox, ["memry", "memory.serch_nodes", "zzz"]);
  assert.equal(error.code, "NOT_FOUND");
  assert.equal(
    error.message,
    'There is no "memry" (did you mean "memory"?), "memory.serch_nodes" ' +
      '(did you mean "mcp.memory.search_nodes"?), "zzz" here; servers are memory',
  );
});

Deno.test("a server of which no tool was granted is not named, by whatever part of the grant", () => {
  const toolboxes = new Toolboxes(CATALOG, createPolicy());
  const grants = [
    { allowedServers: ["*"], allowedTools: ["memory.search_nodes"] },
    { allowedServers: ["memory"], allowedTools: ["memory.search_nodes", "web.get"] },
  ];
  for (const mcp of grants) {
    assert.deepEqual(toolboxes.serversOf({ mcp }), ["memory"]);
    const toolbox = toolboxes.of({ mcp });
    assert.deepEqual(toolbox.silent, []);
    assert.equal(
      unknownNames(toolbox, ["web", "my_files.read"]).message,
      'There is no "web", "my_files.read" here; servers are memory',
    );
  }
});

Deno.test("the nearest path: a slip in the server, the tool or both, and never another tool of the server", () => {
  const toolbox = new Toolboxes(CATALOG, createPolicy()).of(ALL);
  const near = ["memry.serch_nodes", "mcp.memory.searchNodes", "serch_nodes"];
  assert.deepEqual(near.map((path) => toolbox.nearestPath(path)), [
    "mcp.memory.search_nodes",
    "mcp.memory.search_nodes",
    "mcp.memory.search_nodes",
  ]);
  const far = [
    "memory.delete_nodes",
    "memory.nope",
    "memory",
    "mcp.memory.",
    "web.search_nodes",
    "",
  ];
  assert.deepEqual(far.map((path) => toolbox.nearestPath(path)), far.map(() => undefined));
});
