import assert from "node:assert/strict";
import { CallGate } from "../../../src/mcp/call_gate.ts";
import { FakeClock } from "../../harness/fake_clock.ts";
import { settle } from "../../harness/settle.ts";

const never = new AbortController().signal;

Deno.test("calls beyond the limit wait and enter in the order they came", async () => {
  const gate = new CallGate(2);
  const first = await gate.enter({ principal: "ada", signal: never });
  const second = await gate.enter({ principal: "ada", signal: never });
  const entered: string[] = [];
  const third = gate.enter({ principal: "ada", signal: never }).then((
    pass,
  ) => (entered.push("third"), pass));
  const fourth = gate.enter({ principal: "ada", signal: never }).then((
    pass,
  ) => (entered.push("fourth"), pass));
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
  const inside = await gate.enter({ principal: "ada", signal: never });
  const caller = new AbortController();
  const impatient = gate.enter({ principal: "ada", signal: caller.signal });
  const patient = gate.enter({ principal: "ada", signal: never });
  caller.abort(new Error("gave up"));
  await assert.rejects(impatient, { message: "gave up" });
  inside[Symbol.dispose]();
  (await patient)[Symbol.dispose]();
  assert.equal(gate.inside, 0);
  await assert.rejects(gate.enter({ principal: "ada", signal: caller.signal }), {
    message: "gave up",
  });
});

Deno.test("a limit below one is refused", () => {
  assert.throws(() => new CallGate(0), {
    name: "RangeError",
    message: 'Cannot create a call gate: "limit" must be at least 1, is 0',
  });
});

Deno.test("calls above the rate wait, and what one more would wait is known", async () => {
  const clock = new FakeClock();
  const gate = new CallGate(2, { perSecond: 2, clock });
  for (let call = 0; call < 2; call += 1) {
    (await gate.enter({ principal: "ada", signal: never }))[Symbol.dispose]();
  }
  assert.equal(gate.rateWaitMs("ada"), 500);
  const entered: number[] = [];
  const come = async () => {
    const pass = await gate.enter({ principal: "ada", signal: never });
    entered.push(clock.monotonic());
    pass[Symbol.dispose]();
  };
  const calls = [come(), come(), come()];
  await settle();
  assert.equal(gate.inside, 0);
  assert.equal(gate.rateWaitMs("ada"), 2000);
  for (let step = 0; step < 3; step += 1) {
    clock.advance(500);
    await settle();
  }
  await Promise.all(calls);
  assert.deepEqual(entered, [500, 1000, 1500]);
  assert.equal(gate.inside, 0);
});

Deno.test("who gives up while it waits for the rate leaves nothing behind", async () => {
  const clock = new FakeClock();
  const gate = new CallGate(1, { perSecond: 1, clock });
  (await gate.enter({ principal: "ada", signal: never }))[Symbol.dispose]();
  const caller = new AbortController();
  const impatient = gate.enter({ principal: "ada", signal: caller.signal });
  caller.abort(new Error("gave up"));
  await assert.rejects(impatient, { message: "gave up" });
  assert.equal(gate.inside, 0);
  assert.equal(clock.pending, 0);
});

Deno.test("without a rate nothing waits for it", () => {
  assert.equal(new CallGate(1).rateWaitMs("ada"), 0);
});

Deno.test("principals take turns, whoever came first with many", async () => {
  const gate = new CallGate(1);
  const inside = await gate.enter({ principal: "ada", signal: never });
  const entered: string[] = [];
  const passes = ["ada", "ada", "ada", "bob", "eve", "bob"].map(async (principal) => {
    using _pass = await gate.enter({ principal, signal: never });
    entered.push(principal);
  });
  inside[Symbol.dispose]();
  await Promise.all(passes);
  assert.deepEqual(entered, ["ada", "bob", "eve", "ada", "bob", "ada"]);
});

/** Whether each of them is in by now. */
function watch(gate: CallGate, principals: readonly string[], isBack = false): string[] {
  const entered: string[] = [];
  for (const principal of principals) {
    void gate.enter({ principal, signal: never, isBack }).then((pass) => {
      entered.push(principal);
      pass[Symbol.dispose]();
    });
  }
  return entered;
}

Deno.test("calls that are given up while they wait take nothing of the rate from others", async () => {
  const clock = new FakeClock();
  const gate = new CallGate(1000, { perSecond: 1, clock });
  for (let call = 0; call < 30; call += 1) {
    const caller = new AbortController();
    const entering = gate.enter({ principal: "mallory", signal: caller.signal });
    caller.abort(new Error("gave up"));
    // The first one is in at once.
    if (call === 0) (await entering)[Symbol.dispose]();
    else await assert.rejects(entering, { message: "gave up" });
  }
  assert.deepEqual([gate.rateWaitMs("bob"), gate.inside, clock.pending], [1000, 0, 0]);
});

Deno.test("who waits for the rate with many calls keeps another principal waiting for one", async () => {
  const clock = new FakeClock();
  const gate = new CallGate(1000, { perSecond: 1, clock });
  const entered = watch(gate, Array.from({ length: 31 }, () => "mallory"));
  await settle();
  assert.deepEqual([gate.rateWaitMs("mallory"), gate.rateWaitMs("bob")], [31_000, 2000]);
  const bobs = watch(gate, ["bob"]);
  clock.advance(1000);
  await settle();
  clock.advance(1000);
  await settle();
  assert.deepEqual([entered.length, bobs], [2, ["bob"]]);
});

Deno.test("who comes back waits for a place, and not for the rate", async () => {
  const clock = new FakeClock();
  const gate = new CallGate(1, { perSecond: 1, clock });
  const inside = await gate.enter({ principal: "ada", signal: never });
  const back = watch(gate, ["ada", "ada"], true);
  const fresh = watch(gate, ["bob"]);
  await settle();
  assert.deepEqual([back, fresh, gate.rateWaitMs("eve")], [[], [], 2000]);
  inside[Symbol.dispose]();
  await settle();
  assert.deepEqual([back, fresh], [["ada", "ada"], []]);
  clock.advance(1000);
  await settle();
  assert.deepEqual([fresh, gate.rateWaitMs("eve"), clock.pending], [["bob"], 1000, 0]);
});

Deno.test("those who come back and those who come take turns", async () => {
  const gate = new CallGate(1);
  const inside = await gate.enter({ principal: "ada", signal: never });
  const order: string[] = [];
  const come = async (principal: string, isBack: boolean) => {
    using _pass = await gate.enter({ principal, signal: never, isBack });
    order.push(principal);
  };
  const all = [
    ...["m1", "m2", "m3"].map((name) => come(name, true)),
    ...["b1", "b2"].map((name) => come(name, false)),
  ];
  inside[Symbol.dispose]();
  await Promise.all(all);
  assert.deepEqual(order, ["m1", "b1", "m2", "b2", "m3"]);
});

Deno.test("a rate that milliseconds do not divide evenly lets everybody in, too", async () => {
  const clock = new FakeClock();
  const gate = new CallGate(1000, { perSecond: 3, clock });
  const entered = watch(gate, Array.from({ length: 9 }, () => "ada"));
  await settle();
  assert.equal(entered.length, 3);
  clock.advance(2002);
  await settle();
  assert.deepEqual([entered.length, clock.pending], [9, 0]);
});
