/** When direct calls may begin: so many at once and so many a second, for each caller. */

import assert from "node:assert/strict";
import { CodemodeError } from "../../../src/base/errors.ts";
import { CallerTurns } from "../../../src/engine/caller_turns.ts";
import type { Caller } from "../../../src/engine/principal.ts";
import { FakeClock } from "../../harness/fake_clock.ts";
import { settle } from "../../harness/settle.ts";

function callerOf(id: string, maxConcurrentCalls: number, maxCallsPerSecond = 1000): Caller {
  return { id, grant: { mcp: { maxConcurrentCalls, maxCallsPerSecond } } };
}

const { signal } = new AbortController();

Deno.test("so many calls of one caller at once, the next when one ends, in order", async () => {
  const turns = new CallerTurns(new FakeClock(), 1000);
  const ada = callerOf("ada", 2);
  const first = await turns.take(ada, signal);
  const second = await turns.take(ada, signal);
  const began: string[] = [];
  const third = turns.take(ada, signal).then((turn) => (began.push("third"), turn));
  const fourth = turns.take(ada, signal).then((turn) => (began.push("fourth"), turn));
  await turns.take(callerOf("bob", 2), signal);
  await settle();
  assert.deepEqual(began, []);
  first[Symbol.dispose]();
  await settle();
  assert.deepEqual(began, ["third"]);
  second[Symbol.dispose]();
  await settle();
  assert.deepEqual(began, ["third", "fourth"]);
  (await third)[Symbol.dispose]();
  (await fourth)[Symbol.dispose]();
});

Deno.test("one that gives up waiting leaves its place to the next", async () => {
  const turns = new CallerTurns(new FakeClock(), 1000);
  const ada = callerOf("ada", 1);
  const first = await turns.take(ada, signal);
  const controller = new AbortController();
  const gone = turns.take(ada, controller.signal).catch((error) => error);
  const next = turns.take(ada, signal);
  const reason = new Error("gone");
  controller.abort(reason);
  assert.equal(await gone, reason);
  first[Symbol.dispose]();
  const turn = await next;
  await assert.rejects(turns.take(ada, controller.signal), reason);
  turn[Symbol.dispose]();
  (await turns.take(ada, signal))[Symbol.dispose]();
});

Deno.test("so many calls a second, the next waits, and one that would wait too long is refused", async () => {
  const clock = new FakeClock();
  const turns = new CallerTurns(clock, 1000);
  const ada = callerOf("ada", 100, 2);
  await turns.take(ada, signal);
  await turns.take(ada, signal);
  let began = 0;
  const waiting = [1, 2].map(() => turns.take(ada, signal).then(() => began += 1));
  await settle();
  const error = await turns.take(ada, signal).catch((error) => error);
  assert.ok(error instanceof CodemodeError);
  assert.equal(error.code, "RATE_LIMITED");
  assert.equal(
    error.message,
    "The call would wait 1500 ms for its turn: 2 calls a second are granted",
  );
  assert.deepEqual(error.details, { retryAfterMs: 1500 });
  assert.equal(began, 0);
  clock.advance(500);
  await settle();
  assert.equal(began, 1);
  clock.advance(500);
  await Promise.all(waiting);
  assert.equal(began, 2);
});

Deno.test("a call that is refused or given up holds no place", async () => {
  const clock = new FakeClock();
  const turns = new CallerTurns(clock, 1000);
  const ada = callerOf("ada", 1, 1);
  (await turns.take(ada, signal))[Symbol.dispose]();
  const controller = new AbortController();
  const waiting = turns.take(ada, controller.signal).catch((error) => error);
  await settle();
  const reason = new Error("gone");
  controller.abort(reason);
  assert.equal(await waiting, reason);
  await assert.rejects(turns.take(ada, signal), { code: "RATE_LIMITED" });
  clock.advance(2000);
  (await turns.take(ada, signal))[Symbol.dispose]();
});

Deno.test("callers are remembered up to a number; those with a call under way are not forgotten", async () => {
  const turns = new CallerTurns(new FakeClock(), 1000);
  const busy = callerOf("busy", 1);
  await turns.take(busy, signal);
  const idle = callerOf("idle", 1, 1);
  (await turns.take(idle, signal))[Symbol.dispose]();
  for (let index = 0; index < 1024; index += 1) {
    (await turns.take(callerOf(`other ${index}`, 1), signal))[Symbol.dispose]();
  }
  let began = false;
  void turns.take(busy, signal).then(() => began = true);
  // Forgotten, so its bucket is full again.
  (await turns.take(idle, signal))[Symbol.dispose]();
  await settle();
  assert.equal(began, false);
});
