import assert from "node:assert/strict";
import { BURST_MS, FairShare } from "../../../src/mcp/fair_share.ts";
import { FakeClock } from "../../harness/fake_clock.ts";

Deno.test("a server that takes no more than half of the time never rests", () => {
  const clock = new FakeClock();
  const share = new FairShare(clock);
  for (let turn = 0; turn < 1_000; turn += 1) {
    assert.equal(share.spend(() => clock.advance(10)), 0);
    clock.advance(10);
  }
});

Deno.test("one that never stops rests as long as it worked, beyond a burst", () => {
  const clock = new FakeClock();
  const share = new FairShare(clock);
  const rests: number[] = [];
  for (let turn = 0; turn < 14; turn += 1) {
    const restMs = share.spend(() => clock.advance(10));
    rests.push(restMs);
    clock.advance(restMs);
  }
  const burst = [0, 0, 0, 0, 0, BURST_MS + 10];
  assert.deepEqual(rests, [...burst, ...burst, 0, 0]);
});

Deno.test("work that fails is counted too", () => {
  const clock = new FakeClock();
  const share = new FairShare(clock);
  const fail = () => {
    clock.advance(200);
    throw new Error("no");
  };
  assert.throws(() => share.spend(fail), { message: "no" });
  assert.equal(share.spend(() => {}), 200);
});
