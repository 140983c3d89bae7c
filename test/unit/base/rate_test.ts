import assert from "node:assert/strict";
import { fullBucket, take, waitFor } from "../../../src/base/rate.ts";

Deno.test("take: a second's worth goes at once, the rest waits in order", () => {
  let bucket = fullBucket(5, 0);
  const waits = Array.from({ length: 8 }, () => {
    const taken = take(bucket, 0);
    bucket = taken.bucket;
    return taken.waitMs;
  });
  assert.deepEqual(waits, [0, 0, 0, 0, 0, 200, 400, 600]);
});

Deno.test("take: tokens grow back with time, never above one second's worth", () => {
  let bucket = fullBucket(2, 0);
  for (let count = 0; count < 2; count++) bucket = take(bucket, 0).bucket;
  assert.equal(take(bucket, 500).waitMs, 0);
  const full = take(bucket, 60_000);
  assert.equal(full.bucket.tokens, 1);
});

Deno.test("take: a rate below one a second still lets one through", () => {
  const { bucket, waitMs } = take(fullBucket(0.5, 0), 0);
  assert.equal(waitMs, 0);
  assert.equal(take(bucket, 0).waitMs, 2000);
});

Deno.test("waitFor: what the last of several would wait, and nothing is taken", () => {
  const bucket = fullBucket(2, 0, 4);
  assert.deepEqual([1, 4, 5, 8].map((count) => waitFor(bucket, 0, count)), [0, 0, 500, 2000]);
  assert.equal(bucket.tokens, 4);
});
