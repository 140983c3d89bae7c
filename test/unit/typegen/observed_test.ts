/** Types that were learned from results: shown to readers, and never a reason to refuse a program. */

import assert from "node:assert/strict";
import {
  createDeclarations,
  createPythonStubs,
  type NamedNamespace,
  nameTools,
  signature,
} from "../../../src/typegen/mod.ts";
import type { JsonSchema } from "../../../src/contract/mod.ts";
import { makeGroup, makeTool } from "./tool_fixtures.ts";
import { complaints } from "./type_checker.ts";

const USER = {
  type: "object",
  properties: { id: { type: "number" }, "*/ name": { type: ["null", "string"] } },
  required: ["id"],
  additionalProperties: false,
};
const INPUT = { type: "object", properties: { id: { type: "number" } }, required: ["id"] };

function observed(schema: JsonSchema, results = 1): NamedNamespace {
  const tool = makeTool("get_user", { description: "One user", inputSchema: INPUT });
  const [namespace] = nameTools([makeGroup("Observed", [tool])]);
  assert.ok(namespace);
  const tools = namespace.tools.map((named) => ({ ...named, observed: { schema, results } }));
  return { ...namespace, tools };
}

Deno.test("a signature shows what results looked like, once", () => {
  const namespace = observed(USER, 20);
  assert.equal(
    signature(namespace, namespace.tools[0]!),
    `/**
 * One user
 * @returns observed in at least 20 results; not promised
 */
mcp.Observed.get_user(input: { id: number }): Promise<Observed<{ id: number; "*/ name"?: null | string }>>;
mcp.Observed.get_user(id: number): Promise<any>;`,
  );
});

const USES: readonly string[] = [
  "const n: number = await mcp.Observed.get_user({ id: 1 });",
  "(await mcp.Observed.get_user({ id: 1 })).id.deeper.than.seen();",
  "for (const one of await mcp.Observed.get_user(1)) one.anything;",
  "type Observed = 1; const x: Observed = await mcp.Observed.get_user({ id: 1 });",
];

Deno.test("declarations with it are strict TypeScript and allow every use of a result", () => {
  for (const schema of [USER, { type: "string" }, {}, false]) {
    const { text, problems } = createDeclarations([observed(schema)]);
    const files = Object.fromEntries(USES.map((use, index) => [
      `use${index}.ts`,
      `export {};\n${use}`,
    ]));
    assert.deepEqual([complaints({ "mcp.d.ts": text, ...files }), problems], [[], []]);
  }
  assert.deepEqual(
    complaints({
      "mcp.d.ts": createDeclarations([observed(USER)]).text,
      "use.ts": 'export {}; await mcp.Observed.get_user("1");',
    }).length,
    1,
  );
});

Deno.test("what the tool declares counts, not what was observed", () => {
  const tool = makeTool("get_user", { outputSchema: { type: "string" } });
  const [namespace] = nameTools([makeGroup("users", [tool])]);
  const named = { ...namespace!.tools[0]!, observed: { schema: USER, results: 3 } };
  const shown = { ...namespace!, tools: [named] };
  assert.equal(
    signature(shown, named),
    "mcp.users.get_user(input?: { [key: string]: never }): Promise<string>;",
  );
  assert.equal(createPythonStubs([shown]).text, createPythonStubs([namespace!]).text);
});

Deno.test("Python's stubs show it in a comment", () => {
  const { text } = createPythonStubs([observed(USER, 2)]);
  const at = text.indexOf("class _Server_");
  assert.equal(
    text.slice(at, text.indexOf("\nclass _Servers")),
    `class _Server_Observed:
    # observed in at least 2 results; not promised: ObservedGetUserObserved
    async def get_user(self, id: float) -> Any:
        """One user"""
    getUser = get_user
`,
  );
  assert.match(text, /ObservedGetUserObserved = TypedDict\(/);
});
