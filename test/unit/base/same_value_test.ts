import assert from "node:assert/strict";
import { sameValue } from "../../../src/base/same_value.ts";
import { Secret } from "../../../src/base/secret.ts";

const SAME: readonly (readonly [unknown, unknown])[] = [
  [1, 1],
  [NaN, NaN],
  [{ a: [1, { b: null }] }, { a: [1, { b: null }] }],
  [{ a: 1, b: 2 }, { b: 2, a: 1 }],
  [new Secret("x"), new Secret("x")],
];
const DIFFERENT: readonly (readonly [unknown, unknown])[] = [
  [1, "1"],
  [null, {}],
  [[], {}],
  [[1], [1, 2]],
  [{ a: undefined }, {}],
  [{ a: undefined }, { b: undefined }],
  [new Secret("x"), new Secret("y")],
  [new Secret("x"), "x"],
  [new Secret("x"), {}],
  [{}, { toString: 1 }],
];

Deno.test("same: plain data by what it has, secrets by what they hide", () => {
  for (const [a, b] of SAME) assert.ok(sameValue(a, b), JSON.stringify([a, b]));
  for (const [a, b] of DIFFERENT) {
    assert.ok(!sameValue(a, b), JSON.stringify([a, b]));
    assert.ok(!sameValue(b, a), JSON.stringify([b, a]));
  }
});
