import assert from "node:assert/strict";
import { Gate, type Ticket } from "../../../src/engine/gate.ts";
import type { GateOptions, Refusal } from "../../../src/engine/gate_options.ts";
import { FakeClock } from "../../harness/fake_clock.ts";
import { settle } from "../../harness/settle.ts";

const NEVER = new AbortController().signal;

function gateOf(options: Partial<GateOptions> = {}) {
  const clock = new FakeClock();
  const refusals: Refusal[] = [];
  const gate = new Gate({
    places: 1,
    queue: 1,
    perPrincipal: 10,
    timeoutMs: 30_000,
    clock,
    onRefused: (why) => void refusals.push(why),
    ...options,
  });
  const order: string[] = [];
  /** Enters and waits; its name is noted when its turn comes. */
  const come = (name: string): Ticket & { readonly turned: Promise<unknown> } => {
    const ticket = gate.enter(name[0] ?? "");
    const turned = ticket.turn().then(() => void order.push(name), (error: unknown) => error);
    return Object.assign(ticket, { turned });
  };
  return { gate, clock, refusals, order, come };
}

const leave = (ticket: Ticket | undefined) => ticket?.[Symbol.dispose]();

Deno.test("gate: one more than its places and its queue is QUEUE_FULL, leaving makes room", async () => {
  const { gate, come, order, refusals } = gateOf();
  const first = come("a1");
  const second = come("a2");
  assert.throws(() => gate.enter("a"), {
    code: "QUEUE_FULL",
    message: "2 executions are running or waiting",
    details: { max: 2, retryAfterMs: 1000 },
  });
  assert.deepEqual(refusals, ["full"]);
  assert.deepEqual([gate.inside, gate.waiting, second.position], [2, 1, 0]);
  leave(first);
  leave(first);
  await second.turned;
  assert.deepEqual(order, ["a1", "a2"]);
  assert.equal(second.position, undefined);
  leave(second);
  assert.deepEqual([gate.inside, gate.waiting], [0, 0]);
});

Deno.test("gate: a hundred of one principal do not starve another's one", async () => {
  const { gate, come, order } = gateOf({ queue: 200 });
  const tickets = new Map<string, Ticket>();
  for (let n = 0; n < 100; n += 1) tickets.set(`a${n}`, come(`a${n}`));
  const late = come("b0");
  tickets.set("b0", late);
  assert.equal(late.position, 1);
  for (let n = 0; n < 3; n += 1) {
    await settle();
    leave(tickets.get(order.at(-1) ?? ""));
  }
  assert.deepEqual(order, ["a0", "a1", "b0"]);
  for (const ticket of tickets.values()) leave(ticket);
  assert.deepEqual([gate.inside, gate.waiting], [0, 0]);
});

Deno.test("gate: one that fills the queue gives way to one that does not", async () => {
  const { gate, come, refusals } = gateOf({ queue: 3 });
  const [running, ...waiting] = ["a1", "a2", "a3", "a4"].map(come);
  const other = come("b1");
  const newest = waiting.at(-1);
  assert.equal((await newest?.turned as { code: string }).code, "QUEUE_FULL");
  assert.equal((newest?.signal.reason as { code: string }).code, "QUEUE_FULL");
  assert.equal(gate.waiting, 3);
  // Two of a's wait and one of b's: displacing one more would only turn the tables.
  assert.throws(() => gate.enter("b"), { code: "QUEUE_FULL" });
  assert.throws(() => gate.enter("a"), { code: "QUEUE_FULL" });
  const third = come("c1");
  assert.equal((await waiting[1]?.turned as { code: string }).code, "QUEUE_FULL");
  assert.deepEqual(refusals, ["displaced", "full", "full", "displaced"]);
  for (const ticket of [running, ...waiting, other, third]) leave(ticket);
  assert.equal(gate.inside, 0);
});

