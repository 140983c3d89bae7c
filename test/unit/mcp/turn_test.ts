import assert from "node:assert/strict";
import { CallGate } from "../../../src/mcp/call_gate.ts";
import { Turn } from "../../../src/mcp/turn.ts";
import { FakeClock } from "../../harness/fake_clock.ts";

const { signal } = new AbortController();
const options = { principal: "p", signal };

Deno.test("the place is others' while somebody is asked, and is waited for again", async () => {
  const gate = new CallGate(1);
  const turn = await Turn.take(gate, options);
  assert.equal(gate.inside, 1);
  const answer = Promise.withResolvers<string>();
  const asked = turn.without(() => answer.promise);
  assert.equal(gate.inside, 0);
  const other = await Turn.take(gate, options);
  answer.resolve("yes");
  let isBack = false;
  asked.then(() => isBack = true);
  for (let at = 0; at < 10; at += 1) await Promise.resolve();
  assert.equal(isBack, false);
  other[Symbol.dispose]();
  assert.equal(await asked, "yes");
  assert.equal(gate.inside, 1);
  turn[Symbol.dispose]();
  assert.equal(gate.inside, 0);
});

Deno.test("of many questions the last one takes the place again, once", async () => {
  const gate = new CallGate(4);
  const turn = await Turn.take(gate, options);
  const answers = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const asked = answers.map(({ promise }) => turn.without(() => promise));
  answers[0]!.resolve();
  await asked[0];
  assert.equal(gate.inside, 0);
  answers[1]!.resolve();
  await asked[1];
  assert.equal(gate.inside, 1);
  await Promise.all([1, 2, 3].map(() => turn.without(() => Promise.resolve())));
  assert.equal(gate.inside, 1);
  turn[Symbol.dispose]();
  assert.equal(gate.inside, 0);
});

Deno.test("a request that ends while somebody is asked holds no place afterwards", async () => {
  const gate = new CallGate(1);
  const turn = await Turn.take(gate, options);
  const failing = turn.without(() => Promise.reject(new Error("no screen")));
  turn[Symbol.dispose]();
  await assert.rejects(failing, { message: "no screen" });
  assert.equal(gate.inside, 0);

  const given = new AbortController();
  const second = await Turn.take(gate, { ...options, signal: given.signal });
  const answer = Promise.withResolvers<void>();
  const asked = second.without(() => answer.promise);
  const other = await Turn.take(gate, options);
  answer.resolve();
  for (let at = 0; at < 10; at += 1) await Promise.resolve();
  given.abort("enough");
  await assert.rejects(asked, (reason) => reason === "enough");
  second[Symbol.dispose]();
  other[Symbol.dispose]();
  assert.equal(gate.inside, 0);
});

Deno.test("a request counts once against the rate, however often it gives its place up", async () => {
  const clock = new FakeClock();
  const gate = new CallGate(4, { perSecond: 1, clock });
  const turn = await Turn.take(gate, options);
  assert.equal(gate.rateWaitMs("p"), 1000);
  for (let question = 0; question < 3; question += 1) {
    assert.equal(await turn.without(() => Promise.resolve("yes")), "yes");
  }
  assert.deepEqual([gate.rateWaitMs("p"), gate.inside, clock.pending], [1000, 1, 0]);
  turn[Symbol.dispose]();
});
