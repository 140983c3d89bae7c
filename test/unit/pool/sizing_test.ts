/** The pure decisions of the pool. */

import assert from "node:assert/strict";
import {
  refillCount,
  refillDelayMs,
  restartDelayMs,
  warmTarget,
} from "../../../src/pool/sizing.ts";

const LOAD = { min: 2, max: 10, total: 0, running: 1, warm: 0, starting: 0, recentPeak: 0 };

Deno.test("the target follows recent use between min and max", () => {
  assert.deepEqual([0, 2, 5, 50].map((recentPeak) => warmTarget({ ...LOAD, recentPeak })), [
    2,
    2,
    5,
    10,
  ]);
});

Deno.test("refills stop at the target, at the total and at the parallel bound", () => {
  assert.equal(refillCount(LOAD, 4), 2);
  assert.equal(refillCount(LOAD, 1), 1);
  assert.equal(refillCount({ ...LOAD, warm: 1, starting: 1 }, 4), 0);
  assert.equal(refillCount({ ...LOAD, total: 9, recentPeak: 8 }, 4), 1);
  assert.equal(refillCount({ ...LOAD, total: 10 }, 4), 0);
  assert.equal(refillCount({ ...LOAD, warm: 5 }, 4), 0);
});

Deno.test("failed starts are tried again later and later", () => {
  assert.deepEqual([0, 1, 2, 3, 7, 8, 1000].map(restartDelayMs), [
    0,
    100,
    200,
    400,
    6400,
    10_000,
    10_000,
  ]);
});

Deno.test("a refill hurries when half of the stock is gone or nothing runs", () => {
  assert.equal(refillDelayMs({ ...LOAD, min: 4, warm: 3 }), 250);
  assert.equal(refillDelayMs({ ...LOAD, min: 4, warm: 2, starting: 1 }), 250);
  assert.equal(refillDelayMs({ ...LOAD, min: 4, warm: 2 }), 10);
  assert.equal(refillDelayMs({ ...LOAD, warm: 1 }), 10);
  assert.equal(refillDelayMs({ ...LOAD, min: 4, warm: 3, running: 0 }), 10);
});
