import assert from "node:assert/strict";
import { MAX_SEGMENTS, parseJsonPath, selectValues } from "../../../src/policy/json_path.ts";

const INPUT = { a: [{ b: 1 }, { b: 2 }, { c: 3 }], "x y": { "é": null }, "": 4 };

const SELECTED: readonly [string, readonly unknown[]][] = [
  ["$", [INPUT]],
  ["$.a[0].b", [1]],
  ["$.a[-1].c", [3]],
  ["$.a[3]", []],
  ["$.a[-4]", []],
  ["$.a[*].b", [1, 2]],
  ["$.a.*", INPUT.a],
  ["$['x y'].é", [null]],
  ['$["x y"]["é"]', [null]],
  ["$['']", [4]],
  ["$.*.é", [null]],
  ["$.a.b", []],
  ["$.a.length", []],
  ["$[0]", []],
];

for (const [path, values] of SELECTED) {
  Deno.test(`selects: ${path}`, () => {
    const segments = parseJsonPath(path);
    assert.ok(segments);
    assert.deepEqual(selectValues(segments, INPUT), values);
  });
}

const REFUSED = [
  "",
  "a",
  "$a",
  "$.",
  "$..a",
  "$.a.",
  "$[",
  "$[]",
  "$[01]",
  "$[-0]",
  "$[1:2]",
  "$[0,1]",
  "$[?@.a]",
  "$[?(@.a)]",
  "$.a()",
  "$ .a",
  "$.a\n",
  "$.1a",
  "$['a\\'b']",
  "$['a",
  "$['a\u0000']",
  "$[9999999999]",
];

for (const path of REFUSED) {
  Deno.test(`refused: ${JSON.stringify(path)}`, () => {
    assert.equal(parseJsonPath(path), undefined);
  });
}

Deno.test("a path has so many steps and no more", () => {
  assert.equal(parseJsonPath(`$${".a".repeat(MAX_SEGMENTS)}`)?.length, MAX_SEGMENTS);
  assert.equal(parseJsonPath(`$${".a".repeat(MAX_SEGMENTS + 1)}`), undefined);
});

Deno.test("a path selects so many values and no more, at any step", () => {
  const rows = Array.from({ length: 200 }, () => Array.from({ length: 100 }, () => 1));
  const segments = (path: string) => parseJsonPath(path) ?? [];
  assert.equal(selectValues(segments("$[*][*]"), rows), undefined);
  assert.equal(selectValues(segments("$[*][*]"), rows.slice(0, 100))?.length, 10_000);
  assert.equal(selectValues(segments("$[*][*][0]"), rows), undefined);
});
