/** What is sent over a socket whose peer may not read. */

import assert from "node:assert/strict";
import { Outbox } from "../../../src/http/outbox.ts";
import { FakeClock } from "../../harness/fake_clock.ts";
import { settle } from "../../harness/settle.ts";

/** A peer that takes messages when told to. */
function outboxOf() {
  const clock = new FakeClock();
  const untaken: (() => void)[] = [];
  const sent: string[] = [];
  const peer = { bufferedAmount: 0, isTerminated: false };
  const outbox = new Outbox({
    get bufferedAmount() {
      return peer.bufferedAmount;
    },
    send(text, onTaken) {
      sent.push(text);
      peer.bufferedAmount += text.length;
      untaken.push(() => {
        peer.bufferedAmount -= text.length;
        onTaken();
      });
    },
    terminate: () => void (peer.isTerminated = true),
  }, { clock, bufferedBytes: 10, idleTimeoutMs: 1000 });
  return { clock, outbox, peer, sent, take: () => untaken.shift()?.() };
}

Deno.test("outbox: sending waits while too much is unread, so no more than one message is held", async () => {
  const { outbox, sent, take, clock } = outboxOf();
  const done: number[] = [];
  for (const [index, text] of ["four", "fourteen chars", "next"].entries()) {
    void outbox.send(text).then(() => done.push(index));
  }
  await settle();
  assert.deepEqual([done, sent], [[0], ['"four"', '"fourteen chars"']]);
  take();
  await settle();
  assert.deepEqual(done, [0]);
  take();
  await settle();
  assert.deepEqual([done, sent.length, clock.pending], [[0, 1, 2], 3, 0]);
});

Deno.test("outbox: a peer that takes nothing for too long is cut off", async () => {
  const { outbox, peer, clock } = outboxOf();
  const sending = outbox.send("more than ten characters");
  await settle();
  clock.advance(999);
  assert.equal(peer.isTerminated, false);
  clock.advance(1);
  assert.equal(peer.isTerminated, true);
  outbox.close();
  await sending;
});

Deno.test("outbox: nothing is sent once it is closed, and nobody waits", async () => {
  const { outbox, sent, clock } = outboxOf();
  const first = outbox.send("more than ten characters");
  await settle();
  const second = outbox.send("never sent");
  outbox.close();
  await Promise.all([first, second, outbox.send("nor this")]);
  assert.equal(sent.length, 1);
  assert.equal(clock.pending, 0);
});
