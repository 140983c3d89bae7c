import assert from "node:assert/strict";
import { backoffDelayMs } from "../../../src/mcp/backoff.ts";

const POLICY = { initialDelayMs: 500, maxDelayMs: 30_000 };

Deno.test("the ceiling doubles with each failure and stops at the maximum", () => {
  const ceilings = [1, 2, 3, 6, 7, 8, 5_000].map((failures) => backoffDelayMs(POLICY, failures, 1));
  assert.deepEqual(ceilings, [500, 1_000, 2_000, 16_000, 30_000, 30_000, 30_000]);
});

Deno.test("the jitter is full: from nothing to the ceiling", () => {
  const delays = [0, 0.25, 0.999].map((random) => backoffDelayMs(POLICY, 2, random));
  assert.deepEqual(delays, [0, 250, 999]);
});
