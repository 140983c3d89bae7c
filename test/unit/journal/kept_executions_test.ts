/** Which executions can be asked about, by whom, and for how long. */

import assert from "node:assert/strict";
import { type KeepLimits, KeptExecutions } from "../../../src/journal/mod.ts";
import { FakeClock } from "../../harness/fake_clock.ts";

function keptOf(limits: Partial<KeepLimits> = {}) {
  const clock = new FakeClock();
  const kept = new KeptExecutions({ ageMs: 1000, count: 10, bytes: 1000, ...limits }, clock);
  const add = (principal: string, executionId: string) => kept.add({ principal, executionId });
  const end = (principal: string, executionId: string, bytes = 1) => {
    kept.end({ principal, executionId }, bytes);
  };
  const run = (principal: string, executionId: string, bytes = 1) => {
    add(principal, executionId);
    end(principal, executionId, bytes);
  };
  const names = (principal: string) =>
    kept.list(principal, 100).records.map(({ executionId }) => executionId);
  return { clock, kept, add, end, run, names };
}

Deno.test("kept executions: each is its own caller's, and no other's", () => {
  const { kept, add } = keptOf();
  add("ada", "exec_1");
  assert.deepEqual(kept.find("ada", "exec_1"), { principal: "ada", executionId: "exec_1" });
  assert.equal(kept.find("bob", "exec_1"), undefined);
  assert.deepEqual(kept.list("bob", 10), { records: [] });
  assert.equal(kept.find("__proto__", "constructor"), undefined);
});

Deno.test("kept executions: pages go from the newest to the oldest", () => {
  const { kept, add } = keptOf();
  for (const id of ["1", "2", "3"]) add("ada", id);
  const record = (executionId: string) => ({ principal: "ada", executionId });
  const first = kept.list("ada", 2);
  assert.deepEqual(first, { records: [record("3"), record("2")], next: 2 });
  assert.deepEqual(kept.list("ada", 2, first.next), { records: [record("1")] });
  assert.deepEqual(kept.list("ada", 3), { records: [record("3"), record("2"), record("1")] });
});

Deno.test("kept executions: what has ended goes when its time is over, what runs stays", () => {
  const { clock, kept, add, run, end, names } = keptOf();
  add("ada", "runs");
  run("ada", "early");
  clock.advance(400);
  run("ada", "late");
  clock.advance(599);
  assert.deepEqual(names("ada"), ["late", "early", "runs"]);
  clock.advance(1);
  assert.deepEqual(names("ada"), ["late", "runs"]);
  clock.advance(400);
  assert.deepEqual(names("ada"), ["runs"]);
  assert.deepEqual(kept.kept, { count: 0, bytes: 0 });
  assert.equal(clock.pending, 0);
  end("ada", "runs");
  end("ada", "runs", 500);
  assert.deepEqual(kept.kept, { count: 1, bytes: 1 });
});

Deno.test("kept executions: beyond the count the oldest of the caller with most gives way", () => {
  const { names, run } = keptOf({ count: 3 });
  run("bob", "b1");
  for (const id of ["a1", "a2", "a3", "a4"]) run("ada", id);
  assert.deepEqual([names("ada"), names("bob")], [["a4", "a3"], ["b1"]]);
});

Deno.test("kept executions: beyond the bytes the oldest of the caller with most of them gives way", () => {
  const { kept, names, run } = keptOf({ bytes: 100 });
  run("bob", "b1", 30);
  run("bob", "b2", 10);
  run("ada", "a1", 50);
  run("ada", "a2", 60);
  assert.deepEqual([names("ada"), names("bob")], [["a2"], ["b2", "b1"]]);
  run("ada", "huge", 5000);
  assert.deepEqual([names("ada"), names("bob")], [[], ["b2", "b1"]]);
  assert.deepEqual(kept.kept, { count: 2, bytes: 40 });
});

Deno.test("kept executions: nothing is kept and no timer waits once they are disposed", () => {
  const { clock, kept, add, end, run, names } = keptOf();
  run("ada", "1");
  add("ada", "2");
  kept[Symbol.dispose]();
  assert.deepEqual(names("ada"), ["2"]);
  end("ada", "2");
  assert.deepEqual(names("ada"), []);
  assert.equal(clock.pending, 0);
});
