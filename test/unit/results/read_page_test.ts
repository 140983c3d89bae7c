import assert from "node:assert/strict";
import fc from "fast-check";
import type { CodemodeError } from "../../../src/base/errors.ts";
import type { ReadResult } from "../../../src/contract/mod.ts";
import { readPage } from "../../../src/results/read_page.ts";

const ROOT = {
  items: Array.from({ length: 30 }, (_none, id) => ({ id, name: `n${id}` })),
  text: "lorem ipsum ".repeat(2000),
  names: Object.fromEntries(Array.from({ length: 100 }, (_none, i) => [`k${i}`, i])),
  "a b": null,
};

const PAGES: readonly (readonly [string, ReadResult, object])[] = [
  ["a number", { path: "$.items[2].id" }, { value: 2, type: "number", tokens: 1, cuts: [] }],
  ["null", { path: "$['a b']" }, { value: null, type: "null", tokens: 1, cuts: [] }],
  ["a page of elements", { path: "$.items", offset: 2, limit: 2 }, {
    value: ROOT.items.slice(2, 4),
    type: "array",
    total: 30,
    offset: 2,
    next: 4,
    tokens: 24,
    cuts: [],
  }],
  ["the last elements", { path: "$.items", offset: 29 }, {
    value: ROOT.items.slice(29),
    type: "array",
    total: 30,
    offset: 29,
    tokens: 14,
    cuts: [],
  }],
  ["after the end", { path: "$.items", offset: 31 }, {
    value: [],
    type: "array",
    total: 30,
    offset: 31,
    tokens: 1,
    cuts: [],
  }],
  ["a slice", { path: "$.items[1:3].name" }, {
    value: ["n1", "n2"],
    type: "nodes",
    total: 2,
    offset: 0,
    tokens: 8,
    cuts: [],
  }],
  ["a page of all", { path: "$.items[*].id", offset: 10, limit: 1 }, {
    value: [10],
    type: "nodes",
    total: 30,
    offset: 10,
    next: 11,
    tokens: 3,
    cuts: [],
  }],
  ["characters", { path: "$.text", offset: 6, limit: 5 }, {
    value: "ipsum",
    type: "string",
    total: 24_000,
    offset: 6,
    next: 11,
    tokens: 3,
    cuts: [],
  }],
  ["members", { path: "$.names", offset: 98 }, {
    value: { k98: 98, k99: 99 },
    type: "object",
    total: 100,
    offset: 98,
    tokens: 13,
    cuts: [],
  }],
];

for (const [name, reading, page] of PAGES) {
  Deno.test(`page: ${name}`, () => assert.deepEqual(readPage(ROOT, reading), page));
}

Deno.test("a page takes whole members while there is room", () => {
  const { value, next, cuts, tokens } = readPage(ROOT, { path: "$.items", maxTokens: 256 });
  const shown = value as unknown[];
  assert.deepEqual(shown, ROOT.items.slice(0, shown.length));
  assert.ok(shown.length > 10 && shown.length < 30 && tokens <= 256);
  assert.deepEqual([next, cuts], [shown.length, []]);
});

Deno.test("an element that has no room alone is cut, and the cut names its place in the whole", () => {
  const root = { rows: [1, { body: "x y ".repeat(5000), id: 2 }, 3] };
  const page = readPage(root, { path: "$.rows", offset: 1, maxTokens: 256 });
  const [row] = page.value as { body: string; id: number }[];
  assert.equal(row?.id, 2);
  assert.equal(page.next, 2);
  assert.ok(page.tokens <= 256);
  const [cut] = page.cuts;
  assert.deepEqual([page.cuts.length, cut?.path, cut?.total], [1, "$.rows[1].body", 20_000]);
});

Deno.test("a member whose name has no room is passed over and counted, and larger pages have it", () => {
  const name = "n ".repeat(1000);
  const root = { [name]: 1, b: 2 };
  assert.deepEqual(readPage(root, { maxTokens: 256 }), {
    value: {},
    type: "object",
    total: 2,
    offset: 0,
    next: 1,
    tokens: 1,
    cuts: [],
    moreCuts: 1,
  });
  assert.deepEqual(readPage(root, { maxTokens: 256, offset: 1 }).value, { b: 2 });
  assert.deepEqual(readPage(root, {}).value, root);
});

