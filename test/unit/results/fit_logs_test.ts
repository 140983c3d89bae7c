import assert from "node:assert/strict";
import fc from "fast-check";
import { fitLogs } from "../../../src/results/mod.ts";

Deno.test("lines that fit are the same lines", () => {
  const lines = ["a", "b"];
  assert.deepEqual(fitLogs(lines, 100), { lines, tokens: 5, cut: 0, shortened: 0 });
  assert.equal(fitLogs(lines, 100).lines, lines);
});

Deno.test("the first and the last lines are kept, the middle is counted", () => {
  const lines = Array.from({ length: 1000 }, (_none, index) => `line ${index}`);
  assert.deepEqual(fitLogs(lines, 64), {
    lines: [
      ...lines.slice(0, 6),
      "… 989 of 1000 lines cut",
      ...lines.slice(-5),
    ],
    tokens: 57,
    cut: 989,
    shortened: 0,
  });
});

Deno.test("a line that fills everything leaves place for others", () => {
  const long = "lorem ipsum ".repeat(1000);
  const { lines, cut, shortened } = fitLogs(["first", long, "last"], 200);
  assert.deepEqual([lines.length, lines[0], lines[2], cut, shortened], [3, "first", "last", 0, 1]);
  assert.match(lines[1]!, /^lorem ipsum .*… \d+ of 12000 characters cut$/);
});

Deno.test("any lines fit any number of tokens, and every line is counted", () => {
  const line = fc.oneof(
    fc.string(),
    fc.string({ unit: "binary", maxLength: 20 }).map((text) => text.repeat(40)),
  );
  fc.assert(
    fc.property(fc.array(line), fc.integer({ min: 64, max: 1500 }), (lines, maxTokens) => {
      const fitted = fitLogs(lines, maxTokens);
      assert.ok(fitted.tokens <= maxTokens, `${fitted.tokens} > ${maxTokens}`);
      const notices = fitted.cut === 0 ? 0 : 1;
      assert.equal(fitted.lines.length - notices + fitted.cut, lines.length);
    }),
    { numRuns: 60 },
  );
});
