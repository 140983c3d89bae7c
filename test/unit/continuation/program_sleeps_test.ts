/** A program's timers: on time while they are few, later and in their order when there are too many. */

import assert from "node:assert/strict";
import { ProgramSleeps } from "../../../src/continuation/program_sleeps.ts";
import type { CallFrame } from "../../../src/protocol/frames.ts";
import { FakeClock } from "../../harness/fake_clock.ts";
import { settle } from "../../harness/settle.ts";

const never = new AbortController().signal;
const frame = (ms: unknown): CallFrame => ({
  type: "call",
  id: 1,
  namespace: "@time",
  tool: "sleep",
  args: [ms as number],
});

Deno.test("sleeps: a thousand at once are on time, then five hundred a second, in their order", async () => {
  const clock = new FakeClock();
  const sleeps = new ProgramSleeps(clock);
  const woken: number[] = [];
  for (let at = 0; at < 1600; at += 1) {
    void sleeps.call(frame(10), never).then(() => woken.push(at));
  }
  const counts: number[] = [];
  for (const ms of [9, 1, 500, 500, 200]) {
    clock.advance(ms);
    await settle();
    counts.push(woken.length);
  }
  assert.deepEqual(counts, [0, 1000, 1250, 1500, 1600]);
  assert.deepEqual(woken, woken.toSorted((a, b) => a - b));
});

Deno.test("sleeps: who sleeps seldom sleeps as long as asked; nonsense is no time at all", async () => {
  const clock = new FakeClock();
  const sleeps = new ProgramSleeps(clock);
  for (const ms of [Number.NaN, -1, "7", null]) {
    const done = sleeps.call(frame(ms), never);
    clock.advance(0);
    assert.deepEqual(await done, { ok: true, value: null });
  }
  for (let at = 0; at < 3000; at += 1) {
    const done = sleeps.call(frame(2), never);
    clock.advance(2);
    await done;
  }
});

Deno.test("sleeps: the program's end ends them", async () => {
  const aborter = new AbortController();
  const done = new ProgramSleeps(new FakeClock()).call(frame(1e12), aborter.signal);
  aborter.abort();
  assert.deepEqual(await done, { ok: true, value: null });
});
