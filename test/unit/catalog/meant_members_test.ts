/** Names that were meant by misspelt members of an input. */

import assert from "node:assert/strict";
import { withMeantMembers } from "../../../src/catalog/meant_members.ts";
import { SchemaValidators } from "../../../src/catalog/schema_validators.ts";
import { silentLogger } from "../../../src/base/log.ts";
import type { JsonSchema } from "../../../src/contract/mod.ts";

const MESSAGE = { properties: { message: { type: "string" } }, required: ["message"] };
const CLOSED = { ...MESSAGE, additionalProperties: false };
const REQUIRED = "must have required property 'message'";

/** Faults as a caller is told them. */
function faults(schema: JsonSchema, input: Readonly<Record<string, unknown>>) {
  const issues = new SchemaValidators(silentLogger).check(schema, input, "x");
  return withMeantMembers(issues, schema, input).map(({ message }) => message);
}

Deno.test("a member that is written like an absent one is told with it", () => {
  assert.deepEqual(faults(MESSAGE, { mesage: "x" }), [
    'was given "mesage" (did you mean "message"?)',
    REQUIRED,
  ]);
  assert.deepEqual(faults(CLOSED, { mesage: "x" }), [
    REQUIRED,
    'must not have the property "mesage" (did you mean "message"?)',
  ]);
});

Deno.test("nothing is guessed of other words, nor of what is there already", () => {
  assert.deepEqual(faults(MESSAGE, { colour: "x" }), [REQUIRED]);
  assert.deepEqual(faults(CLOSED, { message: "x", mesage: "x" }), [
    'must not have the property "mesage"',
  ]);
  assert.deepEqual(faults(MESSAGE, JSON.parse('{"__proto__":1,"constructor":2}')), [REQUIRED]);
  assert.deepEqual(faults({ required: ["message"] }, { mesage: "x" }), [REQUIRED]);
});

Deno.test("only the first members are looked at, and none that is long", () => {
  const input = { a: 1, b: 1, c: 1, mesage: 1 };
  assert.deepEqual(faults(MESSAGE, input), [REQUIRED]);
  const long = "m".repeat(65);
  const schema = { properties: { [long]: {} }, required: [long] };
  assert.equal(faults(schema, { [`${long}n`]: 1 }).length, 1);
  const names = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`a${index}`, {}]));
  const wide = { properties: { ...names, message: {} }, required: ["message"] };
  assert.deepEqual(faults(wide, { mesage: 1 }), [REQUIRED]);
});
