import assert from "node:assert/strict";
import { createPythonStubs, nameTools, pythonSignature } from "../../../src/typegen/mod.ts";
import { makeGroup, makeTool, realGroups } from "./tool_fixtures.ts";

const object = (properties: object, required: readonly string[] = [], more = {}) => ({
  type: "object",
  properties,
  required,
  additionalProperties: false,
  ...more,
});

/** What is said of the tools, without what is said of every program. */
function stubsOf(...groups: Parameters<typeof makeGroup>[]): string {
  const { text } = createPythonStubs(nameTools(groups.map((group) => makeGroup(...group))));
  return text.slice(text.indexOf("codemode: _Codemode\n") + "codemode: _Codemode\n".length);
}

Deno.test("tools become async methods; scalars by position, other inputs by keyword", () => {
  const text = stubsOf(["memory", [
    makeTool("searchNodes", {
      description: 'Finds "nodes"',
      inputSchema: object({ query: { type: "string" }, limit: { type: "integer" } }, ["query"]),
      outputSchema: object({ "a-b": { type: "number" } }, ["a-b"]),
    }),
    makeTool("create", {
      inputSchema: object({
        nodes: { type: "array", items: object({ kind: { enum: ["a", 1, true, null, 0.5] } }) },
      }, ["nodes"]),
    }),
    makeTool("from", { inputSchema: object({ class: { type: ["string", "null"] } }) }),
    makeTool("any", {
      inputSchema: { anyOf: [object({ a: { type: "string" } }), { type: "string" }] },
    }),
    makeTool("open", {
      inputSchema: { type: "object", properties: { a: {} }, additionalProperties: true },
    }),
  ], 'The """ memory \\']);
  assert.equal(
    text,
    `
class MemoryAnyInput(TypedDict):
    a: NotRequired[str]

class MemoryCreateNodesItem(TypedDict):
    kind: NotRequired[Literal["a", 1, True] | float | None]

MemorySearchNodesOutput = TypedDict("MemorySearchNodesOutput", {
    "a-b": float,
})

class _Server_memory:
    """The ''' memory \\\\"""
    async def any(self, input: MemoryAnyInput | str = ..., /) -> Any: ...
    async def create(self, *, nodes: list[MemoryCreateNodesItem]) -> Any: ...
    async def from_(self, class_: str | None = ...) -> Any: ...
    async def open(self, *, a: Any = ..., **more: Any) -> Any: ...
    async def searchNodes(
        self,
        query: str,
        limit: float = ...,  # @integer
    ) -> MemorySearchNodesOutput:
        """Finds 'nodes'"""
    search_nodes = searchNodes

class _Servers:
    memory: _Server_memory

mcp: _Servers
memory: _Server_memory
`,
  );
});

Deno.test("servers' names that Python has taken are no globals; odd names are told", () => {
  const text = stubsOf(["list", [makeTool("a$b")]], ["import", [makeTool("x")]]);
  assert.match(text, /class _Servers:\n {4}import_: _Server_import_?\n {4}list: _Server_list\n/);
  assert.doesNotMatch(text, /^list:/m);
  assert.match(text, /# \["a\$b"\]\(…\): a name that Python does not have/);
});

Deno.test("no text of a server leaves its comment or string", () => {
  const evil = 'x"""\nimport os\n\\"""';
  const text = stubsOf(["s", [
    makeTool("t", {
      description: evil,
      inputSchema: object({
        a: { type: "string", description: `#\r\n${evil}` },
        [evil]: { enum: [evil] },
      }),
    }),
  ], evil]);
  assert.ok(text.split("\n").every((line) => !/^\s*import/.test(line)), text);
  assert.equal((text.match(/"""/g)?.length ?? 0) % 2, 0);
});

Deno.test("a budget gives as many signatures as fit; the hash is that of everything", () => {
  const named = nameTools(realGroups());
  const complete = createPythonStubs(named);
  const partial = createPythonStubs(named, { budgetTokens: 3000 });
  assert.deepEqual([complete.complete, complete.problems, partial.complete], [true, [], false]);
  assert.match(complete.text, /^# COMPLETE: 527 tools in 70 namespaces\.\n/);
  assert.match(partial.text, /^# PARTIAL: \d+ of 527 tools in 70 namespaces; /);
  assert.ok(partial.text.length <= 12_000);
  assert.equal(partial.hash, complete.hash);
  assert.equal(createPythonStubs([...named].reverse()).text, complete.text);
});

Deno.test("a signature is the stub of one tool under its path, after the types it needs", () => {
  const [namespace] = nameTools([makeGroup("my-server", [
    makeTool("searchNodes", {
      description: 'Finds "nodes"',
      inputSchema: object({ query: { type: "string", description: "What" } }, ["query"]),
      outputSchema: object({ nodes: { type: "array", items: object({ a: {} }) } }),
    }),
    makeTool("from", { inputSchema: object({}) }),
    makeTool("any", { inputSchema: { type: "string" } }),
  ])]);
  const found = namespace!.tools.map((named) => pythonSignature(namespace!, named));
  assert.deepEqual(found, [
    "async def mcp.my_server.any(input: str, /) -> Any: ...",
    "async def mcp.my_server.from_() -> Any: ...",
    `class MyServerSearchNodesOutput(TypedDict):
    nodes: NotRequired[list[MyServerSearchNodesOutputNodesItem]]

class MyServerSearchNodesOutputNodesItem(TypedDict):
    a: NotRequired[Any]

async def mcp.my_server.searchNodes(
    query: str,  # What
) -> MyServerSearchNodesOutput:
    """Finds 'nodes'"""`,
  ]);
});
