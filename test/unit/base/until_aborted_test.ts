import assert from "node:assert/strict";
import { createDeferred } from "../../../src/base/deferred.ts";
import { untilAborted } from "../../../src/base/until_aborted.ts";

Deno.test("who gives up stops waiting, and the others have the outcome", async () => {
  const work = createDeferred<string>();
  const [one, other] = [new AbortController(), new AbortController()];
  const first = untilAborted(work.promise, one.signal);
  const second = untilAborted(work.promise, other.signal);
  one.abort("enough");
  await assert.rejects(first, (reason) => reason === "enough");
  work.resolve("done");
  assert.equal(await second, "done");
});

Deno.test("work that fails when nobody waits any more is no unhandled failure", async () => {
  const failed = Promise.reject(new Error("too late"));
  await assert.rejects(
    untilAborted(failed, AbortSignal.abort("before")),
    (reason) => reason === "before",
  );
});
