import assert from "node:assert/strict";
import { LONGEST_REST_MS, PacedChanges } from "../../../src/mcp/paced_changes.ts";
import type { ServerChange } from "../../../src/mcp/server_change.ts";
import { FakeClock } from "../../harness/fake_clock.ts";

const PROMPTS: ServerChange = { type: "prompts" };

function start() {
  const clock = new FakeClock();
  const told: (readonly [number, string])[] = [];
  const paced = new PacedChanges(clock, (change) => {
    told.push([clock.monotonic(), change.type === "resource" ? change.uri : change.type]);
  });
  return { clock, told, paced };
}

Deno.test("one change is told at once, those that follow together after a rest", () => {
  const { clock, told, paced } = start();
  for (const _ of [1, 2, 3]) paced.add(PROMPTS);
  assert.deepEqual(told, [[0, "prompts"]]);
  clock.advance(99);
  assert.equal(told.length, 1);
  clock.advance(1_000);
  assert.deepEqual(told, [[0, "prompts"], [100, "prompts"]]);
  assert.equal(clock.pending, 0);
  paced.add(PROMPTS);
  assert.deepEqual(told.at(-1), [1_099, "prompts"]);
});

Deno.test("different things do not wait for each other", () => {
  const { told, paced } = start();
  const resource = (uri: string): ServerChange => ({ type: "resource", uri });
  for (const change of [PROMPTS, { type: "resources" } as const, resource("a"), resource("b")]) {
    paced.add(change);
    paced.add(change);
  }
  // A resource may be called what a list is.
  paced.add(resource("prompts"));
  assert.deepEqual(told.map(([, what]) => what), ["prompts", "resources", "a", "b", "prompts"]);
});

Deno.test("a storm is told of less and less often, and its last change is told", () => {
  const { clock, told, paced } = start();
  for (let ms = 0; ms < 30_000; ms += 1) {
    paced.add(PROMPTS);
    clock.advance(1);
  }
  const before = told.map(([ms]) => ms);
  assert.deepEqual(before, [0, 100, 300, 700, 1_500, 3_100, 6_300, 11_300, 16_300, 21_300, 26_300]);
  clock.advance(LONGEST_REST_MS);
  assert.deepEqual(told.at(-1), [31_300, "prompts"]);
  assert.equal(told.length, before.length + 1);
});

Deno.test("once it is over nothing is told, and no timer is left", () => {
  const { clock, told, paced } = start();
  paced.add(PROMPTS);
  paced.add(PROMPTS);
  paced[Symbol.dispose]();
  paced.add({ type: "resources" });
  assert.equal(clock.pending, 0);
  assert.deepEqual(told, [[0, "prompts"]]);
});
