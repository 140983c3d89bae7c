import assert from "node:assert/strict";
import { createLogger, type LogEntry } from "../../../src/base/log.ts";
import { MAX_MATCHED_LENGTH } from "../../../src/base/pattern_cost.ts";
import { MAX_COLLECTED } from "../../../src/catalog/fault_budget.ts";
import {
  MAX_SCHEMA_CHARACTERS,
  MAX_SCHEMA_DEPTH,
  MAX_SCHEMA_NODES,
} from "../../../src/catalog/prepare_schema.ts";
import {
  MAX_COMPILED_SCHEMAS,
  MAX_ISSUES,
  MAX_STEPS,
  MAX_UNIQUE_ITEMS,
  SchemaValidators,
} from "../../../src/catalog/schema_validators.ts";
import type { JsonSchema } from "../../../src/contract/mod.ts";

function create(): {
  check: (schema: JsonSchema, value: unknown) => unknown;
  warnings: () => unknown[];
} {
  const log: LogEntry[] = [];
  const logger = createLogger([{ write: (entry) => void log.push(entry) }]);
  const validators = new SchemaValidators(logger);
  return {
    check: (schema, value) => validators.check(schema, value, "s.t"),
    warnings: () => log.map((entry) => entry.fields.reason),
  };
}

const issue = (path: string, message: string) => [{ path, message }];

const CASES: readonly (readonly [string, JsonSchema, unknown, unknown])[] = [
  ["true accepts", true, 1, []],
  ["false refuses", false, 1, issue("", "must not be given")],
  ["a type", { properties: { q: { type: "string" } } }, { q: 1 }, issue("/q", "must be string")],
  ["a missing property", { required: ["q"] }, {}, issue("", "must have required property 'q'")],
  [
    "an unknown property",
    { properties: { q: {} }, additionalProperties: false },
    { p: 1 },
    issue("", 'must not have the property "p"'),
  ],
  ["an enum", { enum: ["a", "b"] }, "c", issue("", 'must be one of ["a","b"]')],
  ["const as data", { const: { $ref: "x" } }, { $ref: "x" }, []],
  [
    "a property named $ref",
    { properties: { $ref: { type: "string" } } },
    { $ref: 1 },
    issue("/$ref", "must be string"),
  ],
  [
    "a property named title",
    { properties: { title: { type: "string" } } },
    { title: 1 },
    issue("/title", "must be string"),
  ],
  [
    "a 2020-12 tuple",
    { $schema: "https://json-schema.org/draft/2020-12/schema", prefixItems: [{ type: "string" }] },
    [1],
    issue("/0", "must be string"),
  ],
  [
    "a draft-07 tuple",
    { $schema: "http://json-schema.org/draft-07/schema#", items: [{ type: "string" }] },
    [1],
    issue("/0", "must be string"),
  ],
  [
    "a recursive schema",
    {
      $defs: { n: { type: "object", properties: { n: { $ref: "#/$defs/n" } } } },
      $ref: "#/$defs/n",
    },
    { n: { n: 1 } },
    issue("/n/n", "must be object"),
  ],
  ["an unknown format", { format: "no-such" }, "x", []],
  ["a format", { type: "string", format: "date" }, "x", issue("", 'must match format "date"')],
  ["a pattern", { pattern: "^a+$" }, "b", issue("", 'must match pattern "^a+$"')],
  ["an explosive pattern is not matched", { pattern: "^(a+)+$" }, `${"a".repeat(60)}b`, []],
  ["a pattern that is none", { pattern: "[" }, "x", []],
  ["a pattern on a text too long", { pattern: "^b$" }, "a".repeat(MAX_MATCHED_LENGTH + 1), []],
  ["duplicates", { uniqueItems: true }, [1, 1], issue("", "must not have duplicate items")],
  ["duplicates among too many", { uniqueItems: true }, Array(MAX_UNIQUE_ITEMS + 1).fill(1), []],
  ["an asynchronous schema", { $async: true, type: "string" }, 1, issue("", "must be string")],
  [
    "__proto__ as a value's key",
    { additionalProperties: { type: "number" } },
    JSON.parse('{"__proto__":1}'),
    [],
  ],
];

for (const [name, schema, value, expected] of CASES) {
  Deno.test(`a value against a schema: ${name}`, () => {
    const { check, warnings } = create();
    assert.deepEqual(check(schema, value), expected);
    assert.deepEqual(warnings(), []);
  });
}

function nested(depth: number): JsonSchema {
  return depth === 0 ? {} : { not: nested(depth - 1) };
}