Deno.test("gate: a principal has its share of places, others have the rest", async () => {
  const { come, order } = gateOf({ places: 3, perPrincipal: 2, queue: 10 });
  const [first] = ["a1", "a2", "a3", "b1"].map(come);
  await settle();
  assert.deepEqual(order, ["a1", "a2", "b1"]);
  leave(first);
  await settle();
  assert.deepEqual(order, ["a1", "a2", "b1", "a3"]);
});

Deno.test("gate: who waits too long is QUEUE_FULL with its position, and leaves the queue", async () => {
  const { gate, clock, come, order, refusals } = gateOf({ queue: 3, timeoutMs: 500 });
  const running = come("a1");
  const impatient = come("a2");
  clock.advance(400);
  const patient = come("a3");
  clock.advance(100);
  const error = await impatient.turned as { code: string; message: string; details: unknown };
  assert.equal(error.code, "QUEUE_FULL");
  assert.equal(error.message, "The execution waited 500 ms for its turn");
  assert.deepEqual(error.details, { queueTimeout: 500, position: 0, retryAfterMs: 1000 });
  assert.deepEqual(refusals, ["timeout"]);
  leave(impatient);
  leave(running);
  await patient.turned;
  assert.deepEqual(order, ["a1", "a3"]);
  assert.equal(clock.pending, 0);
  leave(patient);
  assert.equal(gate.inside, 0);
});

Deno.test("gate: a refused caller is told to wait as long as the queue should take", () => {
  const { gate, clock, come } = gateOf({ queue: 1 });
  for (let n = 0; n < 60; n += 1) {
    const ticket = come("a");
    clock.advance(4000);
    leave(ticket);
  }
  come("a1");
  come("a2");
  assert.throws(() => gate.enter("a"), { details: { max: 2, retryAfterMs: 8000 } });
});

Deno.test("gate: a closed gate refuses and waits for those inside, also for those that wait", async () => {
  const { gate, come, order, refusals } = gateOf();
  const first = come("a1");
  const second = come("a2");
  let closed = false;
  const closing = gate.close(NEVER).then(() => closed = true);
  assert.throws(() => gate.enter("a"), { code: "SHUTTING_DOWN" });
  assert.deepEqual(refusals, ["closed"]);
  leave(first);
  await second.turned;
  assert.deepEqual(order, ["a1", "a2"]);
  assert.equal(closed, false);
  leave(second);
  await closing;
  assert.equal(closed, true);
});

Deno.test("gate: patience that ends cancels those inside", async () => {
  const { gate, come } = gateOf();
  const running = come("a1");
  const waiting = come("a2");
  const patience = new AbortController();
  const closing = gate.close(patience.signal);
  assert.equal(running.signal.aborted, false);
  patience.abort();
  assert.equal((running.signal.reason as { code: string }).code, "CANCELLED");
  assert.equal((await waiting.turned as { code: string }).code, "CANCELLED");
  leave(running);
  leave(waiting);
  await closing;
});

Deno.test("gate: a caller that is gone cancels its own ticket only", async () => {
  const { gate } = gateOf({ queue: 3 });
  const caller = new AbortController();
  const running = gate.enter("a");
  await running.turn();
  const mine = gate.enter("a", caller.signal);
  const other = gate.enter("a");
  const turned = assert.rejects(mine.turn(), { code: "CANCELLED" });
  caller.abort();
  await turned;
  assert.equal(other.signal.aborted, false);
  assert.equal(gate.waiting, 1);
  await assert.rejects(gate.enter("a", caller.signal).turn(), { code: "CANCELLED" });
});

