/** Values made to fit: how much is left, that it is JSON, and that what was cut is told exactly. */

import assert from "node:assert/strict";
import fc from "fast-check";
import { parseJsonPath, selectValues } from "../../../src/base/json_path.ts";
import { estimateJsonTokens, fitResult, LEAST_TOKENS } from "../../../src/results/mod.ts";

const text = fc.oneof(
  fc.string(),
  fc.string({ unit: "binary", maxLength: 300 }),
  fc.constantFrom("__proto__", "constructor", "…", "\ud800", "\u0000".repeat(40), "x".repeat(5000)),
  fc.base64String({ maxLength: 2000 }),
);
const { json } = fc.letrec((tie) => ({
  json: fc.oneof(
    { maxDepth: 6, depthSize: "large" },
    text,
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.constantFrom(null, true, false, 0, 1e21),
    fc.array(tie("json"), { maxLength: 30 }),
    fc.array(fc.tuple(text, tie("json")), { maxLength: 30 }).map(Object.fromEntries),
  ),
}));

/** The value at the one place of `path`. */
function at(path: string, value: unknown): unknown {
  const segments = parseJsonPath(path);
  assert.ok(!("problem" in segments), path);
  const values = selectValues(segments, value);
  assert.equal(values?.length, 1, path);
  return values[0];
}

/** How many members a container shows, without the one that says what is missing. */
function sizeOf(value: unknown): number {
  if (typeof value === "string") return value.length;
  return Array.isArray(value) ? value.length : Object.keys(value as object).length;
}

Deno.test("any value fits any number of tokens, as JSON, with the list of cuts", () => {
  fc.assert(
    fc.property(json, fc.integer({ min: LEAST_TOKENS, max: 2000 }), (value, maxTokens) => {
      const fitted = fitResult(value, { maxTokens });
      assert.ok(fitted.tokens <= maxTokens, `${fitted.tokens} > ${maxTokens}`);
      assert.equal(fitted.tokens, estimateJsonTokens(fitted.value));
      assert.ok(fitted.tokens + estimateJsonTokens(fitted.cuts) <= maxTokens + 2);
      assert.deepEqual(JSON.parse(JSON.stringify(fitted.value)), positiveZeros(fitted.value));
      if (estimateJsonTokens(value) <= maxTokens) {
        assert.deepEqual(fitted, { value, tokens: fitted.tokens, cuts: [], moreCuts: 0 });
      } else assert.ok(fitted.cuts.length + fitted.moreCuts > 0);
    }),
    { numRuns: 150 },
  );
});

/** JSON has no -0, and nothing else may be lost on the way. */
function positiveZeros(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(positiveZeros);
  if (typeof value !== "object" || value === null) return Object.is(value, -0) ? 0 : value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name, positiveZeros(inner)]),
  );
}

Deno.test("each cut names a place of the original and its size, and what is shown is its head", () => {
  fc.assert(
    fc.property(json, fc.integer({ min: 100, max: 1000 }), (value, maxTokens) => {
      const fitted = fitResult(value, { maxTokens });
      for (const { path, kind, kept, total } of fitted.cuts) {
        const [original, shown] = [at(path, value), at(path, fitted.value)];
        assert.equal(sizeOf(original), total);
        assert.ok(kept < total);
        if (kind === "string") {
          assert.equal((shown as string).slice(0, kept), (original as string).slice(0, kept));
        } else assert.equal(sizeOf(shown), kept + 1);
        if (kind === "object") {
          const names = Object.keys(shown as object).slice(0, kept);
          const order = Object.keys(original as object).filter((name) => names.includes(name));
          assert.deepEqual(names, order);
        }
      }
    }),
    { numRuns: 150 },
  );
});

Deno.test("a list keeps its head and says how many it has lost", () => {
  const rows = Array.from({ length: 1000 }, (_none, id) => ({ id }));
  const { value, cuts } = fitResult({ rows, total: 1000 }, { maxTokens: 100 });
  assert.deepEqual(value, {
    rows: [...rows.slice(0, 7), "… 993 of 1000 items cut"],
    total: 1000,
  });
  assert.deepEqual(cuts, []);
  assert.deepEqual(fitResult({ rows }, { maxTokens: 400 }).cuts, [
    { path: "$.rows", kind: "array", kept: 52, total: 1000 },
  ]);
});

Deno.test("a text keeps its start and no half of a sign", () => {
  const { value, cuts } = fitResult("😀".repeat(1000), { maxTokens: 100 });
  assert.equal(value, `${"😀".repeat(20)}… 1960 of 2000 characters cut`);
  assert.deepEqual(cuts, []);
});

Deno.test("one huge member hides no other", () => {
  const huge = "lorem ipsum ".repeat(100_000);
  const { value, cuts } = fitResult({ first: huge, id: 7, list: [1, 2, 3], last: { a: "b" } }, {
    maxTokens: 400,
  });
  const { first, ...others } = value as { first: string };
  assert.deepEqual(others, { id: 7, list: [1, 2, 3], last: { a: "b" } });
  assert.ok(first.length > 500);
  assert.deepEqual(cuts.map(({ path, kind, total }) => [path, kind, total]), [
    ["$.first", "string", huge.length],
  ]);
});

