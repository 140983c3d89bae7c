/** What schemas mean as types: every keyword, every reference, every bound. */

import assert from "node:assert/strict";
import type { JsonSchema } from "../../../src/contract/mod.ts";
import {
  MAX_SERVER_PARTS,
  MIN_SCHEMA_PARTS,
  SCHEMA_LIMITS,
  SchemaBudget,
} from "../../../src/typegen/schema_budget.ts";
import { normalizeSchema } from "../../../src/typegen/normalize_schema.ts";
import { printType } from "../../../src/typegen/print_type.ts";
import { jsonSchemaToType } from "../../../src/typegen/mod.ts";
import { complaints } from "./type_checker.ts";

/** The type on one line, without comments. */
function typeOf(schema: unknown): string {
  const { root } = normalizeSchema(schema);
  const text = printType(root, { nameOf: (key) => key, comments: false });
  return text.replace(/;?\n\s*\}/g, " }").replace(/\s+/g, " ");
}

function problemsOf(schema: unknown): readonly string[] {
  return normalizeSchema(schema).problems;
}

const a = { type: "object", properties: { a: { type: "string" } }, required: ["a"] } as const;

Deno.test("keywords become types", () => {
  const cases: readonly (readonly [JsonSchema, string])[] = [
    [true, "unknown"],
    [false, "never"],
    [{}, "unknown"],
    [{ not: {} }, "never"],
    [{ not: true }, "never"],
    [{ type: "integer" }, "number"],
    [{ type: ["string", "null"] }, "string | null"],
    [{ type: ["array", "null"], items: { type: "string" } }, "string[] | null"],
    [{ type: "string", nullable: true }, "string | null"],
    [{ const: { a: [1, null] } }, "{ a: [1, null] }"],
    [{ type: "string", enum: ["a", "b", "a"] }, '"a" | "b"'],
    [{ enum: [] }, "never"],
    [{ minimum: 3 }, "number"],
    [{ pattern: "^x" }, "string"],
    [{ items: { type: "string" } }, "string[]"],
    [{ type: "array", items: { enum: ["a", "b"] } }, '("a" | "b")[]'],
    [{ prefixItems: [{ type: "string" }], items: { type: "number" } }, "[string, ...number[]]"],
    [{ prefixItems: [{ type: "string" }, { type: "number" }], minItems: 1 }, "[string, number?]"],
    [{ items: [{ type: "string" }], additionalItems: { type: "null" } }, "[string, ...null[]]"],
    [{ type: "array", items: false }, "never[]"],
    [{ type: "object" }, "{ [key: string]: unknown }"],
    [{ type: "object", additionalProperties: false }, "{ [key: string]: never }"],
    [{ additionalProperties: { type: "number" } }, "{ [key: string]: number }"],
    [{ patternProperties: { "^x": { type: "number" } } }, "{ [key: string]: number }"],
    [{ required: ["z"] }, "{ z: unknown }"],
    [{ ...a, required: ["a", "z"] }, "{ a: string; z: unknown }"],
    [
      { ...a, additionalProperties: { type: "number" } },
      "{ a: string; [key: string]: number | string }",
    ],
    [
      { properties: { o: a }, additionalProperties: { type: "number" } },
      "{ o?: { a: string }; [key: string]: number | object | undefined }",
    ],
    [
      {
        type: "object",
        propertyNames: { enum: ["x", "y"] },
        additionalProperties: { type: "number" },
        required: ["x"],
      },
      "{ x: number; y?: number }",
    ],
  ];
  for (const [schema, type] of cases) assert.equal(typeOf(schema), type, JSON.stringify(schema));
});

