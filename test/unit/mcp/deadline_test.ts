import assert from "node:assert/strict";
import { createDeadline } from "../../../src/mcp/deadline.ts";
import { FakeClock } from "../../harness/fake_clock.ts";

Deno.test("the time passes: the signal aborts and says so", () => {
  const clock = new FakeClock();
  using deadline = createDeadline(clock, 100);
  clock.advance(99);
  assert.deepEqual([deadline.signal.aborted, deadline.expired], [false, false]);
  clock.advance(1);
  assert.deepEqual([deadline.signal.aborted, deadline.expired], [true, true]);
});

Deno.test("the caller gives up first: it did not expire, then or later", () => {
  const clock = new FakeClock();
  const caller = new AbortController();
  using deadline = createDeadline(clock, 100, caller.signal);
  caller.abort("enough");
  clock.advance(200);
  assert.deepEqual([deadline.signal.reason, deadline.expired], ["enough", false]);
});

Deno.test("a caller that has given up already; disposing leaves no timer", () => {
  const clock = new FakeClock();
  const deadline = createDeadline(clock, 100, AbortSignal.abort("before"));
  assert.equal(deadline.signal.reason, "before");
  deadline[Symbol.dispose]();
  assert.equal(clock.pending, 0);
});

Deno.test("what is left of the time is known, and never negative", () => {
  const clock = new FakeClock();
  using deadline = createDeadline(clock, 100);
  assert.equal(deadline.remainingMs, 100);
  clock.advance(60);
  assert.equal(deadline.remainingMs, 40);
  clock.advance(60);
  assert.equal(deadline.remainingMs, 0);
});

Deno.test("time stands still until every pause is over; the caller may still give up", () => {
  const clock = new FakeClock();
  const caller = new AbortController();
  using deadline = createDeadline(clock, 100, caller.signal);
  clock.advance(60);
  const first = deadline.pause();
  const second = deadline.pause();
  clock.advance(1_000);
  first[Symbol.dispose]();
  first[Symbol.dispose]();
  clock.advance(1_000);
  assert.deepEqual([deadline.remainingMs, deadline.signal.aborted, clock.pending], [40, false, 0]);
  second[Symbol.dispose]();
  clock.advance(39);
  assert.equal(deadline.signal.aborted, false);
  clock.advance(1);
  assert.deepEqual([deadline.signal.aborted, deadline.expired], [true, true]);

  using given = createDeadline(clock, 100, caller.signal);
  using _pause = given.pause();
  caller.abort("enough");
  assert.deepEqual([given.signal.reason, given.expired], ["enough", false]);
});

Deno.test("a pause that outlives the deadline starts nothing", () => {
  const clock = new FakeClock();
  const deadline = createDeadline(clock, 100);
  const pause = deadline.pause();
  deadline[Symbol.dispose]();
  pause[Symbol.dispose]();
  assert.equal(clock.pending, 0);
});
