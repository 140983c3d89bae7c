/** Stacks of emitted code point into the submitted text. */

import assert from "node:assert/strict";
import { mapStack } from "../../../src/checker/mod.ts";
import type { Language } from "../../../src/contract/mod.ts";
import { createCheck, runEmitted } from "./run_emitted.ts";

const check = createCheck();

async function stackOf(code: string, language: Language = "typescript"): Promise<string> {
  const { emitted } = check(code, { mode: "off", language });
  assert.ok(emitted);
  try {
    await runEmitted(emitted.code);
  } catch (error) {
    return mapStack((error as Error).stack ?? "", emitted);
  }
  throw new Error("Nothing was thrown");
}

Deno.test("frames are those of the submitted text", async () => {
  const code = "Here:\n```ts\ninterface A { a: string }\n\nfunction inner(a: A): never {\n" +
    "  throw new TypeError(a.a);\n}\nconst outer = async () => inner({ a: 'why' });\nawait outer();\n```";
  assert.equal(
    await stackOf(code),
    "TypeError: why\n    at inner (guest.ts:6:9)\n    at outer (guest.ts:8:27)\n    at guest.ts:9:7",
  );
});

Deno.test("the first line and a rewritten statement keep their places", async () => {
  assert.equal(
    await stackOf("null!.a"),
    "TypeError: Cannot read properties of null (reading 'a')\n    at guest.ts:1:7",
  );
  assert.match(await stackOf("if (true) {\n  (null as any).a.b\n}"), /\n {4}at guest\.ts:2:\d+$/);
});

Deno.test("frames of JavaScript are those of a script of JavaScript", async () => {
  assert.equal(
    await stackOf("const fail = () => {\n  throw new Error('no');\n};\nfail();", "javascript"),
    "Error: no\n    at fail (guest.js:2:9)\n    at guest.js:4:1",
  );
});

Deno.test("hostile stacks keep neither host paths nor length", () => {
  const { emitted } = check("const a = 1;\na", { mode: "off" });
  assert.ok(emitted);
  const parentheses = "    at " + "(".repeat(30_000);
  const stack = [
    "Error: x",
    "    at host (file:///srv/secret/host.ts:1:1)",
    "    at async /srv/secret/run.js:3:4",
    "    at /srv/secret/f (guest.ts:2:1)",
    "    at late (guest.ts:99999:1)",
    parentheses,
    "    at zero (guest.ts:0:0)",
    "    at eval (eval at run (file:///srv/host.ts:1:1), guest.ts:2:7)",
    "    at " + "n".repeat(400) + " (guest.ts:2:1)",
  ].join("\n");
  assert.equal(
    mapStack(stack, emitted),
    `Error: x\n    at guest.ts:1:1\n    at guest.ts:1:7\n    at ${"n".repeat(120)} (guest.ts:1:1)`,
  );
  const flood = mapStack("Error: y\n" + "    at f (guest.ts:2:1)\n".repeat(100_000), emitted);
  assert.equal(flood.split("\n").length, 51);
  assert.equal(mapStack("", emitted), "");
  assert.equal(mapStack("no frames", emitted), "no frames");
  assert.equal(mapStack("E: y\n  at guest.py:2", {}), "E: y\n  at guest.py:2");
  assert.equal(mapStack("y".repeat(100_000), {}).length, 64 * 1024);
});
