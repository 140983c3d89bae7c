import assert from "node:assert/strict";
import { atTime } from "../../../src/base/at_time.ts";
import { FakeClock } from "../../harness/fake_clock.ts";

Deno.test("at time: once, when the time has come, soon where it is past, never without one", () => {
  const clock = new FakeClock();
  const called: string[] = [];
  clock.advance(1000);
  atTime(clock, 3000, () => void called.push("later"));
  atTime(clock, 10, () => void called.push("past"));
  atTime(clock, undefined, () => void called.push("never"))[Symbol.dispose]();
  assert.equal(clock.pending, 2);
  clock.advance(0);
  assert.deepEqual(called, ["past"]);
  clock.advance(1999);
  assert.deepEqual(called, ["past"]);
  clock.advance(1);
  assert.deepEqual(called, ["past", "later"]);
  atTime(clock, 9000, () => void called.push("cancelled"))[Symbol.dispose]();
  assert.equal(clock.pending, 0);
});
