/** Texts with more in them than any value may have, and how surely that is counted. */

import assert from "node:assert/strict";
import fc from "fast-check";
import { findExcess, MAX_EXTENT } from "../../../src/base/json_extent.ts";

const SMALL = { nodes: 5, names: 3, depth: 4 };
/** So much white space is not judged to be too short for anything. */
const WIDE = " ".repeat(1_000);

/** What of a text is more than the small bounds. */
function excessOf(text: string): string | undefined {
  return findExcess(WIDE + text, SMALL)?.kind;
}

const CASES: readonly [text: string, excess: string | undefined][] = [
  ["[1,2,3,4]", undefined],
  ["[1,2,3,4,5]", "nodes"],
  ["[[],[],[],[]]", undefined],
  ["[[],[],[],[],[]]", "nodes"],
  ["[{},{ },[\n],[]]", undefined],
  ['{"a":1,"b":2,"c":3}', undefined],
  ['{"a":1,"b":2,"c":3,"d":4}', "names"],
  ['[{"a":1},{"a":1}]', undefined],
  ['{"a":{"b":{"c":1}}}', undefined],
  ['{"a":{"b":{"c":{"d":1}}}}', "names"],
  ['[{"a":1,"b":2},1]', undefined],
  ['{"a":"b","b":"c","c":"d"}', undefined],
  ['{"a\\"":1,"b":"\\\\","c":"[[[[[["}', undefined],
  ['["a\\",b",",,,,,,","{\\"a\\":"]', undefined],
  ["[[[[1]]]]", undefined],
  ["[[[[[", "depth"],
  ['{"a', undefined],
  ['["\\', undefined],
  ["]]]],,,,", undefined],
  ["", undefined],
];

for (const [text, excess] of CASES) {
  Deno.test(`${JSON.stringify(text)} has ${excess === undefined ? "room" : `too many ${excess}`}`, () => {
    assert.equal(excessOf(text), excess);
  });
}

Deno.test("the same names in the same order count once, in another order anew", () => {
  const rows = (names: readonly string[], count: number) =>
    `[${Array.from({ length: count }, () => `{${names.map((name) => `"${name}":0`)}}`)}]`;
  const wide = { ...SMALL, nodes: 10_000 };
  assert.equal(findExcess(WIDE + rows(["a", "b", "c"], 500), wide), undefined);
  const mixed = `[${rows(["a", "b"], 9)},${rows(["b", "a"], 9)}]`;
  assert.equal(findExcess(WIDE + mixed, wide)?.kind, "names");
});

Deno.test("what is told has the limit and a way out", () => {
  const wide = WIDE + '{"a":1,"b":2,"c":3,"d":4}';
  assert.deepEqual(findExcess(wide, SMALL), {
    kind: "names",
    limit: 3,
    reason:
      "it has more than 3 different names of members; take it in parts, or as a list of pairs",
  });
  assert.equal(
    findExcess("[1,2,3,4,5]".padStart(1_000), SMALL)?.reason,
    "it has more than 5 members and elements; take it in parts, or as text",
  );
  assert.equal(findExcess("[[[[[".padStart(1_000), SMALL)?.reason, "it nests deeper than 4 levels");
});

Deno.test("the count is that of the parsed value, whatever the value", () => {
  fc.assert(fc.property(fc.json({ depthSize: "large", maxDepth: 3 }), (text) => {
    const count = countNodes(JSON.parse(text));
    const max = { nodes: count, names: 10_000, depth: 1_000 };
    assert.equal(findExcess(WIDE.repeat(60) + text, max), undefined);
    const excess = findExcess(WIDE.repeat(60) + text, { ...max, nodes: count - 1 });
    assert.equal(excess?.kind, "nodes");
  }));
});

function countNodes(value: unknown): number {
  if (typeof value !== "object" || value === null) return 1;
  return Object.values(value).reduce((sum, inner) => sum + countNodes(inner), 1);
}

Deno.test("a big honest result has room, and a hundredth more names than the limit have not", () => {
  const row = (id: number) => ({
    id,
    name: `row ${id}`,
    a: 1,
    b: true,
    c: null,
    d: "",
    e: 3.4,
    f: 1,
  });
  const rows = JSON.stringify(Array.from({ length: 50_000 }, (_none, id) => row(id)));
  assert.equal(findExcess(rows), undefined);
  const wide = (count: number) => `{${Array.from({ length: count }, (_none, id) => `"k${id}":1`)}}`;
  assert.equal(findExcess(wide(MAX_EXTENT.names)), undefined);
  assert.equal(findExcess(wide(MAX_EXTENT.names * 1.01))?.kind, "names");
});
