import assert from "node:assert/strict";
import { createDeferred } from "../../../src/base/deferred.ts";
import { InFlight } from "../../../src/base/in_flight.ts";

const never = () => new AbortController().signal;

Deno.test("in flight: nothing is drained at once", async () => {
  assert.equal(await new InFlight().drained(never()), true);
  assert.equal(await new InFlight().drained(AbortSignal.abort()), true);
});

Deno.test("in flight: waits for all work, failed work too", async () => {
  const calls = new InFlight();
  const [first, second] = [createDeferred<number>(), createDeferred<number>()];
  const one = calls.track(() => first.promise);
  const two = calls.track(() => second.promise);
  assert.equal(calls.count, 2);
  let isDrained = false;
  const drained = calls.drained(never()).then((value) => isDrained = value);
  first.resolve(1);
  assert.equal(await one, 1);
  assert.equal(isDrained, false);
  second.reject(new Error("no"));
  await assert.rejects(two, { message: "no" });
  assert.equal(await drained, true);
  assert.equal(calls.count, 0);
});

Deno.test("in flight: patience ends", async () => {
  const calls = new InFlight();
  const work = createDeferred<void>();
  const tracked = calls.track(() => work.promise);
  const patience = new AbortController();
  const drained = calls.drained(patience.signal);
  patience.abort();
  assert.equal(await drained, false);
  assert.equal(await calls.drained(patience.signal), false);
  work.resolve();
  await tracked;
});
