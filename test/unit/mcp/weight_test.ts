import assert from "node:assert/strict";
import { weightOf } from "../../../src/mcp/weight.ts";

Deno.test("objects, arrays, places, names and text weigh; depth does not matter", () => {
  assert.equal(weightOf(7, 1_000), 0);
  assert.equal(weightOf("abc", 1_000), 3);
  assert.equal(weightOf([1, null, "ab"], 1_000), 64 + 3 * 8 + 2);
  assert.equal(weightOf({ a: {}, bc: [] }, 1_000), 64 + 2 * 8 + 3 + 2 * 64);
  let deep: unknown[] = [];
  for (let level = 1; level < 100_000; level += 1) deep = [deep];
  assert.equal(weightOf(deep, Infinity), 100_000 * 64 + 99_999 * 8);
});

Deno.test("a member named __proto__ weighs as others do", () => {
  assert.equal(weightOf(JSON.parse('{"__proto__":"abc"}'), 1_000), 64 + 8 + 9 + 3);
});

Deno.test("nothing is looked at beyond what is asked for", () => {
  const read: number[] = [];
  const items = Array.from({ length: 1_000 }, (_, index) => ({
    get a() {
      read.push(index);
      return 1;
    },
  }));
  assert.ok(weightOf(items, 100) > 100);
  assert.deepEqual(read, []);
});
