import assert from "node:assert/strict";
import { checkAnswer, type QuestionAnswer } from "../../../src/contract/mod.ts";

const question = {
  mode: "form",
  requestedSchema: {
    type: "object",
    properties: {
      name: { type: "string", minLength: 2, maxLength: 3 },
      age: { type: "integer", minimum: 1, maximum: 9, default: 4 },
      share: { type: "number" },
      sure: { type: "boolean" },
      one: { type: "string", enum: ["a", "b"] },
      titled: { type: "string", oneOf: [{ const: "x", title: "X" }] },
      many: { type: "array", items: { anyOf: [{ const: "p" }, { const: "q" }] }, maxItems: 1 },
      few: { type: "array", items: { type: "string", enum: ["p"] }, minItems: 1 },
    },
    required: ["name", "age"],
  },
} as const;

const accept = (content: QuestionAnswer["content"]) =>
  checkAnswer(question, { action: "accept", ...(content ? { content } : {}) });

Deno.test("an answer that fits is sent with the form's defaults", () => {
  const content = { name: "abc", share: 0.5, sure: true, one: "b", titled: "x", many: ["q"] };
  assert.deepEqual(accept(content), {
    answer: { action: "accept", content: { ...content, age: 4 } },
  });
});

Deno.test("no content goes with declining, cancelling or a visited address", () => {
  const content = { name: 1 };
  for (const action of ["decline", "cancel"] as const) {
    assert.deepEqual(checkAnswer(question, { action, content }), { answer: { action } });
  }
  assert.deepEqual(checkAnswer({ mode: "url" }, { action: "accept", content }), {
    answer: { action: "accept" },
  });
});

Deno.test("what does not fit is named", () => {
  const cases: readonly (readonly [NonNullable<QuestionAnswer["content"]>, string])[] = [
    [{}, '"name" is missing'],
    [{ name: 3 }, '"name" must be a string'],
    [{ name: "a" }, '"name" must have at least 2 characters'],
    [{ name: "\u{1f600}bcd" }, '"name" must have at most 3 characters'],
    [{ name: "ab", age: 1.5 }, '"age" must be a whole number'],
    [{ name: "ab", age: 0 }, '"age" must be at least 1'],
    [{ name: "ab", age: 10 }, '"age" must be at most 9'],
    [{ name: "ab", share: "1" }, '"share" must be a number'],
    [{ name: "ab", share: Infinity }, '"share" must be a number'],
    [{ name: "ab", sure: "true" }, '"sure" must be true or false'],
    [{ name: "ab", one: "c" }, '"one" must be one of the choices'],
    [{ name: "ab", titled: "X" }, '"titled" must be one of the choices'],
    [{ name: "ab", many: "p" }, '"many" must be a list of choices'],
    [{ name: "ab", many: ["p", "q"] }, '"many" must have at most 1 choices'],
    [{ name: "ab", many: ["z"] }, '"many" must be one of the choices'],
    [{ name: "ab", few: [] }, '"few" must have at least 1 choices'],
    [{ name: "ab", constructor: "x" }, 'the form has no "constructor"'],
  ];
  for (const [content, issue] of cases) assert.deepEqual(accept(content), { issue });
  assert.deepEqual(accept(undefined), { issue: '"name" is missing' });
});