Deno.test("branches and conditions are combined with what stands beside them", () => {
  const b = { properties: { b: { type: "number" } } };
  const cases: readonly (readonly [JsonSchema, string])[] = [
    [{ allOf: [a, b] }, "{ a: string; b?: number }"],
    [{ ...a, allOf: [b] }, "{ a: string; b?: number }"],
    [{ ...a, anyOf: [b, { type: "null" }] }, "{ a: string } & ({ b?: number } | null)"],
    [{ type: "string", anyOf: [{ format: "date" }, { pattern: "x" }] }, "string"],
    [{ type: "object", oneOf: [a, b] }, "{ a: string } | { b?: number }"],
    [{ anyOf: [{ not: {} }, { type: "string" }] }, "string"],
    [
      {
        type: "object",
        properties: { x: { type: "string" }, y: { type: "number" } },
        anyOf: [{ required: ["x"] }, { required: ["y"] }],
      },
      "{ x?: string; y?: number } & ({ x: string } | { y: number })",
    ],
    [{ allOf: [{ properties: a.properties }], required: ["a"] }, "{ a: string } & { a?: string }"],
    [{ ...a, if: {}, then: b }, "{ a: string; b?: number }"],
    [{ ...a, dependentSchemas: { a: b } }, "{ a: string; b?: number }"],
    [{ if: {}, then: { type: "string" }, else: { type: "number" } }, "string | number"],
    [{ if: {}, then: { type: "string" } }, "unknown"],
  ];
  for (const [schema, type] of cases) assert.equal(typeOf(schema), type, JSON.stringify(schema));
});

Deno.test("references of every spelling are followed inside the document", () => {
  const target = { type: "boolean" };
  const cases: readonly JsonSchema[] = [
    { $ref: "#/$defs/x", $defs: { x: target } },
    { $ref: "#/definitions/a~1b~0c%20d", definitions: { "a/b~c d": target } },
    { $ref: "#/extra/items/0", extra: { items: [target] } },
    { $ref: "#here", $defs: { x: { $anchor: "here", ...target } } },
    { $ref: "#old", definitions: { x: { $id: "#old", ...target } } },
    { $dynamicRef: "#here", $defs: { x: { $dynamicAnchor: "here", ...target } } },
    { $id: "https://e.test/a.json", $ref: "b.json", $defs: { b: { $id: "b.json", ...target } } },
    { $id: "https://e.test/a.json", $ref: "a.json#/$defs/b", $defs: { b: target } },
    { $id: "https://e.test/a.json", $ref: "https://e.test/a.json#/$defs/b", $defs: { b: target } },
    { $ref: "b#/$defs/c", $defs: { b: { $id: "b", $defs: { c: target } } } },
    { $ref: "#/$defs/x", $defs: { x: { $ref: "#/$defs/y" }, y: target } },
  ];
  for (const schema of cases) {
    assert.equal(typeOf(schema), "boolean", JSON.stringify(schema));
    assert.deepEqual(problemsOf(schema), [], JSON.stringify(schema));
  }
});

Deno.test("pointers inside an embedded document start at its own root", () => {
  const schema = {
    $ref: "inner",
    $defs: {
      x: { type: "string" },
      inner: { $id: "inner", items: { $ref: "#/$defs/x" }, $defs: { x: { type: "number" } } },
    },
  };
  assert.equal(jsonSchemaToType(schema, "Outer"), "type Inner = number[];\ntype Outer = Inner");
});

Deno.test("references that lead nowhere are unknown and a problem, and break nothing else", () => {
  const references: Record<string, string> = {
    "#/$defs/none": "leads to nothing in the schema",
    "#/$defs/toString": "leads to nothing in the schema",
    "#/%E0%A4%A": "leads to nothing in the schema",
    "https://elsewhere.test/schema.json": "leads to nothing in the schema",
    "http://[": "leads to nothing in the schema",
    "#/$defs/loop": "leads in a circle or too far",
  };
  for (const [$ref, fault] of Object.entries(references)) {
    const schema = {
      type: "object",
      properties: { bad: { $ref }, good: { type: "string" } },
      $defs: { loop: { $ref: "#/$defs/back" }, back: { $ref: "#/$defs/loop" } },
    };
    assert.equal(typeOf(schema), "{ bad?: unknown; good?: string }", $ref);
    assert.deepEqual(problemsOf(schema), [`The reference ${JSON.stringify($ref)} ${fault}`]);
  }
});

Deno.test("types that consist of themselves lose that part", () => {
  const schema = {
    $ref: "#/$defs/A",
    $defs: {
      A: { anyOf: [{ type: "string" }, { $ref: "#/$defs/B" }] },
      B: { allOf: [{ $ref: "#/$defs/A" }, { properties: { x: { type: "number" } } }] },
    },
  };
  const text = jsonSchemaToType(schema, "T");
  assert.equal(text, "type A = string | B;\ntype B = { x?: number };\ntype T = A");
  assert.deepEqual(problemsOf(schema), ['The type "B" consists of itself']);
  assert.deepEqual(complaints({ "t.ts": text }), []);
});

