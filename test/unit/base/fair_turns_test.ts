/** One at a time, in turns between principals, within a bound. */

import assert from "node:assert/strict";
import { FairTurns } from "../../../src/base/fair_turns.ts";
import { settle } from "../../harness/settle.ts";

const OPTIONS = { maxWaiting: 4, what: "checks of programs" };
const FULL = {
  code: "QUEUE_FULL",
  message: "4 checks of programs are waiting",
  details: { max: 4 },
};

/** Asks for turns by name, and keeps whose turn it was and who was refused. */
function createLine(turns: FairTurns) {
  const order: string[] = [];
  const refused: string[] = [];
  let end = () => {};
  const ask = async (name: string, signal?: AbortSignal) => {
    try {
      const turn = await turns.take(name.charAt(0), signal);
      order.push(name);
      end = () => turn[Symbol.dispose]();
    } catch (error) {
      refused.push(`${name}: ${(error as Error).message}`);
    }
  };
  const endTurn = async () => {
    end();
    await settle();
  };
  return { order, refused, ask, endTurn };
}

Deno.test("turns: one who asks for many waits for one who asks for few", async () => {
  const turns = new FairTurns(OPTIONS);
  const { order, ask, endTurn } = createLine(turns);
  for (const name of ["a1", "a2", "a3", "a4"]) void ask(name);
  void ask("b1");
  await settle();
  assert.deepEqual([order, turns.waiting], [["a1"], 4]);
  for (let left = 4; left > 0; left -= 1) await endTurn();
  assert.deepEqual(order, ["a1", "a2", "b1", "a3", "a4"]);
  await endTurn();
  void ask("c1");
  await settle();
  assert.deepEqual([order.at(-1), turns.waiting], ["c1", 0]);
});

Deno.test("turns: a full queue refuses who filled it, and makes room for others", async () => {
  const { order, refused, ask, endTurn } = createLine(new FairTurns(OPTIONS));
  for (const name of ["a1", "a2", "a3", "a4", "a5", "a6"]) void ask(name);
  await settle();
  assert.deepEqual(refused, ["a6: 4 checks of programs are waiting"]);
  void ask("b1");
  void ask("b2");
  void ask("b3");
  await settle();
  assert.deepEqual(refused.slice(1).map((text) => text.slice(0, 2)).sort(), ["a4", "a5", "b3"]);
  for (let left = 4; left > 0; left -= 1) await endTurn();
  assert.deepEqual(order, ["a1", "a2", "b1", "a3", "b2"]);
});

Deno.test("turns: a refusal is typed", async () => {
  const turns = new FairTurns({ ...OPTIONS, maxWaiting: 0 });
  using _turn = await turns.take("a");
  await assert.rejects(turns.take("a"), {
    ...FULL,
    message: "0 checks of programs are waiting",
    details: { max: 0 },
  });
});

Deno.test("turns: who gives up leaves the queue; closing rejects all that wait and come", async () => {
  const turns = new FairTurns(OPTIONS);
  const { order, refused, ask, endTurn } = createLine(turns);
  const aborter = new AbortController();
  void ask("a1");
  void ask("a2", aborter.signal);
  void ask("b1");
  void ask("b2");
  await settle();
  aborter.abort(new Error("enough"));
  await endTurn();
  assert.deepEqual([order, refused], [["a1", "b1"], ["a2: enough"]]);
  turns.close(new Error("closed"));
  await settle();
  await ask("c1");
  await ask("c2", aborter.signal);
  assert.deepEqual(refused.slice(1), ["b2: closed", "c1: closed", "c2: enough"]);
  await endTurn();
  assert.deepEqual(order, ["a1", "b1"]);
});
