/** The lanes of the engine, as far as they differ. */

import assert from "node:assert/strict";
import { Metrics } from "../../../src/base/metrics.ts";
import { parseConfig } from "../../../src/config/mod.ts";
import { EngineMetrics } from "../../../src/engine/engine_metrics.ts";
import { Gates } from "../../../src/engine/gates.ts";
import { FakeClock } from "../../harness/fake_clock.ts";
import { settle } from "../../harness/settle.ts";

Deno.test("one caller's reads go one by one, and hold nobody else's", async () => {
  const metrics = new EngineMetrics(new Metrics(), new Map());
  const gates = new Gates(parseConfig({}).sandbox, new FakeClock(), metrics);
  const order: string[] = [];
  const read = async (principal: string, name: string) => {
    const ticket = gates.reads.enter(principal);
    await ticket.turn();
    order.push(name);
    return ticket;
  };
  const first = await read("ada", "ada 1");
  const second = read("ada", "ada 2");
  const third = read("ada", "ada 3");
  using _other = await read("bob", "bob 1");
  await settle();
  assert.deepEqual(order, ["ada 1", "bob 1"]);
  first[Symbol.dispose]();
  (await second)[Symbol.dispose]();
  (await third)[Symbol.dispose]();
  assert.deepEqual(order, ["ada 1", "bob 1", "ada 2", "ada 3"]);
});

Deno.test("programs are let in by what they run on, and the end waits for one that moves", async () => {
  const metrics = new EngineMetrics(new Metrics(), new Map());
  const { sandbox } = parseConfig({
    sandbox: { workers: { min: 1, max: 1 }, light: { processes: 1, programsAtOnce: 2, parked: 0 } },
  });
  const gates = new Gates(sandbox, new FakeClock(), metrics);
  const names = ["deno", "python", "bash", "quickjs", "monty"] as const;
  assert.deepEqual(names.map((name) => gates.of(name) === gates.light), [
    ...[false, false, false, true, true],
  ]);
  const heavy = gates.heavy.enter("ada");
  const light = [gates.light.enter("ada"), gates.light.enter("ada")];
  await Promise.all([heavy, ...light].map((ticket) => ticket.turn()));
  let isOver = false;
  const closing = gates.close(new AbortController().signal).then(() => isOver = true);
  heavy[Symbol.dispose]();
  await settle();
  light[0]!.move(gates.heavy);
  await light[0]!.turn();
  light[1]![Symbol.dispose]();
  await settle();
  assert.equal(isOver, false);
  light[0]![Symbol.dispose]();
  await closing;
});
