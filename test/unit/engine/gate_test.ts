import assert from "node:assert/strict";
import { Gate } from "../../../src/engine/gate.ts";

Deno.test("gate: one more than the limit is QUEUE_FULL, leaving makes room", () => {
  const gate = new Gate(1);
  const ticket = gate.enter();
  assert.throws(() => gate.enter(), {
    code: "QUEUE_FULL",
    message: "1 executions are running or waiting",
  });
  ticket[Symbol.dispose]();
  assert.equal(gate.inside, 0);
  gate.enter()[Symbol.dispose]();
});

Deno.test("gate: a closed gate refuses and waits for those inside", async () => {
  const gate = new Gate(2);
  const ticket = gate.enter();
  let closed = false;
  const closing = gate.close(new AbortController().signal).then(() => closed = true);
  assert.throws(() => gate.enter(), { code: "SHUTTING_DOWN" });
  await Promise.resolve();
  assert.equal(closed, false);
  ticket[Symbol.dispose]();
  await closing;
  assert.equal(closed, true);
});

Deno.test("gate: patience that ends cancels those inside", async () => {
  const gate = new Gate(2);
  const ticket = gate.enter();
  const patience = new AbortController();
  const closing = gate.close(patience.signal);
  assert.equal(ticket.signal.aborted, false);
  patience.abort();
  assert.equal((ticket.signal.reason as { code: string }).code, "CANCELLED");
  ticket[Symbol.dispose]();
  await closing;
});

Deno.test("gate: a caller that is gone cancels its own ticket only", () => {
  const gate = new Gate(2);
  const caller = new AbortController();
  const mine = gate.enter(caller.signal);
  const other = gate.enter();
  caller.abort();
  assert.equal(mine.signal.aborted, true);
  assert.equal(other.signal.aborted, false);
});
