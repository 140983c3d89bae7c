/** Recorded behaviour of another system. Its sizes are characters, four to a token; ours are tokens. */

import assert from "node:assert/strict";
import { estimateTokens, fitResult, LEAST_TOKENS } from "../../../src/results/mod.ts";
import { readVectors, type Vector } from "../../harness/vectors.ts";

type Input = { readonly value?: unknown; readonly options: { readonly maxChars: number } };
type Text = { readonly text: unknown; readonly options: { readonly maxChars: number } };

/**
 * Declared deviations. All of them: the notice is worded as ours and says how much there was; a text
 * stays one text with the notice at its end; nothing is cut that fits in {@link LEAST_TOKENS}; and a
 * value that is no container is never turned into half of its own spelling.
 */
const CUT = /… [\d]+ of [\d]+ (?:items|characters) cut|[\d]+ of [\d]+ keys cut/;

/** Fits in the least that we fit anything into, so it is whole here. */
const WHOLE_HERE = new Set([
  "truncateResult/27",
  "truncateResult/35",
  "truncateResult/39",
  "truncateResult/41",
  "truncateResponse/15",
  "truncateResponse/18",
]);

/** The bound in tokens; where that is less than we can fit into, the least. */
function tokensOf({ options }: Input | Text): number {
  return Math.max(LEAST_TOKENS, Math.floor(options.maxChars / 4));
}

/** Spells out what a recording abbreviates. */
function spellOut(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if ("$repeat" in value) {
    const [text, count] = value.$repeat as [string, number];
    return text.repeat(count);
  }
  if ("$concat" in value) return (value.$concat as unknown[]).map(spellOut).join("");
  return value;
}

for (const { id, input, expected } of readVectors<Input, unknown>("truncate_result")) {
  Deno.test(`vector ${id}`, () => {
    const { value } = input;
    const fitted = fitResult(value, { maxTokens: tokensOf(input) });
    assert.ok(fitted.tokens <= tokensOf(input));
    const isWhole = JSON.stringify(expected) === JSON.stringify(value) || WHOLE_HERE.has(id);
    if (isWhole) assert.equal(fitted.value, value);
    else assert.match(JSON.stringify(fitted.value), CUT);
  });
}

for (const { id, input, expected } of readVectors<Text, unknown>("truncate_response")) {
  Deno.test(`vector ${id}`, () => {
    const text = spellOut(input.text) as string;
    const { value } = fitResult(text, { maxTokens: tokensOf(input) });
    if (spellOut(expected) === text || WHOLE_HERE.has(id)) return assert.equal(value, text);
    assert.match(value as string, CUT);
    assert.ok(estimateTokens(value as string) <= tokensOf(input));
    assert.ok(text.startsWith((value as string).split("…")[0]!));
  });
}

Deno.test("each declared deviation is one of a vector", () => {
  const all: readonly Vector<unknown, unknown>[] = [
    ...readVectors("truncate_result"),
    ...readVectors("truncate_response"),
  ];
  assert.deepEqual([...WHOLE_HERE].filter((id) => !all.some((one) => one.id === id)), []);
});
