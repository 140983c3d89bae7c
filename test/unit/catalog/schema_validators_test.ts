import assert from "node:assert/strict";
import { createLogger, type LogEntry } from "../../../src/base/log.ts";
import { MAX_MATCHED_LENGTH } from "../../../src/base/pattern_cost.ts";
import { MAX_STEPS } from "../../../src/catalog/check_budget.ts";
import { MAX_COLLECTED } from "../../../src/catalog/fault_budget.ts";
import {
  MAX_ALTERNATIVES,
  MAX_SCHEMA_CHARACTERS,
  MAX_SCHEMA_DEPTH,
  MAX_SCHEMA_NODES,
} from "../../../src/catalog/prepare_schema.ts";
import {
  MAX_COMPILED_SCHEMAS,
  MAX_ISSUES,
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
    { anyOf: Array(100).fill({ anyOf: Array(50).fill({}) }) },
    `it has more than ${MAX_SCHEMA_NODES} parts`,
  ],
  [
    "too many alternatives",
    { allOf: Array(MAX_ALTERNATIVES + 1).fill({}) },
    `it has more than ${MAX_ALTERNATIVES} alternatives in one place`,
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

const REFUSED_WORK = issue(
  "",
  "takes more work to check against its schema than is done for one value",
);
/** Costs about a third of the budget on the longest text. */
const SLOW = (at: number) => `[a-c]*[d-e]${at}`;
const LONG = "abc".repeat(1_300);
const many = <T>(count: number, make: (at: number) => T) =>
  Array.from({ length: count }, (_, at) => make(at));

const COSTLY: readonly (readonly [string, JsonSchema, unknown])[] = [
  ["many patterns on one text", { anyOf: many(100, (at) => ({ pattern: SLOW(at) })) }, LONG],
  [
    "patterns times names",
    { patternProperties: Object.fromEntries(many(20, (at) => [SLOW(at), true])) },
    Object.fromEntries(many(50, (at) => [`${LONG}${at}`, 1])),
  ],
  ["one pattern on many names", { propertyNames: { not: { pattern: SLOW(1) } } }, {
    ...Object.fromEntries(many(50, (at) => [`${LONG}${at}`, 1])),
  }],
  ["one pattern on many texts", { items: { not: { pattern: SLOW(1) } } }, Array(100).fill(LONG)],
  [
    "a long text measured again and again",
    { $defs: { m: { maxLength: 1 } }, anyOf: Array(150).fill({ $ref: "#/$defs/m" }) },
    "x".repeat(1_000_000),
  ],
  [
    "many texts with one of many values",
    { items: { not: { enum: many(9_000, (at) => `no ${at}`) } } },
    Array(200_000).fill("x"),
  ],
  [
    "a list compared with itself again and again",
    {
      $defs: { m: { not: { uniqueItems: true } } },
      anyOf: Array(150).fill({ $ref: "#/$defs/m" }),
    },
    many(1_000, (at) => `${"x".repeat(1_000)}${at}`),
  ],
  [
    "many objects with many names that are required",
    { items: { not: { required: many(2_000, (at) => `p${at}`) } } },
    Array(50_000).fill({}),
  ],
  [
    "an object with many names counted again and again",
    { $defs: { m: { minProperties: 1e9 } }, anyOf: Array(150).fill({ $ref: "#/$defs/m" }) },
    Object.fromEntries(many(100_000, (at) => [at, 1])),
  ],
];

for (const [name, schema, value] of COSTLY) {
  Deno.test(`a value that takes too much work is refused: ${name}`, () => {
    const { check, warnings } = create();
    assert.deepEqual(check(schema, value), REFUSED_WORK);
    assert.deepEqual(warnings(), []);
  });
}

Deno.test("each value has the whole budget, and usual large ones fit into it", () => {
  const { check } = create();
  const schema = {
    items: {
      properties: {
        id: { pattern: "^[0-9a-f]{8}-[0-9a-f]{4}$", maxLength: 36 },
        slug: { pattern: "[a-z]+-?" },
        country: { enum: many(250, (at) => `c${at}`) },
      },
    },
  };
  const value = many(
    50_000,
    (at) => ({ id: "0123abcd-45ef", slug: "a-b", country: `c${at % 250}` }),
  );
  assert.deepEqual([check(schema, value), check(schema, value)], [[], []]);
  const slow = { pattern: SLOW(1) };
  const refused = issue("", `must match pattern "${SLOW(1)}"`);
  assert.deepEqual(many(5, () => check(slow, LONG)), Array(5).fill(refused));
});
