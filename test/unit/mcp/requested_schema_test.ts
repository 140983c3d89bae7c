import assert from "node:assert/strict";
import {
  MAX_CHOICES,
  MAX_FIELD_TEXT,
  MAX_FIELDS,
  readRequestedSchema,
} from "../../../src/mcp/requested_schema.ts";

const form = (properties: Record<string, unknown>, required?: unknown) => ({
  type: "object",
  properties,
  ...(required === undefined ? {} : { required }),
});

Deno.test("every kind of field the protocol has is kept, what is added to it is left out", () => {
  const fields = {
    name: {
      type: "string",
      title: "Name",
      description: "Yours",
      minLength: 1,
      maxLength: 9,
      format: "email",
      default: "a@b.c",
    },
    age: { type: "integer", minimum: 0, maximum: 120, default: 7 },
    share: { type: "number", minimum: 0.5 },
    sure: { type: "boolean", default: false },
    one: { type: "string", enum: ["a", "b"], enumNames: ["A", "B"], default: "a" },
    titled: { type: "string", oneOf: [{ const: "a", title: "A" }, { const: "b" }] },
    many: { type: "array", items: { type: "string", enum: ["a"] }, minItems: 1, default: ["a"] },
    manyTitled: { type: "array", items: { anyOf: [{ const: "a", title: "A" }] }, maxItems: 2 },
  };
  const added = { name: { ...fields.name, pattern: "(a+)+$", $ref: "#/x", format: "email" } };
  assert.deepEqual(
    readRequestedSchema({ ...form({ ...fields, ...added }, ["age", "ghost", 1]), $defs: {} }),
    { schema: form(fields, ["age"]) },
  );
});

Deno.test("keywords of the wrong kind are left out", () => {
  const given = {
    a: { type: "string", title: 1, maxLength: "9", format: "regex", default: 4 },
    b: { type: "boolean", default: "yes" },
    c: { type: "string", enum: ["x"], enumNames: ["X", "Y"] },
  };
  assert.deepEqual(readRequestedSchema(form(given, "a")), {
    schema: form(
      { a: { type: "string" }, b: { type: "boolean" }, c: { type: "string", enum: ["x"] } },
      [],
    ),
  });
});

Deno.test("what a form cannot have is refused", () => {
  const refused = (name: string) => ({
    refused: `its field ${JSON.stringify(name)} is no text, number, boolean or choice`,
  });
  const fields: readonly unknown[] = [
    { type: "object", properties: {} },
    { type: "array", items: { type: "object" } },
    { type: "array", items: { type: "string" } },
    { type: "array" },
    { type: ["string", "null"] },
    { type: "string", enum: [] },
    { type: "string", enum: [1] },
    { type: "string", oneOf: [] },
    { type: "string", oneOf: [{ title: "A" }] },
    { type: "string", oneOf: Array.from({ length: MAX_CHOICES + 1 }, () => ({ const: "a" })) },
    { type: "string", enum: Array.from({ length: MAX_CHOICES + 1 }, () => "a") },
    { type: "string", enum: ["x".repeat(MAX_FIELD_TEXT + 1)] },
    {},
    null,
    "string",
  ];
  for (const field of fields) {
    assert.deepEqual(readRequestedSchema(form({ f: field })), refused("f"), JSON.stringify(field));
  }
});

Deno.test("names and the number of fields have a bound", () => {
  const many = (count: number) =>
    form(
      Object.fromEntries(Array.from({ length: count }, (_, at) => [`f${at}`, { type: "boolean" }])),
    );
  assert.ok("schema" in readRequestedSchema(many(MAX_FIELDS)));
  assert.deepEqual(readRequestedSchema(many(MAX_FIELDS + 1)), {
    refused: `its form has ${MAX_FIELDS + 1} fields, more than ${MAX_FIELDS}`,
  });
  const refused = { refused: "a field of its form has a name that is not allowed" };
  const hostile = JSON.parse('{"__proto__":{"type":"boolean"}}');
  for (const properties of [hostile, { "": {} }, { ["x".repeat(129)]: {} }, { "\ud800": {} }]) {
    assert.deepEqual(readRequestedSchema(form(properties)), refused);
  }
  for (const raw of [undefined, null, [], "x", { type: "array" }, { type: "object" }]) {
    assert.deepEqual(readRequestedSchema(raw), {
      refused: "its form is not the schema of an object",
    });
  }
});