Deno.test("two huge members share evenly, and a small one is whole", () => {
  const [a, c] = ["lorem ipsum ".repeat(9000), "dolor sit ".repeat(9000)];
  const { value } = fitResult({ a, b: "small", c }, { maxTokens: 1000 });
  const shown = value as Record<string, string>;
  assert.equal(shown["b"], "small");
  assert.ok(Math.abs(estimateJsonTokens(shown["a"]) - estimateJsonTokens(shown["c"])) < 30);
});

Deno.test("elements that all have room are whole, however much they differ", () => {
  const rows = Array.from(
    { length: 500 },
    (_none, id) => ({ id, note: "a1, b-c ".repeat(id % 40) }),
  );
  const { rows: shown } = fitResult({ rows }, { maxTokens: 3000 }).value as { rows: unknown[] };
  const kept = shown.length - 1;
  assert.deepEqual(shown, [...rows.slice(0, kept), `… ${500 - kept} of 500 items cut`]);
});

Deno.test("an object with more members than there is room for keeps the first", () => {
  const record = Object.fromEntries(Array.from({ length: 500 }, (_none, i) => [`k${i}`, i]));
  const { value } = fitResult(record, { maxTokens: 100 });
  const names = Object.keys(value as object);
  assert.equal(names.length, 14);
  assert.deepEqual(value, {
    ...Object.fromEntries(Object.entries(record).slice(0, 13)),
    "…": "487 of 500 keys cut",
  });
});

Deno.test("a member whose name is huge is passed over and counted", () => {
  const record = { ["n".repeat(100_000)]: 1, b: 2 };
  assert.deepEqual(fitResult(record, { maxTokens: 100 }).value, { b: 2, "…": "1 of 2 keys cut" });
});

Deno.test("names that objects inherit are members like any other", () => {
  const hostile = JSON.parse(
    `{"__proto__":{"polluted":"${"x".repeat(5000)}"},"constructor":1,"…":2}`,
  );
  const { value } = fitResult(hostile, { maxTokens: 100 });
  assert.deepEqual(Object.keys(value as object), ["__proto__", "constructor", "…"]);
  assert.equal(Object.getPrototypeOf(value), Object.prototype);
  const many = { "…": 1, ...Object.fromEntries(Array.from({ length: 99 }, (_none, i) => [i, i])) };
  const shown = fitResult(many, { maxTokens: 100 }).value as Record<string, unknown>;
  assert.match(String(shown["…2"]), /^\d+ of 100 keys cut$/);
});

Deno.test("a value deeper than anyone reads is summed up", () => {
  const deep = JSON.parse("[".repeat(5000) + "1" + "]".repeat(5000));
  const { value, tokens } = fitResult(deep, { maxTokens: 100_000 });
  assert.ok(tokens < 1000);
  assert.match(JSON.stringify(value), /^\[{257}"… 1 of 1 items cut"\]{257}$/);
});

Deno.test("too few tokens are a misuse", () => {
  for (const maxTokens of [31, 0, -1, NaN]) {
    assert.throws(() => fitResult([], { maxTokens }), {
      name: "RangeError",
      message: `Cannot fit a result into ${maxTokens} tokens: the least is 32`,
    });
  }
});

Deno.test("the work goes with the tokens, whatever the size", () => {
  let reads = 0;
  const counting = <T extends object>(target: T) =>
    new Proxy(target, {
      get: (from, key, receiver) => {
        reads += 1;
        return Reflect.get(from, key, receiver);
      },
    });
  const list = counting(new Array(1_000_000).fill("x y z"));
  const { value } = fitResult({ list, lists: [list, list] }, { maxTokens: 1000 });
  assert.equal((value as { lists: unknown[] }).lists.length, 2);
  assert.ok(reads < 20_000, `${reads} reads`);
});

Deno.test("the names of an object are listed once, however deep it lies", () => {
  let listings = 0;
  let nested: unknown = new Proxy(
    Object.fromEntries(Array.from({ length: 5000 }, (_none, i) => [`k${i}`, i])),
    {
      ownKeys: (target) => {
        listings += 1;
        return Reflect.ownKeys(target);
      },
    },
  );
  for (let depth = 0; depth < 100; depth += 1) nested = { inner: nested, other: "x".repeat(999) };
  assert.ok(fitResult(nested, { maxTokens: 20_000 }).tokens <= 20_000);
  assert.equal(listings, 1);
});

Deno.test("names that leave no short one free for the notice cost nothing more", () => {
  const dots: Record<string, unknown> = { pad: "x".repeat(50_000) };
  for (let length = 1; length < 1500; length += 1) dots["…".repeat(length)] = 1;
  for (let index = 2; index < 1500; index += 1) dots[`…${index}`] = 1;
  for (const maxTokens of [LEAST_TOKENS, 320, 1000, 6000]) {
    const { value, tokens } = fitResult(dots, { maxTokens });
    assert.ok(estimateJsonTokens(value) <= tokens && tokens <= maxTokens, `${tokens}`);
    assert.match(String((value as typeof dots)["…1500"]), /^\d+ of 2998 keys cut$/);
  }
});