const FAULTS: readonly (readonly [string, string])[] = [
  ["", 'a path begins with "$", at character 1 of ""'],
  [
    "$.items[",
    "expected .name, ['name'], [index], [start:end], .* or [*], at character 8 of \"$.items[\"",
  ],
  ["$.itmes", 'there is nothing at it; $ has "items", "text", "names", "a b"'],
  ["$.items[30].id", "there is nothing at it; $.items is an array of 30 elements"],
  ["$.items[0].id.x", "there is nothing at it; $.items[0].id is a number"],
  [
    "$.names.x",
    'there is nothing at it; $.names has "k0", "k1", "k2", "k3", "k4", "k5", "k6", "k7", "k8", ' +
    '"k9", and 90 more',
  ],
  ["$.constructor", 'there is nothing at it; $ has "items", "text", "names", "a b"'],
];

for (const [path, reason] of FAULTS) {
  Deno.test(`no page: ${JSON.stringify(path)}`, () => {
    assert.throws(() => readPage(ROOT, { path }), (error: CodemodeError) => {
      assert.deepEqual([error.code, error.message, error.details["issues"]], [
        "INVALID_REQUEST",
        `Cannot read by this path: ${reason}`,
        [{ path: "path", message: reason }],
      ]);
      return true;
    });
  });
}

Deno.test("a path that leads to too many places is refused, and slices of it are not", () => {
  const rows = new Array(100_001).fill(0);
  assert.throws(() => readPage(rows, { path: "$[*]" }), {
    message: "Cannot read by this path: it leads to more than 100000 places; use slices such as " +
      "[0:1000]",
  });
  assert.equal(readPage(rows, { path: "$[0:100000]" }).total, 100_000);
});

Deno.test("whatever a text holds, its pages put together are the text", () => {
  const text = fc.string({ unit: "binary", maxLength: 40 }).map((one) => one.repeat(50));
  fc.assert(
    fc.property(text, fc.integer({ min: 20, max: 500 }), (whole, limit) => {
      let read = "";
      for (let offset: number | undefined = 0; offset !== undefined;) {
        const page = readPage(whole, { offset, limit, maxTokens: 256 });
        assert.ok(page.tokens <= 256);
        assert.ok((page.value as string).length > 0 || whole === "");
        read += page.value;
        offset = page.next;
      }
      assert.equal(read, whole);
    }),
    { numRuns: 40 },
  );
});

/** Reads everything at `path` the way a caller must: page by page, and each cut by its own path. */
function readWhole(root: unknown, path = "$"): unknown {
  const parts: unknown[] = [];
  let type = "";
  for (let offset: number | undefined = 0; offset !== undefined;) {
    const page = readPage(root, { path, offset, maxTokens: 256 });
    type = page.type;
    if (page.cuts.length + (page.moreCuts ?? 0) > 0) {
      // One member alone: its own page is read on.
      const name = Object.keys(page.value as object)[0]!;
      const inner = type === "array" ? `${path}[${offset}]` : `${path}[${JSON.stringify(name)}]`;
      const value = readWhole(root, inner);
      parts.push(type === "array" ? [value] : { [name]: value });
    } else parts.push(page.value);
    offset = page.next;
  }
  if (type === "string") return parts.join("");
  if (type === "array") return parts.flat(1);
  return type === "object" ? Object.assign({}, ...parts) : parts[0];
}

Deno.test("nothing is lost: pages and the paths of cuts put together are the whole", () => {
  const { json } = fc.letrec((tie) => ({
    json: fc.oneof(
      { maxDepth: 4, depthSize: "large" },
      fc.string({ maxLength: 1500 }),
      fc.constantFrom(null, true, 1, "word ".repeat(600)),
      fc.array(tie("json"), { maxLength: 12 }),
      fc.dictionary(fc.stringMatching(/^[a-z]{1,8}$/), tie("json"), { noNullPrototype: true }),
    ),
  }));
  fc.assert(
    fc.property(json, (value) => assert.deepEqual(readWhole(value), value)),
    { numRuns: 100 },
  );
});
