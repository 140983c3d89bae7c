/** When a program's time stands still, and what that means for its budgets. */

import assert from "node:assert/strict";
import type { CodemodeError } from "../../../src/base/errors.ts";
import { Standstill } from "../../../src/runtime/mod.ts";
import { TimeBudget } from "../../../src/runtime/time_budget.ts";
import { FakeClock } from "../../harness/fake_clock.ts";

Deno.test("standstill: it is on while anybody has begun it, and listeners hear of changes alone", () => {
  const standstill = new Standstill();
  const heard: boolean[] = [];
  const listening = standstill.onChange((isOn) => void heard.push(isOn));
  const one = standstill.begin();
  const other = standstill.begin();
  one[Symbol.dispose]();
  one[Symbol.dispose]();
  assert.equal(standstill.isOn, true);
  other[Symbol.dispose]();
  listening[Symbol.dispose]();
  standstill.begin();
  assert.deepEqual(heard, [true, false]);
});

function budgetOf(limits: { timeoutMs: number; waitMs: number }) {
  const clock = new FakeClock();
  const spent: CodemodeError[] = [];
  const budget = new TimeBudget({ ...limits, cores: 1 }, clock, (error) => void spent.push(error));
  budget.start();
  return { clock, spent, budget };
}

Deno.test("time budget: asking in the middle of a call counts against nothing", () => {
  const { clock, spent, budget } = budgetOf({ timeoutMs: 100, waitMs: 50 });
  clock.advance(30);
  budget.callBegan();
  clock.advance(20);
  budget.asks(true);
  clock.advance(1_000_000);
  budget.asks(false);
  assert.deepEqual([budget.ownMs, budget.waitingMs, budget.askingMs], [30, 20, 1_000_000]);
  clock.advance(29);
  assert.deepEqual(spent, []);
  clock.advance(1);
  assert.deepEqual(spent.map(({ code }) => code), ["EXECUTION_TIMEOUT"]);
});

Deno.test("time budget: what is asked does not stop the time of a program that waits for nothing", () => {
  const { clock, spent, budget } = budgetOf({ timeoutMs: 100, waitMs: 50 });
  budget.asks(true);
  clock.advance(60);
  budget.callBegan();
  clock.advance(500);
  budget.callEnded();
  clock.advance(39);
  assert.deepEqual(spent, []);
  clock.advance(1);
  assert.deepEqual(spent.map(({ code }) => code), ["EXECUTION_TIMEOUT"]);
});

Deno.test("time budget: asking is no own time either where waiting is", () => {
  const { clock, spent, budget } = budgetOf({ timeoutMs: 100, waitMs: 0 });
  budget.callBegan();
  clock.advance(60);
  budget.asks(true);
  clock.advance(500);
  budget.asks(false);
  assert.equal(budget.ownMs, 60);
  clock.advance(40);
  assert.deepEqual(spent.map(({ code }) => code), ["EXECUTION_TIMEOUT"]);
});
