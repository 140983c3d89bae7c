/** Tools and globals a program names. */

import assert from "node:assert/strict";
import { createCheck } from "./run_emitted.ts";

const check = createCheck();

const USES:
  readonly (readonly [code: string, tools: readonly string[], globals: readonly string[]])[] = [
    ["1 + 1", [], []],
    ["await mcp.memory.search_nodes({ query: 'a' })", ["memory.search_nodes"], []],
    ["memory.search_nodes({ query: 'a' }).then((x) => x)", ["memory.search_nodes"], []],
    ["mcp['memory']['search_nodes']({ query: 'a' })", ["memory.search_nodes"], []],
    ["mcp?.memory?.search_nodes({ query: 'a' })", ["memory.search_nodes"], []],
    ["globalThis.mcp.memory.search_nodes", ["memory.search_nodes"], ["globalThis"]],
    ["const m = mcp.memory; m.search_nodes({ query: 'a' })", ["memory.search_nodes"], []],
    ["const { memory: { search_nodes: find } } = mcp; find({ query: 'a' })", [
      "memory.search_nodes",
    ], []],
    ["const { read_file } = mcp.files; read_file({ path: 'a' })", ["files.read_file"], []],
    ["const memory = { search_nodes() {} }; memory.search_nodes()", [], []],
    ["codemode.call('files.read_file', { path: 'a' })", ["files.read_file"], ["codemode"]],
    ["const f = (console: { log(): void }) => console.log(); Math.max(1); console.log(f)", [], [
      "Math",
      "console",
    ]],
    ["const o = { Math: 1, console }; o.Math; type T = Map<string, URL>;", [], ["console"]],
    ["[fetch, nope]", [], ["fetch", "nope"]],
  ];

for (const [code, tools, globals] of USES) {
  Deno.test(`uses of ${code}`, () => {
    for (const mode of ["warn", "off"] as const) {
      assert.deepEqual(check(code, { mode }).uses, { tools, globals });
    }
  });
}

Deno.test("aliases that go round in a circle end", () => {
  assert.deepEqual(check("const { a } = b; const { b } = a; a.c", { mode: "off" }).uses.tools, []);
});
