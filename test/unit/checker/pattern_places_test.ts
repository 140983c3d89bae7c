/** Declarations that take values apart have a place of their own in what is emitted. */

import assert from "node:assert/strict";
import { mapStack } from "../../../src/checker/mod.ts";
import { createCheck } from "./run_emitted.ts";

const check = createCheck();

function emit(code: string) {
  const { emitted } = check(code, { mode: "off" });
  assert.ok(emitted);
  return emitted;
}

/** Where the statements that say nothing map to. */
function placesIn(code: string): string[] {
  const emitted = emit(code);
  const lines = emitted.code.split("\n");
  const places = lines.flatMap((line, at) => {
    if (line.trim() !== "0;") return [];
    const frame = `    at guest.ts:${at + 2}:${line.indexOf("0") + 1}`;
    return mapStack(`E\n${frame}`, emitted).split("\n").slice(1);
  });
  return places.map((place) => place.trim());
}

Deno.test("each declared pattern is told of at its own place, wherever it is declared", () => {
  const code = `const one: any = 1;
const { a } = one;
  let [b]: any[] = one, c = 1;
function f(x: any) {
  if (x) { var { d } = x; }
  switch (x) { case 1: const { e } = x; return e; }
  return () => {
    const ok = 1, { g: { h } } = x;
    return h;
  };
}
f(a + b + c)`;
  assert.deepEqual(placesIn(code), [
    "at guest.ts:2:7",
    "at guest.ts:3:7",
    "at guest.ts:5:16",
    "at guest.ts:6:30",
    "at guest.ts:8:19",
  ]);
});

Deno.test("the value of a program that ends with a pattern is what it was", () => {
  assert.equal(emit("const { a } = { a: 1 };").code, "0;\nconst { a } = { a: 1 };\n");
  assert.equal(emit("export const { a } = { a: 1 };").code, "0;\nconst { a } = { a: 1 };\n");
  assert.equal(
    emit("const list = [1];\nfor (const [a] of [list]) a;").code.includes("0;"),
    false,
  );
  assert.equal(emit("const a = { b: [1] };\na").code, "const a = { b: [1] };\nreturn a;\n");
});
