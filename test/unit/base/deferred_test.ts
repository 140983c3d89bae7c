import assert from "node:assert/strict";
import { createDeferred } from "../../../src/base/deferred.ts";

Deno.test("a deferred settles once, by value or by reason", async () => {
  const given = createDeferred<number>();
  given.resolve(1);
  given.reject(new Error("late"));
  assert.equal(await given.promise, 1);

  const failed = createDeferred<number>();
  failed.reject(new Error("no"));
  await assert.rejects(failed.promise, { name: "Error", message: "no" });
});
