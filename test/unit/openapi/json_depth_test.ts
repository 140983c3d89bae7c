import assert from "node:assert/strict";
import { nestsDeeper } from "../../../src/openapi/json_depth.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

Deno.test("the depth of a JSON text is that of its arrays and objects", () => {
  for (const text of ['[[1],{"a":[2]}]', '{"a":{"b":[]}}', "[[[]],[[]]]"]) {
    assert.equal(nestsDeeper(bytes(text), 3), false, text);
    assert.equal(nestsDeeper(bytes(text), 2), true, text);
  }
});

Deno.test("brackets in texts are no nesting, and none in a text is the end of it", () => {
  for (const text of ['["[[["]', '["\\"[[["]', '["\\\\","]]"]', '{"{{":"}}"}']) {
    assert.equal(nestsDeeper(bytes(text), 1), false, text);
  }
  assert.equal(nestsDeeper(bytes('["\\\\",[1]]'), 1), true);
  assert.equal(nestsDeeper(bytes("[".repeat(1_001))), true);
  assert.equal(nestsDeeper(bytes("[".repeat(1_000) + "]".repeat(1_000))), false);
});
