import assert from "node:assert/strict";
import { createLogger, type LogEntry } from "../../../src/base/log.ts";
import { AbandonedRequests } from "../../../src/mcp/abandoned_requests.ts";
import { AskingTools } from "../../../src/mcp/asking_tools.ts";
import { QuestionDesk } from "../../../src/mcp/question_desk.ts";
import type { SeatedCall } from "../../../src/mcp/seated_calls.ts";
import { FakeClock } from "../../harness/fake_clock.ts";

const { signal } = new AbortController();
const PARAMS = { message: "Sure?", requestedSchema: { type: "object", properties: {} } };
const YES = { action: "accept", content: {} } as const;
const NOBODY = { action: "cancel" };

function deskOf(askingTools?: AskingTools) {
  const clock = new FakeClock();
  const abandoned = new AbandonedRequests(clock);
  const log: LogEntry[] = [];
  const logger = createLogger([{ write: (entry) => void log.push(entry) }], "info");
  const desk = new QuestionDesk("s", {
    ...{ logger, clock, abandoned, onWornOut: () => {} },
    ...(askingTools === undefined ? {} : { askingTools }),
  });
  const giveUp = (owner: string, requestId: number) =>
    abandoned.cancel(
      owner,
      () => abandoned.sent({ method: "notifications/cancelled", params: { requestId } }),
    );
  const warnings = () => log.map(({ fields }) => [fields["reason"], fields["count"]]);
  return { desk, clock, abandoned, giveUp, warnings };
}

/** A call of `owner` that answers yes once it is let, and knows whether its time stands still. */
function callOf(owner: string, tool = `${owner}-tool`) {
  const thinking = Promise.withResolvers<void>();
  const asked: string[] = [];
  const state = { isStill: false, isAside: false };
  const call: SeatedCall = {
    tool,
    owner,
    ask: async (question) => {
      asked.push(question.tool);
      await thinking.promise;
      return YES;
    },
    standstill: {
      begin() {
        assert.equal(state.isStill, false, "begun once");
        state.isStill = true;
        return { [Symbol.dispose]: () => void (state.isStill = false) };
      },
    },
    async aside(wait) {
      state.isAside = true;
      try {
        return await wait();
      } finally {
        state.isAside = false;
      }
    },
  };
  return { call, asked, state, think: () => thinking.resolve() };
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
}

/** What a promise has come to, once everything that can go on has gone on. */
async function stateOf(promise: Promise<unknown>): Promise<unknown> {
  let state: unknown = "waiting";
  promise.then((value) => state = value, (reason) => state = reason);
  await settle();
  return state;
}

/** A desk whose server has asked in `tool` before. */
async function knownToAsk(tool: string) {
  const made = deskOf();
  const first = callOf("first", tool);
  first.think();
  using _seat = await made.desk.sit(first.call, signal);
  assert.deepEqual(await made.desk.answer(PARAMS, signal), YES);
  return made;
}

Deno.test("time stands still for a call while another one is asked, and goes on after it", async () => {
  const { desk } = deskOf();
  const [ann, bob] = [callOf("ann"), callOf("bob")];
  const annSeat = await desk.sit(ann.call, signal);
  const bobSeat = await desk.sit(bob.call, signal);
  const held = desk.answer(PARAMS, signal);
  assert.deepEqual([ann.state.isStill, bob.state.isStill], [false, false], "nobody is asked yet");
  annSeat[Symbol.dispose]();
  await settle();
  assert.deepEqual(bob.asked, ["bob-tool"]);
  assert.equal(bob.state.isStill, false, "its own question stops it otherwise");
  const eve = callOf("eve");
  const eveSeat = await desk.sit(eve.call, signal);
  assert.equal(eve.state.isStill, true);
  bob.think();
  assert.deepEqual(await held, YES);
  assert.equal(eve.state.isStill, false);
  bobSeat[Symbol.dispose]();
  eveSeat[Symbol.dispose]();
});

