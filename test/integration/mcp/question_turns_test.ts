/** What an older server asks for several callers of one session: each has the time it needs, none another's question. */

import assert from "node:assert/strict";
import type { QuestionAnswer } from "../../../src/contract/mod.ts";
import type { McpManager } from "../../../src/mcp/mod.ts";
import { FakeClock } from "../../harness/fake_clock.ts";
import { fixtureConfig, startManager, textOf } from "../../harness/mcp_servers.ts";
import { person } from "../../harness/person.ts";

const { signal } = new AbortController();
const YES: QuestionAnswer = { action: "accept", content: { sure: true } };

async function confirm(
  manager: McpManager,
  what: string,
  options: Partial<Parameters<McpManager["call"]>[3]>,
): Promise<unknown> {
  const result = await manager.call("peer", "confirm", { what }, { signal, ...options });
  return JSON.parse(textOf(result)).action;
}

Deno.test("who waits for what somebody else is asked has its patience left, and is asked next", async () => {
  const clock = new FakeClock();
  const config = fixtureConfig("asking_v1.ts", "stdio", { timeoutMs: 10_000, sessions: 1 });
  await using started = await startManager({ peer: config }, { canAsk: true, clock });
  const { manager } = started;
  const [ann, bob] = [person(), person()];
  const annCall = confirm(manager, "ann", ann);
  await ann.wasAsked;
  let stills = 0;
  const begun = Promise.withResolvers<void>();
  const standstill = {
    begin() {
      stills += 1;
      begun.resolve();
      return { [Symbol.dispose]: () => void (stills -= 1) };
    },
  };
  const bobCall = confirm(manager, "bob", { ...bob, standstill });
  await begun.promise;
  clock.advance(600_000);
  assert.deepEqual([stills, bob.questions], [1, []]);
  ann.answer();
  assert.equal(await annCall, "accept");
  await bob.wasAsked;
  assert.equal(stills, 0, "what stands still now is what its own question stops");
  clock.advance(600_000);
  bob.answer();
  assert.equal(await bobCall, "accept");
  assert.deepEqual([ann.questions, bob.questions], [["Confirm ann?"], ["Confirm bob?"]]);
});

Deno.test("a call that works while somebody else is asked has its patience left", async () => {
  const clock = new FakeClock();
  const config = fixtureConfig("asking_v1.ts", "stdio", { timeoutMs: 10_000 });
  await using started = await startManager({ peer: config }, { canAsk: true, clock });
  const { manager } = started;
  const ann = person();
  const annCall = confirm(manager, "ann", ann);
  await ann.wasAsked;
  const slow = manager.call("peer", "slow", { ms: 200 }, { signal });
  await manager.call("peer", "pid", {}, { signal });
  clock.advance(600_000);
  assert.equal(JSON.parse(textOf(await slow)), "slept");
  ann.answer();
  assert.equal(await annCall, "accept");
});

Deno.test("who is cancelled while waiting is never asked, and was never sent", async () => {
  const config = fixtureConfig("asking_v1.ts", "stdio", { sessions: 1 });
  await using started = await startManager({ peer: config }, { canAsk: true });
  const { manager } = started;
  const [ann, bob] = [person(), person()];
  const annCall = confirm(manager, "ann", ann);
  await ann.wasAsked;
  const given = new AbortController();
  const standstill = {
    begin() {
      queueMicrotask(() => given.abort());
      return { [Symbol.dispose]() {} };
    },
  };
  await assert.rejects(confirm(manager, "bob", { ...bob, standstill, signal: given.signal }), {
    code: "CANCELLED",
    details: { server: "peer", tool: "confirm", mayHaveTakenEffect: false },
  });
  ann.answer();
  assert.equal(await annCall, "accept");
  assert.deepEqual([ann.questions, bob.questions], [["Confirm ann?"], []]);
});

Deno.test("two calls of one execution that ask at once are both asked, also the first time", async () => {
  const config = fixtureConfig("asking_v1.ts", "stdio");
  await using started = await startManager({ peer: config }, { canAsk: true });
  const { manager } = started;
  const one = person();
  one.answer();
  const calls = ["a", "b"].map((what) => confirm(manager, what, { ...one, execution: "exec-1" }));
  assert.deepEqual(await Promise.all(calls), ["accept", "accept"]);
  assert.deepEqual(one.questions.toSorted(), ["Confirm a?", "Confirm b?"]);
});

Deno.test("lists of resources and prompts wait for no call in which somebody can be asked", async () => {
  const config = fixtureConfig("asking_v1.ts", "stdio", { sessions: 1 });
  await using started = await startManager({ peer: config }, { canAsk: true });
  const { manager } = started;
  const ask = () => Promise.resolve(YES);
  // From now on the server is known to ask.
  assert.equal(await confirm(manager, "ann", { ask }), "accept");
  const over = new AbortController();
  const begun = Promise.withResolvers<void>();
  const beforeSend = () => begun.resolve();
  const options = { signal: over.signal, ask, beforeSend };
  const working = manager.call("peer", "slow", { ms: 60_000 }, options);
  await begun.promise;
  const peer = manager.passThrough("peer")!;
  const bob = { signal, principal: "bob" };
  const lists = await Promise.all([
    peer.listResources(bob),
    peer.listResourceTemplates(bob),
    peer.listPrompts(bob),
  ]);
  const names = lists.map(({ items }) => items.map(({ name }) => name));
  assert.deepEqual(names, [["a"], ["any"], ["greet"]]);
  over.abort();
  await assert.rejects(working, { code: "CANCELLED" });
});
