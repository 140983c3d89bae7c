import assert from "node:assert/strict";
import {
  MAX_MATCHED_LENGTH,
  MAX_PATTERN_COST,
  patternCost,
} from "../../../src/base/pattern_cost.ts";

const LENGTH = MAX_MATCHED_LENGTH;

const CASES: readonly (readonly [string, number])[] = [
  ["^abc$", 1],
  ["abc", LENGTH],
  ["^\\d{4}-\\d{2}-\\d{2}$", 1],
  ["^[a-z]+$", LENGTH],
  ["^a*b*$", LENGTH ** 2],
  ["a*b*", LENGTH ** 3],
  ["^a{2,4}$", 3],
  ["^a{2,}$", LENGTH],
  ["^(?:ab){3}$", 1],
  ["^(?:a?){3}$", 8],
  ["^(?:ab)*$", LENGTH],
  ["^[(*+]$", 1],
  ["^\\(a\\)$", 1],
  ["^(a|b)$", 2 * LENGTH],
  ["^(a+)+$", Infinity],
  ["^(a|a)*$", Infinity],
  ["^(a*)*$", Infinity],
  ["^(a)\\1$", Infinity],
  ["^(?:a?){30}a{30}$", 2 ** 30],
  ["(unclosed", Infinity],
  ["unopened)", Infinity],
];

for (const [pattern, cost] of CASES) {
  Deno.test(`the cost of ${pattern}`, () => assert.equal(patternCost(pattern), cost));
}

Deno.test("usual patterns are affordable, explosive ones are not", () => {
  const usual = ["^[a-z0-9-]+$", "^https?://", "^\\+?[1-9]\\d{1,14}$", "^[^@]+@[^@]+$"];
  assert.deepEqual(usual.filter((pattern) => patternCost(pattern) > MAX_PATTERN_COST), []);
  const explosive = ["^(a+)+$", "(.*)(.*)(.*)x", "^(?:a?){30}a{30}$", "^(\\w+\\s?)*$"];
  assert.deepEqual(explosive.filter((pattern) => patternCost(pattern) <= MAX_PATTERN_COST), []);
});
