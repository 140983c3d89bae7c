import assert from "node:assert/strict";
import { KeyedBuckets } from "../../../src/base/keyed_buckets.ts";

Deno.test("keyed buckets: each key has its burst, then its rate", () => {
  const buckets = new KeyedBuckets({ perSecond: 2, burst: 3, maxKeys: 10 });
  const take = (key: string, at: number) => buckets.take(key, at);
  assert.deepEqual([take("a", 0), take("a", 0), take("a", 0), take("a", 0)], [0, 0, 0, 500]);
  assert.equal(take("b", 0), 0);
  assert.deepEqual([buckets.waitMs("a", 0), buckets.waitMs("b", 0)], [500, 0]);
  // Asking in vain costs nothing: the key has a token as soon as it would have had one.
  assert.deepEqual([take("a", 250), take("a", 500), take("a", 500)], [250, 0, 500]);
  assert.equal(buckets.waitMs("a", 60_000), 0);
  assert.equal(buckets.waitMs("never seen", 0), 0);
});

Deno.test("keyed buckets: the key not seen longest is forgotten, one that keeps coming is not", () => {
  const buckets = new KeyedBuckets({ perSecond: 0.001, burst: 1, maxKeys: 3 });
  assert.equal(buckets.take("hot", 0), 0);
  for (let n = 0; n < 1000; n += 1) {
    buckets.take(`other${n}`, 0);
    assert.ok(buckets.take("hot", 0) > 0);
  }
  assert.equal(buckets.size, 3);
  assert.equal(buckets.waitMs("other0", 0), 0);
  assert.ok(buckets.waitMs("other999", 0) > 0);
});