Deno.test("a tool that is known to ask is called when nobody else is asked, and gives its place to others until then", async () => {
  const { desk } = await knownToAsk("buy");
  const [ann, bob, eve] = [callOf("ann", "buy"), callOf("bob", "buy"), callOf("eve", "look")];
  const annSeat = await desk.sit(ann.call, signal);
  const annAnswer = desk.answer(PARAMS, signal);
  const bobSitting = desk.sit(bob.call, signal);
  assert.equal(await stateOf(bobSitting), "waiting");
  assert.deepEqual(bob.state, { isStill: true, isAside: true });
  (await desk.sit(eve.call, signal))[Symbol.dispose]();
  ann.think();
  assert.deepEqual(await annAnswer, YES);
  assert.equal(bob.state.isStill, false, "now it waits for a call that works");
  const kim = desk.sit(callOf("kim", "look").call, signal);
  assert.equal(await stateOf(kim), "waiting", "nobody passes it while the wait is short");
  annSeat[Symbol.dispose]();
  const bobSeat = await bobSitting;
  assert.deepEqual(bob.state, { isStill: false, isAside: false });
  const bobAnswer = desk.answer(PARAMS, signal);
  bob.think();
  assert.deepEqual(await bobAnswer, YES);
  bobSeat[Symbol.dispose]();
  (await kim)[Symbol.dispose]();
});

Deno.test("a call that gets its seat and then not what else it waits for leaves it again", async () => {
  const { desk } = await knownToAsk("buy");
  const ann = callOf("ann", "buy");
  const annSeat = await desk.sit(ann.call, signal);
  const aside = async (wait: () => Promise<unknown>) => {
    await wait();
    throw new Error("no place");
  };
  const bob = { ...callOf("bob", "buy").call, aside } as SeatedCall;
  const refused = assert.rejects(desk.sit(bob, signal), { message: "no place" });
  annSeat[Symbol.dispose]();
  await refused;
  (await desk.sit(callOf("eve", "buy").call, signal))[Symbol.dispose]();
});

Deno.test("calls of one execution are asked side by side, whichever of them asked", async () => {
  const { desk } = deskOf();
  const [one, two, other] = [callOf("ann", "a"), callOf("ann", "b"), callOf("bob")];
  const seats = [await desk.sit(one.call, signal), await desk.sit(two.call, signal)];
  const answers = [desk.answer(PARAMS, signal), desk.answer(PARAMS, signal)];
  await settle();
  assert.deepEqual([one.asked, two.asked], [["a"], ["b"]]);
  assert.deepEqual([one.state.isStill, two.state.isStill], [true, true]);
  seats[0]?.[Symbol.dispose]();
  one.think();
  two.think();
  assert.deepEqual(await Promise.all(answers), [YES, YES], "the question may be the other one's");
  const otherSitting = desk.sit(other.call, signal);
  assert.equal(await stateOf(otherSitting), "waiting");
  seats[1]?.[Symbol.dispose]();
  (await otherSitting)[Symbol.dispose]();
});

Deno.test("a question is over with all calls that may be its cause", async () => {
  const { desk } = deskOf();
  const [one, two] = [callOf("ann", "a"), callOf("ann", "b")];
  const seats = [await desk.sit(one.call, signal), await desk.sit(two.call, signal)];
  const answer = desk.answer(PARAMS, signal);
  for (const seat of seats) seat[Symbol.dispose]();
  assert.deepEqual(await answer, NOBODY);
});

Deno.test("what waits when a call is given up is over at once, also where others could be shown it", async () => {
  const { desk } = await knownToAsk("buy");
  const given = new AbortController();
  const ann = callOf("ann", "buy");
  const annSeat = await desk.sit(ann.call, signal);
  const annAnswer = desk.answer(PARAMS, signal);
  const bob = callOf("bob", "sell");
  const bobSeat = await desk.sit(bob.call, given.signal);
  const bobAnswer = desk.answer({ ...PARAMS, message: "Sell?" }, signal);
  assert.equal(await stateOf(bobAnswer), "waiting");
  given.abort();
  bobSeat[Symbol.dispose]();
  assert.deepEqual(await bobAnswer, NOBODY);
  ann.think();
  assert.deepEqual([await annAnswer, ann.asked, bob.asked], [YES, ["buy"], []]);
  annSeat.assertAsked();
  annSeat[Symbol.dispose]();
});

