/** What a shape keeps of values: kinds and names, never the values, and within its bounds. */

import assert from "node:assert/strict";
import type { JsonSchema } from "../../../src/contract/mod.ts";
import { MAX_NAMES } from "../../../src/shapes/names.ts";
import { MAX_PARTS, MAX_VISITED, Shape } from "../../../src/shapes/shape.ts";
import { MAX_SCHEMA_TEXT, toSchema } from "../../../src/shapes/shape_schema.ts";

function learned(...values: readonly unknown[]): JsonSchema {
  const shape = new Shape();
  let parts = MAX_PARTS;
  for (const value of values) {
    const left = { parts, visits: MAX_VISITED };
    shape.learn(value, left);
    parts = left.parts;
  }
  return toSchema(shape);
}

const STRING = { type: "string" };
const NUMBER = { type: "number" };

function object(properties: Record<string, JsonSchema>, ...optional: string[]): JsonSchema {
  const required = Object.keys(properties).filter((name) => !optional.includes(name));
  return { type: "object", properties, required, additionalProperties: false };
}

function map(values: JsonSchema): JsonSchema {
  return { type: "object", additionalProperties: values };
}

const CASES: readonly (readonly [string, readonly unknown[], JsonSchema])[] = [
  ["a text", ["secret"], STRING],
  ["a text or nothing", ["secret", null], { type: ["null", "string"] }],
  ["numbers", [1, 2.5], NUMBER],
  ["a list", [["a", "b"]], { type: "array", items: STRING }],
  ["a list of several kinds", [["a", 1, true]], {
    type: "array",
    items: { type: ["boolean", "number", "string"] },
  }],
  ["an empty list", [[]], { type: "array", items: {} }],
  ["an empty list, then a full one", [[], [1]], { type: "array", items: NUMBER }],
  ["an object", [{ b: 1, a: "x" }], object({ a: STRING, b: NUMBER })],
  ["an empty object", [{}], object({})],
  ["a property that is not always there", [{ a: "x", b: 1 }, { a: "y" }], {
    ...object({ a: STRING, b: NUMBER }, "b") as object,
  }],
  [
    "a property that came later",
    [{ a: "x" }, { a: "y", b: 1 }],
    object(
      { a: STRING, b: NUMBER },
      "b",
    ),
  ],
  [
    "objects in a list",
    [{ items: [{ id: 1 }, { id: 2, tag: null }] }],
    object({
      items: { type: "array", items: object({ id: NUMBER, tag: { type: "null" } }, "tag") },
    }),
  ],
  ["an object or a list", [{ a: 1 }, ["x"]], {
    anyOf: [{ type: "array", items: STRING }, object({ a: NUMBER })],
  }],
  ["days as keys", [{ "2024-01-01": 1, "2024-01-02": 2 }], map(NUMBER)],
  ["addresses as keys", [{ "me@example.com": { age: 3 } }], map(object({ age: NUMBER }))],
  ["ids as keys", [{ "9f86d081884c7d659a2feaa0c55ad015": "x" }], map(STRING)],
  ["paths as keys", [{ "/home/me/secret.txt": 1 }], map(NUMBER)],
  ["entries that are all alike", [
    Object.fromEntries("abcdefgh".split("").map((name) => [name, { n: 1 }])),
  ], map(object({ n: NUMBER }))],
  [
    "names first, data later",
    [{ a: 1 }, { "2024-01-01": "x" }],
    map({
      type: ["number", "string"],
    }),
  ],
  [
    "header names are names",
    [{ "Content-Type": "x", "@id": "y", "First name": "z" }],
    object({
      "@id": STRING,
      "Content-Type": STRING,
      "First name": STRING,
    }),
  ],
  [
    "what JSON does not have",
    [{ at: new Date(0), big: 1n, none: undefined }],
    object({
      at: {},
      big: {},
    }),
  ],
];

for (const [name, values, schema] of CASES) {
  Deno.test(`learned from ${name}`, () => assert.deepEqual(learned(...values), schema));
}

