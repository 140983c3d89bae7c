import assert from "node:assert/strict";
import { AbandonedRequests, MAX_ABANDONED } from "../../../src/mcp/abandoned_requests.ts";
import { FakeClock } from "../../harness/fake_clock.ts";

const cancelled = (requestId: unknown) => ({
  method: "notifications/cancelled",
  params: { requestId },
});

Deno.test("only what is cancelled as a principal's is remembered, until it is answered", () => {
  const clock = new FakeClock();
  const abandoned = new AbandonedRequests(clock);
  abandoned.sent(cancelled(1));
  assert.equal(abandoned.oldestMs, undefined, "a request of the session itself");
  for (const message of [null, undefined, 1, "x", [], {}]) {
    abandoned.cancel("ann", () => abandoned.sent(message));
  }
  assert.equal(abandoned.newestMs, undefined);
  abandoned.cancel("ann", () => abandoned.sent(cancelled(2)));
  clock.advance(5);
  abandoned.cancel("bob", () => abandoned.sent(cancelled(3)));
  clock.advance(1);
  assert.deepEqual([abandoned.oldestMs, abandoned.newestMs], [6, 1]);
  assert.deepEqual(["ann", "bob"].map((one) => abandoned.areOnlyOf(one)), [false, false]);
  for (
    const message of [null, 1, { id: 2, method: "ping" }, { result: {} }, { id: 9, result: {} }]
  ) {
    abandoned.received(message);
  }
  assert.equal(abandoned.oldestMs, 6);
  abandoned.received({ id: "2", error: {} });
  assert.deepEqual(["ann", "bob"].map((one) => abandoned.areOnlyOf(one)), [false, true]);
  abandoned.received({ id: 3, result: {} });
  assert.deepEqual([abandoned.oldestMs, abandoned.areOnlyOf("ann")], [undefined, true]);
});

Deno.test("a cancellation that throws is over", () => {
  const abandoned = new AbandonedRequests(new FakeClock());
  assert.throws(() =>
    abandoned.cancel("ann", () => {
      throw new Error("closed");
    }), { message: "closed" });
  abandoned.sent(cancelled(1));
  assert.equal(abandoned.oldestMs, undefined);
});

Deno.test("too many to be told apart are everybody's for good", () => {
  const abandoned = new AbandonedRequests(new FakeClock());
  const giveUp = (id: number) => abandoned.cancel("ann", () => abandoned.sent(cancelled(id)));
  for (let id = 0; id < MAX_ABANDONED; id += 1) giveUp(id);
  assert.equal(abandoned.areOnlyOf("ann"), true);
  giveUp(MAX_ABANDONED);
  for (let id = 0; id <= MAX_ABANDONED; id += 1) abandoned.received({ id, result: {} });
  assert.deepEqual(
    [abandoned.areOnlyOf("ann"), abandoned.oldestMs, abandoned.newestMs],
    [false, Infinity, undefined],
  );
});

Deno.test("a request whose answer was lost on the way is nobody's, and stays", () => {
  const clock = new FakeClock();
  const abandoned = new AbandonedRequests(clock);
  for (const code of [-32_798, -32_797]) {
    assert.equal(abandoned.received({ id: 1, error: { code, message: "" } }), false);
  }
  assert.equal(abandoned.received({ id: "2", error: { code: -32_798, message: "" } }), false);
  assert.deepEqual([abandoned.oldestMs, abandoned.areOnlyOf("ann")], [0, false]);
  assert.equal(abandoned.received({ id: 1, result: {} }), true);
  assert.equal(abandoned.oldestMs, undefined);
});

Deno.test("a request that was given up stays its owner's when its answer is lost", () => {
  const abandoned = new AbandonedRequests(new FakeClock());
  abandoned.cancel("ann", () => abandoned.sent(cancelled(1)));
  assert.equal(abandoned.received({ id: 1, error: { code: -32_798, message: "" } }), false);
  assert.equal(abandoned.areOnlyOf("ann"), true);
});
