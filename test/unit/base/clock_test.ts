/** Time as a dependency: sleeping, being woken by an abort, and leaving nothing behind. */

import assert from "node:assert/strict";
import { sleep, systemClock } from "../../../src/base/clock.ts";
import { FakeClock } from "../../harness/fake_clock.ts";

Deno.test("sleep: resolves when its time has come, not before", async () => {
  const clock = new FakeClock();
  let awake = false;
  const sleeping = sleep(clock, 100).then(() => awake = true);
  clock.advance(99);
  await Promise.resolve();
  assert.equal(awake, false);
  clock.advance(1);
  await sleeping;
  assert.deepEqual({ awake, pending: clock.pending }, { awake: true, pending: 0 });
});

Deno.test("sleep: an abort wakes it with the reason and takes the timer away", async () => {
  const clock = new FakeClock();
  const controller = new AbortController();
  const sleeping = sleep(clock, 100, controller.signal);
  const reason = new Error("enough");
  controller.abort(reason);
  await assert.rejects(sleeping, reason);
  assert.equal(clock.pending, 0);
});

Deno.test("sleep: a signal that is aborted already sets no timer", async () => {
  const clock = new FakeClock();
  const reason = new Error("too late");
  await assert.rejects(sleep(clock, 100, AbortSignal.abort(reason)), reason);
  assert.equal(clock.pending, 0);
});

Deno.test("systemClock: a disposed timer does not fire, monotonic time does not go back", async () => {
  let fired = false;
  systemClock.after(0, () => fired = true)[Symbol.dispose]();
  const before = systemClock.monotonic();
  await sleep(systemClock, 0);
  assert.equal(fired, false);
  assert.ok(systemClock.monotonic() >= before);
  assert.ok(Object.isFrozen(systemClock));
});

Deno.test("systemClock: a delay longer than a timer's does not fire at once", async () => {
  const fired: number[] = [];
  const delays = [2 ** 31, 1e15, Infinity];
  const timers = delays.map((delayMs) => systemClock.after(delayMs, () => fired.push(delayMs)));
  await sleep(systemClock, 20);
  for (const timer of timers) timer[Symbol.dispose]();
  assert.deepEqual(fired, []);
});

Deno.test("FakeClock: what is due fires in order of its time, at its time", () => {
  const clock = new FakeClock();
  const fired: [string, number][] = [];
  clock.after(20, () => fired.push(["late", clock.now()]));
  clock.after(10, () => {
    fired.push(["early", clock.now()]);
    clock.after(5, () => fired.push(["inner", clock.now()]));
  });
  clock.after(30, () => fired.push(["never", clock.now()]));
  clock.advance(25);
  assert.deepEqual(fired, [["early", 10], ["inner", 15], ["late", 20]]);
  assert.deepEqual([clock.now(), clock.monotonic(), clock.pending], [25, 25, 1]);
});
