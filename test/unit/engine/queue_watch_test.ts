/** What a watcher learns of an execution's place in the queue. */

import assert from "node:assert/strict";
import { ExecutionFeed } from "../../../src/engine/execution_feed.ts";
import { Gate } from "../../../src/engine/gate.ts";
import type { Happening } from "../../../src/engine/happening.ts";
import { waitForTurn } from "../../../src/engine/queue_watch.ts";
import { CodemodeError } from "../../../src/base/errors.ts";
import { EventLog } from "../../../src/journal/mod.ts";
import { FakeClock } from "../../harness/fake_clock.ts";
import { settle } from "../../harness/settle.ts";

function queueOf() {
  const clock = new FakeClock();
  const log = new EventLog<Happening>({ entries: 10, bytes: 1000 }, clock);
  const places = { places: 1, queue: 10, perPrincipal: 10, timeoutMs: 30_000 };
  const gate = new Gate({ ...places, clock });
  const positions = () => {
    const seen: unknown[] = [];
    for (let id = 1; id <= log.lastId; id += 1) {
      const read = log.read(id - 1);
      if (read !== undefined && "body" in read && read.body.type === "phase") {
        seen.push(read.body.payload.position);
      }
    }
    return seen;
  };
  const feed = new ExecutionFeed(log);
  const watch = { clock, onPlace: (position: number) => feed.queued(position) };
  return { clock, gate, watch, positions };
}

Deno.test("queue watch: each change of place is told, and nothing is left behind", async () => {
  const { clock, gate, watch, positions } = queueOf();
  const before = ["a", "b", "c"].map(() => gate.enter("ada"));
  for (const ticket of before) void ticket.turn();
  const ticket = gate.enter("ada");
  const turn = waitForTurn(ticket, watch);
  assert.equal(ticket.position, 2);
  clock.advance(500);
  assert.deepEqual(positions(), []);
  before[0]?.[Symbol.dispose]();
  clock.advance(500);
  assert.deepEqual(positions(), [1]);
  before[1]?.[Symbol.dispose]();
  clock.advance(500);
  assert.deepEqual(positions(), [1, 0]);
  before[2]?.[Symbol.dispose]();
  await turn;
  assert.equal(clock.pending, 0);
  ticket[Symbol.dispose]();
});

Deno.test("queue watch: who need not wait has no timer, and who is cancelled stops waiting", async () => {
  const { clock, gate, watch, positions } = queueOf();
  const first = gate.enter("ada");
  await waitForTurn(first, watch);
  const second = gate.enter("ada");
  const turn = waitForTurn(second, watch);
  second.cancel(new CodemodeError("CANCELLED", "not needed"));
  await assert.rejects(turn, { code: "CANCELLED", message: "not needed" });
  await settle();
  assert.deepEqual([clock.pending, positions()], [0, []]);
});
