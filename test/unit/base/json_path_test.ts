import assert from "node:assert/strict";
import {
  isSingular,
  MAX_SEGMENTS,
  parseJsonPath,
  printJsonPath,
  type Segment,
  selectNodes,
  selectValues,
} from "../../../src/base/json_path.ts";

function parsed(path: string): readonly Segment[] {
  const segments = parseJsonPath(path);
  assert.ok(!("problem" in segments), JSON.stringify(segments));
  return segments;
}

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
  ["$.a[1:]", INPUT.a.slice(1)],
  ["$.a[:-1]", INPUT.a.slice(0, -1)],
  ["$.a[0:2].b", [1, 2]],
  ["$.a[::2]", [INPUT.a[0], INPUT.a[2]]],
  ["$.a[::-1]", INPUT.a.toReversed()],
  ["$.a[2:0:-1]", [INPUT.a[2], INPUT.a[1]]],
  ["$.a[1:1]", []],
  ["$.a[5:9]", []],
  ["$.a[-9:1]", [INPUT.a[0]]],
  ["$.a[::0]", []],
  ["$[1:2]", []],
  ["$['x\\u0020y'].é", [null]],
  ["$.a.b", []],
  ["$.a.length", []],
  ["$[0]", []],
];

for (const [path, values] of SELECTED) {
  Deno.test(`selects: ${path}`, () => {
    assert.deepEqual(selectValues(parsed(path), INPUT), values);
  });
}

const EXPECTED = "expected .name, ['name'], [index], [start:end], .* or [*]";
const REFUSED: readonly [string, number][] = [
  ["$a", 1],
  ["$.", 1],
  ["$..a", 1],
  ["$.a.", 3],
  ["$[", 1],
  ["$[]", 1],
  ["$[01]", 1],
  ["$[-0]", 1],
  ["$[1:2:3:4]", 1],
  ["$[0,1]", 1],
  ["$[?@.a]", 1],
  ["$.a[?(@.a)]", 3],
  ["$.a()", 3],
  ["$ .a", 1],
  ["$.a\n", 3],
  ["$.1a", 1],
  ["$['a\\x']", 1],
  ["$['a", 1],
  ["$['a\u0000']", 1],
  ["$[9999999999]", 1],
  ["$.a\ud800", 3],
];

for (const [path, at] of REFUSED) {
  Deno.test(`refused: ${JSON.stringify(path)}`, () => {
    assert.deepEqual(parseJsonPath(path), { problem: EXPECTED, at });
  });
}

Deno.test("refused: what does not begin at the root", () => {
  const fault = { problem: 'a path begins with "$"', at: 0 };
  for (const path of ["", "a", ".a", " $"]) assert.deepEqual(parseJsonPath(path), fault);
});

Deno.test("a path has so many steps and no more", () => {
  assert.equal(parsed(`$${".a".repeat(MAX_SEGMENTS)}`).length, MAX_SEGMENTS);
  assert.deepEqual(parseJsonPath(`$${".a".repeat(MAX_SEGMENTS + 1)}`), {
    problem: "a path has at most 32 steps",
    at: 65,
  });
});

Deno.test("a path selects so many values and no more, at any step", () => {
  const rows = Array.from({ length: 200 }, () => Array.from({ length: 100 }, () => 1));
  assert.equal(selectValues(parsed("$[*][*]"), rows), undefined);
  assert.equal(selectValues(parsed("$[*][*]"), rows.slice(0, 100))?.length, 10_000);
  assert.equal(selectValues(parsed("$[*][*][0]"), rows), undefined);
});

Deno.test("a slice of millions is refused before its indexes are listed", () => {
  const rows = new Array(5_000_000).fill(0);
  assert.equal(selectValues(parsed("$[0:]"), rows), undefined);
  assert.equal(selectNodes(parsed("$[0:20000]"), rows, { max: 20_000 })?.nodes.length, 20_000);
});

Deno.test("of the last step only the wanted nodes are made, and all are counted", () => {
  const rows = [[0, 1, 2], [], { a: 3, b: 4 }, [5]];
  const all = selectNodes(parsed("$[*].*"), rows)!;
  assert.deepEqual(all.nodes.map(({ value }) => value), [0, 1, 2, 3, 4, 5]);
  for (
    const [offset, limit] of [[0, 2], [2, 2], [3, 9], [5, 1], [6, 1], [2 ** 53 - 1, 5], [1, 0]]
  ) {
    const some = selectNodes(parsed("$[*].*"), rows, { offset: offset!, limit: limit! })!;
    assert.equal(some.total, 6);
    assert.deepEqual(some.nodes, all.nodes.slice(offset, offset! + limit!));
  }
  assert.deepEqual(selectNodes(parsed("$"), rows, { offset: 1 }), { nodes: [], total: 1 });
});

Deno.test("the names of an object are listed by whom it is told", () => {
  const asked: object[] = [];
  const namesOf = (record: object) => {
    asked.push(record);
    return Object.keys(record);
  };
  const root = { a: { b: 1 } };
  assert.equal(selectNodes(parsed("$.*.*"), root, { namesOf })?.total, 1);
  assert.deepEqual(asked, [root, root.a]);
});

Deno.test("a place is printed as a path that leads back to it", () => {
  const places: readonly [readonly (string | number)[], string][] = [
    [[], "$"],
    [["a", 0, "b_1"], "$.a[0].b_1"],
    [["x y"], '$["x y"]'],
    [["1"], '$["1"]'],
    [["__proto__", "constructor"], "$.__proto__.constructor"],
    [["\"\\'"], '$["\\"\\\\\'"]'],
    [["\u0000\u007f\n\ud800"], '$["\\u0000\\u007f\\n\\ud800"]'],
    [["é😀"], "$.é😀"],
  ];
  for (const [location, path] of places) {
    assert.equal(printJsonPath(location), path);
    const steps = parsed(path).map((one) => "name" in one ? one.name : "index" in one && one.index);
    assert.deepEqual(steps, location);
    assert.equal(isSingular(parsed(path)), true);
  }
  assert.deepEqual(["$.*", "$[*]", "$[1:2]"].map((path) => isSingular(parsed(path))), [
    false,
    false,
    false,
  ]);
});

Deno.test("inherited names lead nowhere, own ones do", () => {
  const own = JSON.parse('{"__proto__":{"constructor":1}}');
  assert.deepEqual(selectValues(parsed("$.__proto__.constructor"), own), [1]);
  assert.deepEqual(selectValues(parsed("$.constructor"), {}), []);
  assert.deepEqual(selectValues(parsed("$.__proto__"), {}), []);
});