Deno.test("gate: one that moves gives its place back and waits its turn elsewhere", async () => {
  const { gate, come, order } = gateOf();
  const other = gateOf();
  const first = come("a1");
  const second = come("a2");
  const held = other.come("b1");
  await settle();
  first.move(other.gate);
  first.move(other.gate);
  await second.turned;
  const again = first.turn().then(() => void order.push("a1 again"));
  await settle();
  assert.deepEqual([order, first.position], [["a1", "a2"], 0]);
  assert.deepEqual([gate.inside, other.gate.inside, other.gate.waiting], [1, 2, 1]);
  assert.throws(() => second.move(other.gate), { code: "QUEUE_FULL" });
  assert.equal(second.position, undefined);
  leave(held);
  await again;
  assert.deepEqual(order, ["a1", "a2", "a1 again"]);
  leave(first);
  leave(second);
  assert.deepEqual([gate.inside, other.gate.inside], [0, 0]);
});

Deno.test("gate: a wait that is given up keeps the place in the queue, and may begin again", async () => {
  const { gate, clock, come, order } = gateOf({ queue: 5 });
  const running = come("a1");
  const wavering = gate.enter("a");
  const patience = new AbortController();
  const turned = assert.rejects(wavering.turn({ signal: patience.signal }), { name: "AbortError" });
  const late = come("a2");
  patience.abort();
  await turned;
  assert.deepEqual([wavering.position, wavering.signal.aborted, gate.waiting], [0, false, 2]);
  leave(running);
  await late.turned;
  const again = wavering.turn().then(() => void order.push("again"));
  leave(late);
  await again;
  assert.deepEqual([order, clock.pending], [["a1", "a2", "again"], 0]);
  leave(wavering);
});

Deno.test("gate: who is patient waits for long, beyond the bound, and keeps its share until then", async () => {
  const light = gateOf({ places: 2, perPrincipal: 2, queue: 3 });
  const heavy = gateOf({ places: 1, queue: 0, timeoutMs: 500 });
  const running = heavy.come("b1");
  const first = light.come("a1");
  const second = light.come("a2");
  const third = light.come("a3");
  await settle();
  for (const ticket of [first, second]) ticket.move(heavy.gate, { isPatient: true });
  const turns = [first, second].map((ticket) => ticket.turn());
  heavy.clock.advance(60_000);
  const others = ["b1", "c1"].map(light.come);
  await settle();
  assert.deepEqual(light.order, ["a1", "a2", "b1", "c1"]);
  assert.deepEqual([light.gate.inside, heavy.gate.inside, heavy.gate.waiting], [3, 3, 2]);
  others.forEach(leave);
  await settle();
  assert.deepEqual(light.order, ["a1", "a2", "b1", "c1"]);
  leave(running);
  await turns[0];
  // Its share of the light gate is free by now.
  await third.turned;
  leave(first);
  await turns[1];
  for (const ticket of [second, third]) leave(ticket);
  assert.deepEqual([light.gate.inside, heavy.gate.inside, heavy.clock.pending], [0, 0, 0]);
});

Deno.test("gate: who goes on here keeps nobody from coming, and gives way to nobody", async () => {
  const light = gateOf({ places: 50, perPrincipal: 50 });
  const heavy = gateOf({ places: 2, perPrincipal: 1, queue: 2 });
  const movers = Array.from({ length: 50 }, () => light.gate.enter("a"));
  await Promise.all(movers.map((ticket) => ticket.turn()));
  for (const ticket of movers) ticket.move(heavy.gate, { isPatient: true });
  const turns = movers.map((ticket) => ticket.turn());
  await turns[0];
  assert.deepEqual([heavy.gate.isFreeFor("a"), heavy.gate.isFreeFor("b")], [false, true]);
  const other = heavy.come("b1");
  await other.turned;
  const theirs = ["a1", "a2"].map(heavy.come);
  assert.throws(() => heavy.gate.enter("a"), { code: "QUEUE_FULL" });
  const third = heavy.come("c1");
  assert.equal((await theirs[1]?.turned as { code: string }).code, "QUEUE_FULL");
  assert.equal(movers.some(({ signal }) => signal.aborted), false);
  for (const ticket of [...movers, other, ...theirs, third]) leave(ticket);
  assert.deepEqual([light.gate.inside, heavy.gate.inside], [0, 0]);
});
