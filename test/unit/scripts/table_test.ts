import assert from "node:assert/strict";
import { printTable, printVerdict } from "../../../scripts/testing/table.ts";

Deno.test("the table aligns names to the left and numbers to the right", () => {
  const rows = [
    { group: "unit", counts: { passed: 1200, failed: 0, skipped: 0 }, durationMs: 1_234 },
    { group: "integration", counts: { passed: 7, failed: 10, skipped: 2 }, durationMs: 61_000 },
  ];
  assert.equal(
    printTable(rows),
    [
      "group        passed  failed  skipped  seconds",
      "unit           1200       0        0      1.2",
      "integration       7      10        2     61.0",
    ].join("\n"),
  );
});

Deno.test("the verdict names skipped tests only when there are some", () => {
  assert.equal(printVerdict({ passed: 12, failed: 0, skipped: 0 }), "12 passed, 0 failed");
  assert.equal(printVerdict({ passed: 0, failed: 3, skipped: 1 }), "0 passed, 3 failed, 1 skipped");
});
