/** Which answers fit a form. */

import assert from "node:assert/strict";
import { contentIssues } from "../../../src/engine/question_content.ts";

const FORM = {
  type: "object",
  properties: {
    name: { type: "string", minLength: 2, maxLength: 4 },
    mail: { type: "string", format: "email" },
    site: { type: "string", format: "uri" },
    day: { type: "string", format: "date" },
    moment: { type: "string", format: "date-time" },
    age: { type: "integer", minimum: 18, maximum: 99 },
    share: { type: "number" },
    sure: { type: "boolean" },
    color: { type: "string", enum: ["red", "blue"] },
    titled: { type: "string", oneOf: [{ const: "r", title: "Red" }] },
    many: { type: "array", items: { enum: ["a", "b", "c"] }, minItems: 1, maxItems: 2 },
    others: { type: "array", items: { anyOf: [{ const: "x" }] } },
  },
};

Deno.test("question content: values of every kind fit", () => {
  const content = {
    name: "Ada😀",
    mail: "ada@example.org",
    site: "https://example.org/",
    day: "2026-01-31",
    moment: "2026-01-31T12:00:00Z",
    age: 18,
    share: 3,
    sure: false,
    color: "red",
    titled: "r",
    many: ["a", "b"],
    others: ["x"],
  };
  assert.deepEqual(contentIssues({ ...FORM, required: Object.keys(content) }, content), []);
});

const FAULTS: readonly (readonly [string, string | number | boolean | string[], string])[] = [
  ["name", "A", "must have at least 2 characters"],
  ["name", "Adaaa", "must have at most 4 characters"],
  ["name", 7, "must be of type string"],
  ["mail", "ada", "must be an email"],
  ["site", "nowhere", "must be a URI"],
  ["day", "2026-13-01", "must be a date such as 2026-01-31"],
  ["moment", "2026-01-31", "must be a time such as 2026-01-31T12:00:00Z"],
  ["age", 17, "must be at least 18"],
  ["age", 100, "must be at most 99"],
  ["age", 20.5, "must be of type integer"],
  ["share", "3", "must be of type number"],
  ["sure", "yes", "must be of type boolean"],
  ["color", "green", "must be one of red, blue"],
  ["titled", "Red", "must be one of r"],
  ["many", ["d"], "may hold only a, b, c"],
  ["many", [], "must have at least 1 values"],
  ["many", ["a", "b", "c"], "must have at most 2 values"],
  ["many", "a", "must be of type array"],
  ["unknown", "x", "is not asked for"],
  ["constructor", "x", "is not asked for"],
];

for (const [path, value, message] of FAULTS) {
  Deno.test(`question content: ${path} as ${JSON.stringify(value)} ${message}`, () => {
    assert.deepEqual(contentIssues(FORM, { [path]: value }), [{ path, message }]);
  });
}

Deno.test("question content: what is required and absent is told", () => {
  assert.deepEqual(contentIssues({ ...FORM, required: ["name", "age", 7] }, { age: 20 }), [
    { path: "name", message: "is required" },
  ]);
});

Deno.test("question content: a schema that makes no sense asks for nothing", () => {
  for (const schema of [undefined, null, [], "x", { properties: [] }, { required: "name" }]) {
    assert.deepEqual(contentIssues(schema, {}), []);
    assert.deepEqual(contentIssues(schema, { a: 1 }), [{ path: "a", message: "is not asked for" }]);
  }
});
