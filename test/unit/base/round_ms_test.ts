import assert from "node:assert/strict";
import { roundMs } from "../../../src/base/round_ms.ts";

Deno.test("roundMs keeps microseconds and nothing finer", () => {
  assert.deepEqual([174.51438599999983, 0, 12, 0.0004].map(roundMs), [174.514, 0, 12, 0]);
});
