import assert from "node:assert/strict";
import { createDeclarations, createPythonStubs, nameTools } from "../../../src/typegen/mod.ts";
import { NumberedNames } from "../../../src/typegen/numbered_names.ts";

Deno.test("a name that is wanted again gets the least number nobody has", () => {
  const names = new NumberedNames(["Taken", "A3"], (name) => name === "Forbidden");
  const wanted = ["A", "A", "A", "A3", "Taken", "Forbidden", "A", "B"];
  assert.deepEqual(wanted.map((name) => names.reserve(name)), [
    ...["A", "A2", "A4", "A32", "Taken2", "Forbidden2", "A5", "B"],
  ]);
  assert.deepEqual(["x", "x"].map((name) => names.reserve(name, "_")), ["x", "x_2"]);
});

Deno.test("the last of many that want one name takes as long as the first", () => {
  let looked = 0;
  const names = new NumberedNames([], () => (looked += 1, false));
  for (let count = 0; count < 10_000; count += 1) names.reserve("A");
  assert.equal(names.reserve("A"), "A10001");
  assert.equal(looked, 10_001);
});

Deno.test("types of many tools that want one name are declared, each under its own", () => {
  const tools = Array.from({ length: 2_000 }, (_none, index) => {
    const $defs = Object.fromEntries(
      Array.from({ length: 5 }, (_, at) => [
        `A${" ".repeat(at)}`,
        { type: "object", properties: { [`v${index}_${at}`]: { type: "string" } } },
      ]),
    );
    const properties = Object.fromEntries(
      Object.keys($defs).map((key, at) => [`p${at}`, { $ref: `#/$defs/${key}` }]),
    );
    return {
      source: "mcp" as const,
      server: "s",
      name: `tool_${index}`,
      description: "",
      inputSchema: { type: "object", properties, $defs },
    };
  });
  const named = nameTools([{ server: "s", description: "", tools }]);
  assert.match(createDeclarations(named).text, /\n {2}type A10000 = \{ v\d+_\d\?: string/);
  assert.match(createPythonStubs(named).text, /\nclass SA10000\(TypedDict\):\n {4}v\d+_\d: /);
});
