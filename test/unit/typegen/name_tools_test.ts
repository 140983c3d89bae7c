import assert from "node:assert/strict";
import type { JsonSchema } from "../../../src/contract/mod.ts";
import { nameTools } from "../../../src/typegen/mod.ts";
import { makeGroup, makeTool } from "./tool_fixtures.ts";

function namesOf(names: readonly string[]): Record<string, readonly string[]> {
  const [namespace] = nameTools([makeGroup("s", names.map((name) => makeTool(name)))]);
  return Object.fromEntries(
    namespace?.tools.map(({ tool, name, aliases }) => [tool.name, [name, ...aliases]]) ?? [],
  );
}

function positionalOf(inputSchema: JsonSchema): readonly string[] {
  const [namespace] = nameTools([makeGroup("s", [makeTool("t", { inputSchema })])]);
  return namespace?.tools[0]?.positional ?? ["no tool"];
}

Deno.test("tools get a legal name and a camelCase alias where that is unambiguous", () => {
  assert.deepEqual(namesOf(["get-weather", "echo", "delete", "then", "to_string"]), {
    "get-weather": ["get_weather", "getWeather"],
    echo: ["echo"],
    delete: ["delete_", "delete"],
    then: ["then_"],
    to_string: ["to_string"],
  });
  assert.deepEqual(namesOf(["get_user", "getUser"]), {
    get_user: ["get_user"],
    getUser: ["getUser"],
  });
  assert.deepEqual(namesOf(["get_user", "get__user", "list_all"]), {
    get__user: ["get__user"],
    get_user: ["get_user"],
    list_all: ["list_all", "listAll"],
  });
});

Deno.test("namespaces are named like tools and are globals where nothing is hidden", () => {
  const servers = ["memory", "my-server", "console", "then", "fetch", "delete", "日本語", "mcp"];
  const namespaces = nameTools(servers.map((server) => makeGroup(server, [])));
  assert.deepEqual(
    Object.fromEntries(namespaces.map(({ server, name, global }) => [server, [name, global]])),
    {
      memory: ["memory", true],
      "my-server": ["my_server", true],
      console: ["console", false],
      then: ["then_", true],
      fetch: ["fetch", false],
      delete: ["delete_", true],
      "日本語": ["日本語", false],
      mcp: ["mcp", false],
    },
  );
});

Deno.test("the result is sorted, frozen and independent of order", () => {
  const groups = [
    makeGroup("b", [makeTool("y"), makeTool("x")], "second"),
    makeGroup("a-b", [makeTool("get-it"), makeTool("get.it")], "first"),
    makeGroup("a.b", []),
  ];
  const named = nameTools(groups);
  assert.deepEqual(named.map(({ server }) => server), ["a-b", "a.b", "b"]);
  assert.deepEqual(named[2]?.tools.map(({ name }) => name), ["x", "y"]);
  const turned = groups.toReversed()
    .map((group) => ({ ...group, tools: group.tools.toReversed() }));
  assert.deepEqual(nameTools(turned), named);
  assert.ok(
    Object.isFrozen(named) && Object.isFrozen(named[0]) && Object.isFrozen(named[0]?.tools),
  );
});

Deno.test("groups of one server are joined, and one of two tools of a name is kept", () => {
  const one = makeGroup("s", [makeTool("x", { description: "1" }), makeTool("y")], "B");
  const two = makeGroup("s", [makeTool("x", { description: "2" })], "A");
  const named = nameTools([one, two]);
  assert.deepEqual(nameTools([two, one]), named);
  assert.equal(named.length, 1);
  assert.equal(named[0]?.description, "A");
  assert.deepEqual(
    named[0]?.tools.map(({ tool }) => [tool.name, tool.description]),
    [["x", "1"], ["y", ""]],
  );
});

Deno.test("up to four scalar parameters can be given by position, required ones first", () => {
  const scalar = { type: "string" };
  const properties = { limit: { type: "number" }, query: scalar };
  assert.deepEqual(positionalOf({ type: "object", properties, required: ["query"] }), [
    "query",
    "limit",
  ]);
  assert.deepEqual(positionalOf({ properties }), ["limit", "query"]);
  const kinds = {
    a: { type: ["string", "null"] },
    b: { enum: ["x", 1] },
    c: { const: true },
    d: { $ref: "#/$defs/d" },
  };
  const four = { properties: kinds, $defs: { d: { enum: ["x", "y"] } } };
  assert.deepEqual(positionalOf(four), ["a", "b", "c", "d"]);
  assert.deepEqual(positionalOf({ $ref: "#/$defs/in", $defs: { in: { properties } } }), [
    "limit",
    "query",
  ]);
});

Deno.test("other tools take their input only", () => {
  const scalar = { type: "string" };
  const refused: readonly JsonSchema[] = [
    true,
    { type: "object" },
    { properties: { a: scalar, b: scalar, c: scalar, d: scalar, e: scalar } },
    { properties: { a: scalar, b: { type: "array" } } },
    { properties: { a: scalar, b: {} } },
    { properties: { a: scalar }, additionalProperties: true },
    { anyOf: [{ properties: { a: scalar } }, { properties: { b: scalar } }] },
  ];
  for (const schema of refused) assert.deepEqual(positionalOf(schema), [], JSON.stringify(schema));
});