Deno.test("no value is kept, whatever it is", () => {
  const text = JSON.stringify(learned(
    { token: "s3cr3t", n: 41234, list: ["s3cr3t"], "s3cr3t@example.com": 1, a: 1, b: 2 },
    { token: ["s3cr3t"], map: { "8400-s3cr3t": "s3cr3t" } },
  ));
  assert.ok(!text.includes("s3cr3t"), text);
  assert.ok(!text.includes("41234"));
});

Deno.test("names that differ from result to result are data", () => {
  const days = Array.from({ length: 5 }, (_, result) =>
    Object.fromEntries(
      Array.from({ length: 4 }, (_, index) => [`symbol_${result}_${index}`, index]),
    ));
  assert.deepEqual(learned(...days), map(NUMBER));
});

Deno.test("hostile names are names like any other", () => {
  const value = JSON.parse('{"__proto__":1,"constructor":"x","toString":{"valueOf":null}}');
  const schema = learned(value) as { properties: Record<string, unknown>; required: string[] };
  assert.deepEqual(schema.required, ["__proto__", "constructor", "toString"]);
  assert.deepEqual(Object.keys(schema.properties), schema.required);
  assert.equal(Object.getPrototypeOf(schema.properties), Object.prototype);
});

Deno.test("one name more than an object may have makes it a map", () => {
  const wide = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`n${index}`, index]));
  assert.deepEqual(Object.keys(learned(wide(MAX_NAMES)) as object), [
    "type",
    "properties",
    "required",
    "additionalProperties",
  ]);
  assert.deepEqual(learned(wide(MAX_NAMES + 1)), map(NUMBER));
});

Deno.test("what is too deep may be anything", () => {
  let value: unknown = "leaf";
  for (let level = 0; level < 8; level++) value = [value];
  const text = JSON.stringify(learned(value));
  assert.equal(text.split("array").length - 1, 8);
  assert.ok(text.includes('{"type":"string"}'));
  for (let level = 0; level < 100_000; level++) value = [value];
  const cut = JSON.stringify(learned(value));
  assert.equal(cut.split("array").length - 1, 8);
  assert.ok(cut.includes('"items":{}') && !cut.includes("string"));
});

Deno.test("more parts than are kept leave the rest open", () => {
  const shape = new Shape();
  const left = { parts: 3, visits: MAX_VISITED };
  shape.learn({ a: 1, b: 2, c: { d: 1 }, e: 5 }, left);
  assert.equal(left.parts, 0);
  assert.deepEqual(toSchema(shape), {
    type: "object",
    properties: {
      a: NUMBER,
      b: NUMBER,
      c: { type: "object", properties: {}, required: [], additionalProperties: true },
    },
    required: ["a", "b", "c"],
    additionalProperties: true,
  });
});

Deno.test("a huge result is looked at in part, and no property becomes optional by that", () => {
  const row = Object.fromEntries(Array.from({ length: 90 }, (_, index) => [`n${index}`, index]));
  const shape = new Shape();
  const left = { parts: MAX_PARTS, visits: MAX_VISITED };
  shape.learn({ rows: Array(100_000).fill(row) }, left);
  assert.ok(left.visits >= 0);
  const schema = toSchema(shape) as { properties: { rows: { items: { required: string[] } } } };
  assert.equal(schema.properties.rows.items.required.length, 90);
});

Deno.test("a schema too long to read is cut at the depth that fits", () => {
  const wide = (inner: unknown) =>
    Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`property_${index}`, inner]));
  const value = wide({ ...wide(1), different: 1 });
  const shape = new Shape();
  shape.learn({ ...value, one: 1 }, { parts: 10_000, visits: 10_000 });
  const text = JSON.stringify(toSchema(shape));
  assert.ok(text.length <= MAX_SCHEMA_TEXT);
  assert.ok(text.includes('"property_3":{"type":"object"}'), text);
});
