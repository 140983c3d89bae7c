import assert from "node:assert/strict";
import { judge, parseSummary } from "../../../scripts/testing/conformance_report.ts";

const OUTPUT = `✓ noise: 9 passed, 9 failed

=== SUITE SUMMARY ===

✓ tools_call: 1 passed, 0 failed
✗ auth/dpop: 10 passed, 3 failed

Total: 11 passed, 3 failed, 0 warnings
`;

Deno.test("the summary is read, and nothing before it", () => {
  assert.deepEqual(parseSummary(OUTPUT), [
    { name: "tools_call", passed: 1, failed: 0 },
    { name: "auth/dpop", passed: 10, failed: 3 },
  ]);
  assert.deepEqual(parseSummary(""), []);
});

Deno.test("what failed counts unless the suite says that it was expected", () => {
  const lines = parseSummary(OUTPUT);
  assert.deepEqual(judge(lines, true), { passed: 1, failed: 0 });
  assert.deepEqual(judge(lines, false), { passed: 1, failed: 1 });
  assert.deepEqual(judge(lines.slice(0, 1), false), { passed: 1, failed: 1 }, "something stale");
  assert.deepEqual(judge([], true), { passed: 0, failed: 1 }, "nothing ran");
});