const REFUSED: readonly (readonly [string, JsonSchema, string])[] = [
  ["another document", { $ref: "https://example.com/s.json" }, "it refers to another document"],
  ["a file", { items: { $ref: "file:///etc/passwd" } }, "it refers to another document"],
  ["a dynamic reference", { $dynamicRef: "#x" }, "it uses $dynamicRef"],
  ["a dead reference", { $ref: "#/$defs/none" }, "can't resolve reference #/$defs/none from id #"],
  ["too deep", nested(MAX_SCHEMA_DEPTH + 1), `it is nested deeper than ${MAX_SCHEMA_DEPTH}`],
  [
    "too many parts",
    { anyOf: Array(MAX_SCHEMA_NODES).fill({}) },
    `it has more than ${MAX_SCHEMA_NODES} parts`,
  ],
  [
    "too much text",
    { const: "x".repeat(MAX_SCHEMA_CHARACTERS) },
    `it has more than ${MAX_SCHEMA_CHARACTERS} characters`,
  ],
];

for (const [name, schema, reason] of REFUSED) {
  Deno.test(`a schema that cannot be used accepts everything and warns once: ${name}`, () => {
    const { check, warnings } = create();
    assert.deepEqual([check(schema, 1), check(schema, "x")], [[], []]);
    assert.deepEqual(warnings(), [reason]);
  });
}

Deno.test("a cyclic schema accepts everything", () => {
  const cyclic: Record<string, unknown> = {};
  cyclic.not = cyclic;
  const { check } = create();
  assert.deepEqual(check(cyclic, 1), []);
});

Deno.test("references that repeat work exponentially end at the step limit", () => {
  const $defs: Record<string, unknown> = { d40: { type: "number" } };
  for (let at = 0; at < 40; at += 1) {
    const $ref = `#/$defs/d${at + 1}`;
    $defs[`d${at}`] = { allOf: [{ $ref }, { $ref }] };
  }
  const { check, warnings } = create();
  assert.deepEqual(check({ $defs, $ref: "#/$defs/d0" }, 1), []);
  assert.deepEqual(warnings(), [`it takes more than ${MAX_STEPS} steps`]);
});

Deno.test("a reference to itself ends", () => {
  const { check } = create();
  assert.deepEqual(check({ $ref: "#" }, 1), []);
});

Deno.test("the faults reported have a limit", () => {
  const { check } = create();
  const anyOf = Array.from({ length: 100 }, (_, index) => ({ minimum: index }));
  assert.equal((check({ anyOf }, -1) as unknown[]).length, MAX_ISSUES);
});

Deno.test("every fault is told, each once", () => {
  const { check } = create();
  const name = { type: "string", minLength: 2 };
  const properties = { a: { type: "string" }, b: { type: "number" }, names: { items: name } };
  const schema = { type: "object", properties, required: ["a", "b"], additionalProperties: false };
  const value = { a: 1, names: ["x", "fine", 2], more: true };
  const faults = [
    ...issue("", "must have required property 'b'"),
    ...issue("", 'must not have the property "more"'),
    ...issue("/a", "must be string"),
    ...issue("/names/0", "must NOT have fewer than 2 characters"),
    ...issue("/names/2", "must be string"),
  ];
  assert.deepEqual(check(schema, value), faults);
  assert.deepEqual(check(schema, value), faults);
  const twice = { anyOf: [{ type: "string" }, { type: "string" }] };
  assert.deepEqual(check(twice, 1), [
    ...issue("", "must be string"),
    ...issue("", "must match a schema in anyOf"),
  ]);
});

Deno.test("where telling every fault could take too much, the first one is told", () => {
  const { check, warnings } = create();
  const many = Object.fromEntries(Array.from({ length: 1_000 }, (_, at) => [`k${at}`, false]));
  const large: readonly (readonly [string, JsonSchema, unknown])[] = [
    ["a large value", { items: { type: "string" } }, Array(MAX_COLLECTED).fill(1)],
    ["many parts of many members", { items: { type: "string" } }, Array(5_000).fill(1)],
    ["a large schema", { required: Array.from({ length: 19_000 }, (_, at) => `k${at}`) }, {
      list: Array(90_000).fill(1),
    }],
    ["patterns", { patternProperties: { "^k": false, "1": false } }, many],
  ];
  for (const [name, schema, value] of large) {
    assert.equal((check(schema, value) as unknown[]).length, 1, name);
  }
  assert.deepEqual(warnings(), []);
});

Deno.test("the least recently used compiled schema is let go and compiled again", () => {
  const { check, warnings } = create();
  const bad = () => ({ $ref: "https://example.com" });
  check(bad(), 1);
  check(bad(), 1);
  assert.equal(warnings().length, 1);
  for (let index = 0; index < MAX_COMPILED_SCHEMAS; index += 1) {
    check({ const: index, $ref: "x" }, 1);
  }
  check(bad(), 1);
  assert.equal(warnings().length, MAX_COMPILED_SCHEMAS + 2);
});
