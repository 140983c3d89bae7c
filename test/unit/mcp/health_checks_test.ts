import assert from "node:assert/strict";
import { silentLogger } from "../../../src/base/log.ts";
import { BackgroundTasks } from "../../../src/mcp/background_tasks.ts";
import { HealthChecks, PING_TIMEOUT_MS } from "../../../src/mcp/health_checks.ts";
import type { Session } from "../../../src/mcp/session.ts";
import { FakeClock } from "../../harness/fake_clock.ts";
import { settle } from "../../harness/settle.ts";

const INTERVAL_MS = 30_000;

/** Checks of a session whose answers are those of `answer`. */
function checksOf(answer: (signal: AbortSignal) => Promise<void> = () => Promise.resolve()) {
  const clock = new FakeClock();
  const told: string[] = [];
  const state = { isInDoubt: false };
  const session = {
    ping: (signal: AbortSignal) => {
      told.push("asked");
      return answer(signal);
    },
  } as Partial<Session> as Session;
  const checks = new HealthChecks({
    clock,
    background: new BackgroundTasks(silentLogger),
    intervalMs: INTERVAL_MS,
    timeoutMs: 60_000,
    isInDoubt: () => state.isInDoubt,
    onAnswered: () => void told.push("answered"),
    onMissed: (error) => void told.push(String(error)),
    tooLate: () => new Error("too late"),
  });
  const pass = async (durationMs: number) => {
    clock.advance(durationMs);
    await settle();
  };
  return { checks, clock, told, state, session, pass };
}

const untilAborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));

Deno.test("who has answered nothing for a while is asked, again and again", async () => {
  const { checks, told, session, pass } = checksOf();
  checks.watch(session);
  await pass(INTERVAL_MS - 1);
  assert.deepEqual(told, []);
  await pass(1);
  await pass(INTERVAL_MS);
  assert.deepEqual(told, ["asked", "answered", "asked", "answered"]);
  checks[Symbol.dispose]();
});

Deno.test("who has just answered is not asked, unless it is in doubt", async () => {
  const { checks, told, state, session, pass } = checksOf();
  checks.watch(session);
  await pass(1);
  checks.proved();
  await pass(INTERVAL_MS - 1);
  assert.deepEqual(told, []);
  state.isInDoubt = true;
  checks.proved();
  await pass(INTERVAL_MS);
  assert.deepEqual(told, ["asked", "answered"]);
  checks[Symbol.dispose]();
});

Deno.test("who does not answer in time has missed it; one that is watched no more has not", async () => {
  const { checks, clock, told, session, pass } = checksOf(untilAborted);
  checks.watch(session);
  await pass(INTERVAL_MS);
  await pass(PING_TIMEOUT_MS);
  assert.deepEqual(told, ["asked", "Error: too late"]);
  await pass(INTERVAL_MS);
  checks[Symbol.dispose]();
  await settle();
  assert.deepEqual(told, ["asked", "Error: too late", "asked"]);
  assert.equal(clock.pending, 0);
});
