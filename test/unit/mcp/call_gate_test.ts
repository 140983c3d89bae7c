import assert from "node:assert/strict";
import { CallGate } from "../../../src/mcp/call_gate.ts";

const never = new AbortController().signal;

Deno.test("calls beyond the limit wait and enter in the order they came", async () => {
  const gate = new CallGate(2);
  const first = await gate.enter(never);
  const second = await gate.enter(never);
  const entered: string[] = [];
  const third = gate.enter(never).then((pass) => (entered.push("third"), pass));
  const fourth = gate.enter(never).then((pass) => (entered.push("fourth"), pass));
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
  const inside = await gate.enter(never);
  const caller = new AbortController();
  const impatient = gate.enter(caller.signal);
  const patient = gate.enter(never);
  caller.abort(new Error("gave up"));
  await assert.rejects(impatient, { message: "gave up" });
  inside[Symbol.dispose]();
  (await patient)[Symbol.dispose]();
  assert.equal(gate.inside, 0);
  await assert.rejects(gate.enter(caller.signal), { message: "gave up" });
});

Deno.test("a limit below one is refused", () => {
  assert.throws(() => new CallGate(0), {
    name: "RangeError",
    message: 'Cannot create a call gate: "limit" must be at least 1, is 0',
  });
});
