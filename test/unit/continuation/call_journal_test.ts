/** What the journal of a program keeps, and when it keeps no more. */

import assert from "node:assert/strict";
import { CallJournal } from "../../../src/continuation/call_journal.ts";
import type { CallFrame } from "../../../src/protocol/frames.ts";
import { FakeClock } from "../../harness/fake_clock.ts";

const frame = (id: number, ...args: number[]): CallFrame => ({
  type: "call",
  id,
  namespace: "memory",
  tool: "read",
  args,
});

/** A reply as a text of 43 characters. */
const sent = (id: number) => JSON.stringify({ type: "reply", id, ok: true, value: id, at: 0 });

function open(limits: { maxCalls?: number; maxLength?: number } = {}) {
  const made: number[] = [];
  const journal = new CallJournal({
    clock: new FakeClock(),
    make: ({ id }) => {
      made.push(id);
      return Promise.resolve({ ok: true, value: id });
    },
    ...limits,
  });
  const fail = () => assert.fail("it diverged");
  return { journal, made, read: () => journal.read(fail) };
}

Deno.test("journal: replies longer than are kept end it, once each is counted", async () => {
  const { journal, read } = open({ maxLength: 80 });
  const first = read();
  await first.call(frame(1));
  first.replied(frame(1), sent(1));
  const second = read();
  await second.call(frame(1));
  second.replied(frame(1), sent(1));
  assert.deepEqual([journal.isFull, journal.calls, journal.replies], [false, 1, 1]);
  await second.call(frame(2));
  second.replied(frame(2), sent(2));
  assert.equal(journal.isFull, true);
});

Deno.test("journal: a full one still answers the sandbox at hand, calls in flight included", async () => {
  const { journal, made, read } = open({ maxCalls: 2 });
  const reader = read();
  const replies = await Promise.all([1, 2, 3].map((id) => reader.call(frame(id))));
  assert.deepEqual(replies.map((reply) => reply.ok && reply.value), [1, 2, 3]);
  assert.deepEqual([journal.isFull, made], [true, [1, 2, 3]]);
  assert.equal(reader.judgeEnd([]), undefined);
});

Deno.test("journal: a call that waits for its turn at the end is not missing", async () => {
  const { read } = open();
  const first = read();
  await Promise.all([first.call(frame(1)), first.call(frame(2))]);
  const second = read();
  await second.call(frame(1));
  assert.equal(second.judgeEnd([frame(2)]), undefined);
  assert.match(second.judgeEnd([])!.message, /it ended without memory\.read$/);
});

Deno.test("journal: a sandbox that was left gets no more", async () => {
  const { made, read } = open();
  const old = read();
  read();
  let isAnswered = false;
  void old.call(frame(1)).then(() => isAnswered = true);
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
  assert.deepEqual([made, isAnswered], [[1], false]);
});

Deno.test("journal: a call is known by its number, whenever it is made", async () => {
  const { made, read } = open();
  const first = read();
  // The program made them in the order 1, 2, 3; the second waited for a turn.
  for (const id of [1, 3, 2]) await first.call(frame(id, id));
  for (const id of [1, 3, 2]) first.replied(frame(id), sent(id));
  const second = read();
  const replies = await Promise.all([1, 2, 3].map((id) => second.call(frame(id, id))));
  assert.deepEqual(replies.map((reply) => reply.ok && reply.value), [1, 2, 3]);
  assert.deepEqual([made, second.judgeEnd([])], [[1, 3, 2], undefined]);
});

Deno.test("journal: what was called before it was full is not called again", async () => {
  const { journal, made, read } = open({ maxLength: 150 });
  const first = read();
  for (const id of [1, 2, 3]) {
    await first.call(frame(id));
    first.replied(frame(id), sent(id));
  }
  // The second and the third wait for their turn while the program goes on: sleeps take no turns.
  const second = read();
  await second.call(frame(1));
  second.replied(frame(1), sent(1));
  const later = second.call(frame(4));
  const replies = [second.call(frame(2))];
  await replies[0];
  assert.equal(journal.isFull, false);
  second.replied(frame(4), sent(4));
  assert.equal(journal.isFull, true);
  assert.match(second.judgeEnd([])!.message, /it ended without memory\.read$/);
  replies.push(second.call(frame(3)), later);
  const values = (await Promise.all(replies)).map((reply) => reply.ok && reply.value);
  assert.deepEqual([values, made], [[2, 3, 4], [1, 2, 3, 4]]);
  assert.equal(second.judgeEnd([]), undefined);
});

Deno.test("journal: a call in flight when it became full is waited for, and diverging still ends", async () => {
  let finish: () => void = () => {};
  const made: number[] = [];
  const journal = new CallJournal({
    clock: new FakeClock(),
    make: async ({ id }) => {
      made.push(id);
      if (id === 1) await new Promise<void>((resolve) => finish = resolve);
      return { ok: true, value: id };
    },
    maxCalls: 3,
  });
  const first = journal.read(() => assert.fail("it diverged"));
  void first.call(frame(1));
  await first.call(frame(2));
  first.replied(frame(2), sent(2));
  const diverged: string[] = [];
  const second = journal.read((error) => diverged.push(error.message));
  void second.call(frame(3));
  assert.equal(journal.isFull, true);
  const waiting = second.call(frame(1));
  void second.call(frame(2, 5));
  finish();
  assert.equal(diverged.length, 1);
  assert.match(diverged[0]!, /it called memory\.read with other arguments$/);
  void second.call(frame(2));
  assert.deepEqual([await waiting, made], [{ ok: true, value: 1, at: 0 }, [1, 2, 3]]);
});

Deno.test("journal: a call that fails inside the host is a reply", async () => {
  const journal = new CallJournal({
    clock: new FakeClock(),
    make: () => Promise.reject(new TypeError("of the host's")),
  });
  const reader = journal.read(() => assert.fail("it diverged"));
  assert.deepEqual(await reader.call(frame(1)), {
    ok: false,
    error: { name: "Error", message: "The host could not make the call" },
    at: 0,
  });
});
