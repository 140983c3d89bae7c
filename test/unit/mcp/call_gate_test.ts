import assert from "node:assert/strict";
import { CallGate } from "../../../src/mcp/call_gate.ts";
import { FakeClock } from "../../harness/fake_clock.ts";
import { settle } from "../../harness/settle.ts";

const never = new AbortController().signal;

Deno.test("calls beyond the limit wait and enter in the order they came", async () => {
  const gate = new CallGate(2);
  const first = await gate.enter("ada", never);
  const second = await gate.enter("ada", never);
  const entered: string[] = [];
  const third = gate.enter("ada", never).then((pass) => (entered.push("third"), pass));
  const fourth = gate.enter("ada", never).then((pass) => (entered.push("fourth"), pass));
  assert.equal(gate.inside, 2);
  second[Symbol.dispose]();
  const pass = await third;
  assert.deepEqual(entered, ["third"]);
  first[Symbol.dispose]();
  await fourth;
  assert.deepEqual(entered, ["third", "fourth"]);
  pass[Symbol.dispose]();
  pass[Symbol.dispose]();
  assert.equal(gate.inside, 1);
});

Deno.test("who gives up in the queue leaves it and takes nobody's place", async () => {
  const gate = new CallGate(1);
  const inside = await gate.enter("ada", never);
  const caller = new AbortController();
  const impatient = gate.enter("ada", caller.signal);
  const patient = gate.enter("ada", never);
  caller.abort(new Error("gave up"));
  await assert.rejects(impatient, { message: "gave up" });
  inside[Symbol.dispose]();
  (await patient)[Symbol.dispose]();
  assert.equal(gate.inside, 0);
  await assert.rejects(gate.enter("ada", caller.signal), { message: "gave up" });
});

Deno.test("a limit below one is refused", () => {
  assert.throws(() => new CallGate(0), {
    name: "RangeError",
    message: 'Cannot create a call gate: "limit" must be at least 1, is 0',
  });
});

Deno.test("calls above the rate wait inside, and what one more would wait is known", async () => {
  const clock = new FakeClock();
  const gate = new CallGate(2, { perSecond: 2, clock });
  for (let call = 0; call < 2; call += 1) (await gate.enter("ada", never))[Symbol.dispose]();
  assert.equal(gate.rateWaitMs, 500);
  const entered: number[] = [];
  const come = async () => {
    const pass = await gate.enter("ada", never);
    entered.push(clock.monotonic());
    pass[Symbol.dispose]();
  };
  const calls = [come(), come(), come()];
  await settle();
  assert.equal(gate.inside, 2);
  assert.equal(gate.rateWaitMs, 2000);
  for (let step = 0; step < 3; step += 1) {
    clock.advance(500);
    await settle();
  }
  await Promise.all(calls);
  assert.deepEqual(entered, [500, 1000, 1500]);
  assert.equal(gate.inside, 0);
});

Deno.test("who gives up while it waits for the rate frees its place", async () => {
  const clock = new FakeClock();
  const gate = new CallGate(1, { perSecond: 1, clock });
  (await gate.enter("ada", never))[Symbol.dispose]();
  const caller = new AbortController();
  const impatient = gate.enter("ada", caller.signal);
  caller.abort(new Error("gave up"));
  await assert.rejects(impatient, { message: "gave up" });
  assert.equal(gate.inside, 0);
  assert.equal(clock.pending, 0);
});

Deno.test("without a rate nothing waits for it", () => {
  assert.equal(new CallGate(1).rateWaitMs, 0);
});

Deno.test("principals take turns, whoever came first with many", async () => {
  const gate = new CallGate(1);
  const inside = await gate.enter("ada", never);
  const entered: string[] = [];
  const passes = ["ada", "ada", "ada", "bob", "eve", "bob"].map(async (principal) => {
    using _pass = await gate.enter(principal, never);
    entered.push(principal);
  });
  inside[Symbol.dispose]();
  await Promise.all(passes);
  assert.deepEqual(entered, ["ada", "bob", "eve", "ada", "bob", "ada"]);
});
