import assert from "node:assert/strict";
import { readHeaderParameters } from "../../../src/mcp/header_parameters.ts";

const region = (more: Record<string, unknown> = {}) => ({
  type: "string",
  "x-mcp-header": "Region",
  ...more,
});
const input = (properties: Record<string, unknown>, more: Record<string, unknown> = {}) => ({
  type: "object",
  properties,
  ...more,
});

Deno.test("parameters are found at any depth of properties, and only declarations are", () => {
  const schema = input({
    region: region(),
    where: input({ zone: { type: "integer", "x-mcp-header": "Zone" } }),
    plain: { type: "string", default: { "x-mcp-header": "No" }, enum: [{ "x-mcp-header": "No" }] },
    "x-mcp-header": { type: "string" },
  }, { $defs: { "x-mcp-header": { type: "string" } } });
  assert.deepEqual(readHeaderParameters(schema), {
    parameters: [
      { name: "Region", path: ["region"] },
      { name: "Zone", path: ["where", "zone"] },
    ],
  });
  for (const nothing of [undefined, true, {}, input({})]) {
    assert.deepEqual(readHeaderParameters(nothing), { parameters: [] });
  }
});

Deno.test("one wrong declaration makes the tool unusable", () => {
  const misplaced = "it declares a header where no parameter is";
  const nameless = "it declares a header without a name";
  const cases: readonly (readonly [unknown, string])[] = [
    [region(), misplaced],
    [input({ a: { type: "array", items: region() } }), misplaced],
    [input({ a: { anyOf: [region()] } }), misplaced],
    [input({}, { additionalProperties: region() }), misplaced],
    [input({}, { $defs: { a: region() } }), misplaced],
    [input({}, { if: input({ a: region() }) }), misplaced],
    [input({ a: { type: "string", "x-mcp-header": "" } }), nameless],
    [input({ a: { type: "string", "x-mcp-header": "a b" } }), nameless],
    [input({ a: { type: "string", "x-mcp-header": "a\r\nb" } }), nameless],
    [input({ a: { type: "string", "x-mcp-header": 7 } }), nameless],
    [
      input({ a: region({ type: "number" }) }),
      'its header "Region" is for no string, integer or boolean',
    ],
    [
      input({ a: region({ type: "object" }) }),
      'its header "Region" is for no string, integer or boolean',
    ],
    [
      input({ a: region(), b: region({ "x-mcp-header": "REGION" }) }),
      'it declares the header "REGION" twice',
    ],
  ];
  for (const [schema, fault] of cases) {
    assert.deepEqual(readHeaderParameters(schema), { fault }, JSON.stringify(schema));
  }
});
