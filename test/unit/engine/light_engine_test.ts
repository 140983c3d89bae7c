/** On which engine a program begins, and what is said of it. */

import assert from "node:assert/strict";
import { beginOn, likelyEngine } from "../../../src/engine/light_engine.ts";

const choice = { name: "python", carrier: "process", reason: "python code" } as const;
const begin = (code: string, engines: readonly "monty"[] = ["monty"]) =>
  beginOn(choice, { code, namespaces: [] }, new Set(engines));

Deno.test("a program for the light engine begins there; another is told what that does not have", () => {
  const light = begin("return 1");
  assert.deepEqual([light.engine, light.choice.reason], [
    "monty",
    "python code; on its light engine",
  ]);
  for (
    const [code, lacks] of [
      ["import os", "the module os"],
      ["return 2.5 ** 0.5", "such powers"],
      [`# ${"x".repeat(65_536)}`, "room for so long a program"],
    ] as const
  ) {
    const { engine, choice: { reason } } = begin(code);
    const told = `python code; its light engine does not have ${lacks}`;
    assert.deepEqual([engine, reason], ["python", told]);
  }
});

Deno.test("without a light engine nothing is said of one", () => {
  assert.deepEqual(begin("import os", []), { engine: "python", choice });
  assert.equal(likelyEngine(choice, new Set()), "python");
});
