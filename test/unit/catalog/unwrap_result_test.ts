import assert from "node:assert/strict";
import { failureMessage, unwrapResult } from "../../../src/catalog/unwrap_result.ts";
import vectors from "../../fixtures/vectors/unwrap_mcp_result.json" with { type: "json" };

/** Where the recorded system answers with its own envelope, ours gives the bare content list. */
const DEVIATIONS: Readonly<Record<string, { readonly returns: unknown; readonly reason: string }>> =
  {
    "unwrapMcpResult/15": {
      returns: [
        { type: "text", text: "t" },
        { type: "image", data: "AA==", mimeType: "image/png" },
      ],
      reason: "mixed content is promised as the content list itself",
    },
    "unwrapMcpResult/16": { returns: [], reason: "no content is an empty content list" },
    "unwrapMcpResult/17": { returns: [], reason: "a missing content list reads as an empty one" },
  };

for (const { id, input, expected } of vectors) {
  const deviation = DEVIATIONS[id];
  Deno.test(`${id}${deviation ? `, deviating: ${deviation.reason}` : ""}`, () => {
    if (input.isError) return assert.equal(failureMessage(input), expected.throws);
    const { value } = unwrapResult(input);
    assert.deepEqual(value, deviation ? deviation.returns : expected.returns);
    if (deviation) assert.notDeepEqual(value, expected.returns);
  });
}

Deno.test("each deviation is about a vector that exists", () => {
  const ids = new Set<string>(vectors.map(({ id }) => id));
  assert.deepEqual(Object.keys(DEVIATIONS).filter((id) => !ids.has(id)), []);
});

const text = (value: string) => unwrapResult({ content: [{ type: "text", text: value }] }).value;

Deno.test("a number that would print differently stays text", () => {
  const kept = ["12345678901234567890", "1.0", "1e3", "-0"].map(text);
  assert.deepEqual(kept, ["12345678901234567890", "1.0", "1e3", "-0"]);
  assert.deepEqual(["8", "1.5", " 7 ", "null", '"x"'].map(text), [8, 1.5, 7, null, "x"]);
});

Deno.test("content that is not what it should be does no harm", () => {
  const odd = { content: "no list" as unknown as [] };
  assert.deepEqual(unwrapResult(odd), { value: [], isStructured: false });
  const holes = { content: [null, { type: "text", text: 7 }] as unknown as [] };
  assert.deepEqual(unwrapResult(holes).value, holes.content);
});

Deno.test("only structured content counts as structured", () => {
  const content = [{ type: "text", text: "{}" }];
  assert.equal(unwrapResult({ content }).isStructured, false);
  assert.deepEqual(unwrapResult({ content, structuredContent: {} }), {
    value: {},
    isStructured: true,
  });
});

Deno.test("JSON with more in it than any value may have stays text", () => {
  const wide = `{${Array.from({ length: 101_000 }, (_none, id) => `"k${id}":1`)}}`;
  assert.equal(text(wide), wide);
});