Deno.test("what is no schema is unknown and a problem", () => {
  const schema = { properties: { a: 1, b: { type: "strnig" }, c: null, d: { type: "null" } } };
  assert.equal(typeOf(schema), "{ a?: unknown; b?: unknown; c?: unknown; d?: null }");
  assert.deepEqual(problemsOf(schema), [
    "A schema is neither an object nor a boolean",
    'There is no type "strnig"',
  ]);
  for (const hostile of [null, undefined, 5, "x", [], () => {}]) {
    assert.equal(typeOf(hostile), "unknown");
    assert.equal(problemsOf(hostile).length, 1);
  }
});

Deno.test("nesting beyond the limit is unknown", () => {
  const nest = (levels: number) => {
    let schema: JsonSchema = { type: "string" };
    for (let level = 0; level < levels; level++) schema = { type: "array", items: schema };
    return schema;
  };
  assert.equal(typeOf(nest(SCHEMA_LIMITS.depth)), `string${"[]".repeat(SCHEMA_LIMITS.depth)}`);
  const message = `The schema nests deeper than ${SCHEMA_LIMITS.depth} levels`;
  for (const levels of [SCHEMA_LIMITS.depth + 1, 10_000]) {
    assert.match(typeOf(nest(levels)), /^unknown(\[\])+$/);
    assert.deepEqual(problemsOf(nest(levels)), [message]);
  }
});

Deno.test("size beyond the limits is unknown, and soon", () => {
  const wide = Object.fromEntries(
    Array.from({ length: SCHEMA_LIMITS.nodes }, (_, index) => [`p${index}`, { type: "string" }]),
  );
  assert.deepEqual(problemsOf({ properties: wide }), [
    `The schema has more than ${SCHEMA_LIMITS.nodes} parts`,
  ]);
  const cyclic: Record<string, unknown> = { type: "object" };
  cyclic["properties"] = { left: cyclic, right: cyclic };
  assert.deepEqual(problemsOf(cyclic), [
    `The schema nests deeper than ${SCHEMA_LIMITS.depth} levels`,
    `The schema has more than ${SCHEMA_LIMITS.nodes} parts`,
  ]);
  const branches = Array.from({ length: SCHEMA_LIMITS.branches + 1 }, () => ({ type: "string" }));
  assert.equal(typeOf({ anyOf: branches }), "unknown");
  assert.deepEqual(problemsOf({ anyOf: branches }), [
    `anyOf has more than ${SCHEMA_LIMITS.branches} branches`,
  ]);
  assert.equal(typeOf({ anyOf: branches.slice(1) }), "string");
});

Deno.test("definitions and hops beyond the limits are unknown", () => {
  const chain = (length: number, link: (next: string) => object) =>
    Object.fromEntries(
      Array.from({ length }, (_, index) => [`d${index}`, link(`#/$defs/d${index + 1}`)]),
    );
  const deep = chain(10_000, ($ref) => ({ properties: { next: { $ref } } }));
  const schema = { $ref: "#/$defs/d0", $defs: deep };
  assert.deepEqual(problemsOf(schema), [
    `The schema has more than ${SCHEMA_LIMITS.definitions} named types`,
  ]);
  assert.deepEqual(complaints({ "t.ts": jsonSchemaToType(schema, "T") }), []);
  const hops = { $ref: "#/$defs/d0", $defs: chain(10_000, ($ref) => ({ $ref })) };
  assert.deepEqual(problemsOf(hops), ['The reference "#/$defs/d0" leads in a circle or too far']);
});

Deno.test("long enums are widened to the types of their values and say so", () => {
  const values = Array.from({ length: SCHEMA_LIMITS.enumValues + 1 }, (_, index) => `v${index}`);
  assert.equal(typeOf({ enum: values.slice(1) }).split(" | ").length, SCHEMA_LIMITS.enumValues);
  assert.equal(typeOf({ enum: [...values, 1, null] }), "string | number | null");
  const text = jsonSchemaToType({ properties: { v: { enum: values } } }, "T");
  assert.equal(
    text,
    'type T = {\n  /** @enum 101 values such as "v0", "v1", "v2" */\n  v?: string;\n}',
  );
});