Deno.test("whose question was put to nobody fails with the reason, and the operator reads it", async () => {
  const { desk, clock, abandoned, giveUp, warnings } = deskOf();
  giveUp("ann", 7);
  const bob = callOf("bob", "buy");
  const seat = await desk.sit(bob.call, signal);
  for (const _ of [1, 2]) assert.deepEqual(await desk.answer(PARAMS, signal), NOBODY);
  const reason =
    "it may be about a call that was given up and that the server has not answered yet";
  const message = `The server "s" asked in the middle of "buy" what was put to nobody: ${reason}`;
  const details = {
    server: "s",
    tool: "buy",
    message,
    reason: "question_not_put",
    mayHaveTakenEffect: true,
  };
  assert.throws(() => seat.assertAsked(), { code: "MCP_TOOL_ERROR", message, details });
  seat[Symbol.dispose]();
  assert.deepEqual(warnings(), [[reason, 1]]);

  const again = callOf("bob", "buy");
  const sitting = desk.sit(again.call, signal);
  assert.equal(await stateOf(sitting), "waiting", "it is known to ask now");
  assert.equal(again.state.isStill, true);
  (await desk.sit(callOf("eve", "look").call, signal))[Symbol.dispose]();
  abandoned.received({ id: 7, result: {} });
  desk.look();
  const seated = await sitting;
  again.think();
  assert.deepEqual(await desk.answer(PARAMS, signal), YES);
  seated.assertAsked();
  seated[Symbol.dispose]();
  clock.advance(60_000);
  giveUp("ann", 8);
  using _last = await desk.sit(callOf("bob", "look").call, signal);
  await desk.answer(PARAMS, signal);
  assert.deepEqual(warnings(), [[reason, 1], [reason, 2]]);
  desk.close();
});

Deno.test("of calls that all wait the first to be answered had its question refused", async () => {
  const { desk, warnings } = deskOf();
  const [ann, bob] = [callOf("ann"), callOf("bob")];
  const annSeat = await desk.sit(ann.call, signal);
  const bobSeat = await desk.sit(bob.call, signal);
  const answers = [desk.answer(PARAMS, signal), desk.answer(PARAMS, signal)];
  assert.deepEqual(await answers[1], NOBODY);
  assert.throws(() => bobSeat.assertAsked(), { code: "MCP_TOOL_ERROR" });
  bobSeat[Symbol.dispose]();
  ann.think();
  assert.deepEqual(await answers[0], YES);
  annSeat.assertAsked();
  annSeat[Symbol.dispose]();
  const reason = "several calls wait for questions, and nothing tells whose this one is";
  assert.deepEqual(warnings(), [[reason, 1]]);
});

Deno.test("the next session knows the tools that asked", async () => {
  let learned = 0;
  const askingTools = new AskingTools(() => void (learned += 1));
  const before = deskOf(askingTools);
  using _seat = await before.desk.sit(callOf("ann", "buy").call, signal);
  const answer = before.desk.answer(PARAMS, signal);
  assert.deepEqual([learned, askingTools.has("buy")], [1, true]);
  const { desk } = deskOf(askingTools);
  const first = await desk.sit(callOf("bob", "look").call, signal);
  const sitting = desk.sit(callOf("eve", "buy").call, signal);
  assert.equal(await stateOf(sitting), "waiting");
  first[Symbol.dispose]();
  (await sitting)[Symbol.dispose]();
  _seat[Symbol.dispose]();
  assert.deepEqual(await answer, NOBODY);
});