Deno.test("hostile property names and texts stay inside their places", () => {
  const names = ["*/", "`", "\n", "__proto__", "\u2028", "\ud800", "a-b", "", "constructor", "\0"];
  const properties: Record<string, unknown> = Object.create(null);
  for (const name of names) {
    properties[name] = {
      type: "string",
      description: `${name} */ declare const evil: 1; /*\u2028\u202E`,
      default: `*/ ${name}`,
      enum: [name, "*/"],
    };
  }
  const text = jsonSchemaToType({ properties }, "T");
  assert.deepEqual(complaints({ "t.ts": `${text}\nexport {};` }), []);
  assert.equal(/[\u2028\u2029\u202E]/.test(text), false);
  assert.equal(text.isWellFormed(), true);
  assert.equal(text.includes("*/ declare"), false);
  for (const name of names) assert.ok(Object.hasOwn(properties, name));
  assert.deepEqual(
    normalizeSchema({ properties }).root.kind === "object" &&
      text.match(/^ {2}\S.*\?: /gm)?.map((line) => line.trim()),
    [
      '"*/"?:',
      '"`"?:',
      '"\\n"?:',
      "__proto__?:",
      '"\\u2028"?:',
      '"\\ud800"?:',
      '"a-b"?:',
      '""?:',
      "constructor?:",
      '"\\u0000"?:',
    ],
  );
});

Deno.test("what types cannot say becomes tags", () => {
  const schema = {
    properties: {
      n: { type: "integer", description: "How many", minimum: 1, maximum: 9, default: 3 },
      s: { type: "string", format: "email", maxLength: 80, deprecated: true },
    },
  };
  assert.equal(
    jsonSchemaToType(schema, "T"),
    `type T = {
  /**
   * How many
   * @integer
   * @default 3
   * @minimum 1
   * @maximum 9
   */
  n?: number;
  /**
   * @deprecated
   * @format email
   * @maxLength 80
   */
  s?: string;
}`,
  );
});

const wideSchema = (count: number) => ({
  properties: Object.fromEntries(Array.from({ length: count }, (_, at) => [`p${at}`, {}])),
});

Deno.test("properties beyond the parts of a schema are left out and told as an index", () => {
  const { root, parts } = normalizeSchema(wideSchema(100_000));
  assert.ok(root.kind === "object");
  assert.equal(parts, SCHEMA_LIMITS.nodes);
  assert.equal(root.properties.length, SCHEMA_LIMITS.nodes - 1);
  assert.deepEqual(root.index, { kind: "keyword", name: "unknown" });
  const required = normalizeSchema({
    type: "object",
    required: Array.from({ length: 100_000 }, (_, at) => `p${at}`),
  }).root;
  assert.ok(required.kind === "object" && required.properties.length < SCHEMA_LIMITS.nodes);
});

Deno.test("a large document costs a schema no more than its parts", () => {
  let asked = 0;
  const watched = new Proxy(wideSchema(100_000).properties, {
    get: (properties, name) => (asked += 1, Reflect.get(properties, name)),
  });
  const $defs = { big: { type: "object", properties: watched } };
  const spent = new SchemaBudget(0);
  const schema = { type: "object", properties: { q: { $ref: "#/$defs/big" } }, $defs };
  assert.equal(normalizeSchema(schema, spent).parts, MIN_SCHEMA_PARTS);
  assert.ok(asked < 20 * MIN_SCHEMA_PARTS, `${asked} properties were looked at`);
});

Deno.test("the schemas of one server share a budget, and each has a little", () => {
  const budget = new SchemaBudget();
  const partsOf = () => normalizeSchema(wideSchema(100_000), budget).parts;
  const full = MAX_SERVER_PARTS / SCHEMA_LIMITS.nodes;
  assert.deepEqual(Array.from({ length: full + 2 }, partsOf), [
    ...Array.from({ length: full }, () => SCHEMA_LIMITS.nodes),
    MIN_SCHEMA_PARTS,
    MIN_SCHEMA_PARTS,
  ]);
  assert.deepEqual(normalizeSchema(wideSchema(100), budget).problems, [
    `The schema has more than ${MIN_SCHEMA_PARTS} parts`,
  ]);
});
