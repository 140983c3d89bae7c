import assert from "node:assert/strict";
import { createLogger } from "../../../src/base/log.ts";
import type { Question } from "../../../src/contract/mod.ts";
import { AbandonedRequests } from "../../../src/mcp/abandoned_requests.ts";
import { QuestionDesk } from "../../../src/mcp/question_desk.ts";
import type { SeatedCall } from "../../../src/mcp/seated_calls.ts";
import { DRAIN_AFTER_MS, RENEW_AFTER_MS } from "../../../src/mcp/session_wear.ts";
import { FakeClock } from "../../harness/fake_clock.ts";

const { signal } = new AbortController();
const PARAMS = {
  message: "Sure?",
  requestedSchema: { type: "object", properties: { sure: { type: "boolean" } } },
};
const YES = { action: "accept", content: { sure: true } } as const;
const NOBODY = { action: "cancel" };

/** A desk with what is around it; `giveUp` is what a cancelled request does. */
function deskOf(clock = new FakeClock(), isAlone = true) {
  const abandoned = new AbandonedRequests(clock);
  const worn: number[] = [];
  const desk = new QuestionDesk("s", {
    logger: createLogger([], "error"),
    clock,
    abandoned,
    isAlone,
    onWornOut: () => void worn.push(clock.monotonic()),
  });
  const giveUp = (principal: string, requestId: number) =>
    abandoned.cancel(
      principal,
      () => abandoned.sent({ method: "notifications/cancelled", params: { requestId } }),
    );
  return { desk, clock, abandoned, worn, giveUp };
}

const createDesk = () => deskOf().desk;

/** A caller who answers yes, or when `hold` is given, once that resolves. */
function caller(owner: string, hold?: Promise<void>, tool = `${owner}-tool`) {
  const questions: Question[] = [];
  const signals: AbortSignal[] = [];
  const call: SeatedCall = {
    tool,
    owner,
    ask: async (question, over) => {
      questions.push(question);
      signals.push(over);
      await hold;
      return YES;
    },
  };
  return { call, questions, signals };
}

function leave(seat: Disposable): void {
  seat[Symbol.dispose]();
}

/** What a promise has come to, once everything that can go on has gone on. */
async function stateOf(promise: Promise<unknown>): Promise<unknown> {
  let state: unknown = "waiting";
  promise.then((value) => state = value, (reason) => state = reason);
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
  return state;
}

Deno.test("a single call is asked in its tool's name", async () => {
  const desk = createDesk();
  const ann = caller("ann");
  const seat = await desk.sit(ann.call, signal);
  assert.deepEqual(await desk.answer(PARAMS, signal), YES);
  assert.deepEqual(ann.questions.map(({ tool, message }) => [tool, message]), [[
    "ann-tool",
    "Sure?",
  ]]);
  leave(seat);
  assert.deepEqual(await desk.answer(PARAMS, signal), NOBODY, "no call, nobody to ask");
});

Deno.test("with two calls the question waits until one of them has ended", async () => {
  const desk = createDesk();
  const [ann, bob] = [caller("ann"), caller("bob")];
  const annSeat = await desk.sit(ann.call, signal);
  const bobSeat = await desk.sit(bob.call, signal);
  const answer = desk.answer(PARAMS, signal);
  assert.equal(await stateOf(answer), "waiting");
  leave(annSeat);
  assert.deepEqual(await answer, YES);
  assert.deepEqual([ann.questions.length, bob.questions.length], [0, 1]);
  leave(bobSeat);
});

Deno.test("a question beside a call that cannot be asked waits as well", async () => {
  const desk = createDesk();
  const ann = caller("ann");
  const annSeat = await desk.sit(ann.call, signal);
  const mute = await desk.sit({ tool: "m", owner: "bob" }, signal);
  const answer = desk.answer(PARAMS, signal);
  assert.equal(await stateOf(answer), "waiting");
  leave(annSeat);
  assert.deepEqual(await answer, NOBODY, "it was the other one's");
  assert.equal(ann.questions.length, 0);
  leave(mute);
});

Deno.test("every call waits for its question: the newest is nobody's, the others get theirs", async () => {
  const desk = createDesk();
  const [ann, bob] = [caller("ann"), caller("bob")];
  const annSeat = await desk.sit(ann.call, signal);
  const bobSeat = await desk.sit(bob.call, signal);
  const first = desk.answer(PARAMS, signal);
  const second = desk.answer(PARAMS, signal);
  assert.deepEqual(await second, NOBODY);
  assert.equal(await stateOf(first), "waiting");
  leave(bobSeat);
  assert.deepEqual(await first, YES);
  assert.deepEqual([ann.questions.length, bob.questions.length], [1, 0]);
  leave(annSeat);
});

Deno.test("once a server has asked, calls are kept apart", async () => {
  const desk = createDesk();
  const [ann, bob] = [caller("ann"), caller("bob")];
  const annSeat = await desk.sit(ann.call, signal);
  await desk.answer(PARAMS, signal);
  const bobSitting = desk.sit(bob.call, signal);
  assert.equal(await stateOf(bobSitting), "waiting");
  const given = new AbortController();
  const impatient = desk.sit(caller("eve").call, given.signal);
  given.abort("enough");
  await assert.rejects(impatient, (reason) => reason === "enough");
  leave(annSeat);
  const bobSeat = await bobSitting;
  assert.deepEqual(await desk.answer(PARAMS, signal), YES);
  assert.deepEqual([ann.questions.length, bob.questions.length], [1, 1]);
  leave(bobSeat);
});

Deno.test("while one is asked others go on, and what is asked then waits", async () => {
  const desk = createDesk();
  const thinking = Promise.withResolvers<void>();
  const [ann, bob] = [caller("ann", thinking.promise), caller("bob")];
  const annSeat = await desk.sit(ann.call, signal);
  const annAnswer = desk.answer(PARAMS, signal);
  const bobSeat = await desk.sit(bob.call, signal);
  const bobAnswer = desk.answer(PARAMS, signal);
  assert.equal(await stateOf(bobAnswer), "waiting");
  thinking.resolve();
  assert.deepEqual(await annAnswer, YES);
  assert.equal(await stateOf(bobAnswer), "waiting");
  leave(annSeat);
  assert.deepEqual(await bobAnswer, YES);
  assert.deepEqual([ann.questions.length, bob.questions.length], [1, 1]);
  leave(bobSeat);
});

Deno.test("after a call was given up only its execution is asked, until the server answers it", async () => {
  const { desk, abandoned, giveUp } = deskOf();
  const lost = await desk.sit(caller("ann").call, signal);
  giveUp("ann", 7);
  leave(lost);
  const [ann, bob] = [caller("ann"), caller("bob")];
  const ask = async (one: typeof ann) => {
    const seat = await desk.sit(one.call, signal);
    const answer = await desk.answer(PARAMS, signal);
    leave(seat);
    return answer;
  };
  assert.deepEqual([await ask(bob), bob.questions.length], [NOBODY, 0]);
  assert.deepEqual([await ask(ann), ann.questions.length], [YES, 1]);
  abandoned.received({ jsonrpc: "2.0", id: 7, result: {} });
  assert.deepEqual([await ask(bob), bob.questions.length], [YES, 1]);
  desk.close();
});

Deno.test("a session that asks is worn out when a given-up call has had no answer for a while", async () => {
  const { desk, clock, worn, giveUp } = deskOf();
  const lost = await desk.sit(caller("ann").call, signal);
  giveUp("ann", 7);
  leave(lost);
  clock.advance(RENEW_AFTER_MS);
  assert.deepEqual(worn, [], "this server has asked nobody");
  const bobSeat = await desk.sit(caller("bob").call, signal);
  assert.deepEqual(await desk.answer(PARAMS, signal), NOBODY);
  assert.deepEqual(worn, [], "a call goes on");
  leave(bobSeat);
  assert.deepEqual(worn, [RENEW_AFTER_MS]);
  desk.close();
});

Deno.test("a session that is idle is worn out by the time alone, one whose calls were answered is not", async () => {
  const { desk, clock, abandoned, worn, giveUp } = deskOf();
  const asked = await desk.sit(caller("ann").call, signal);
  await desk.answer(PARAMS, signal);
  giveUp("ann", 7);
  leave(asked);
  clock.advance(RENEW_AFTER_MS - 1);
  giveUp("ann", 8);
  abandoned.received({ id: 7, error: {} });
  clock.advance(1);
  assert.deepEqual(worn, []);
  clock.advance(RENEW_AFTER_MS);
  assert.deepEqual(worn, [2 * RENEW_AFTER_MS - 1]);
  abandoned.received({ id: 8, result: {} });
  clock.advance(RENEW_AFTER_MS);
  assert.equal(worn.length, 1);
  desk.close();
  assert.equal(clock.pending, 0);
});

Deno.test("calls that follow each other without a gap cannot keep a worn session", async () => {
  const { desk, clock, worn, giveUp } = deskOf();
  const thinking = Promise.withResolvers<void>();
  const mallory = caller("mallory", thinking.promise);
  const asking = await desk.sit(mallory.call, signal);
  const open = desk.answer(PARAMS, signal);
  await stateOf(open);
  const lost = await desk.sit(mallory.call, signal);
  giveUp("mallory", 7);
  leave(lost);
  clock.advance(DRAIN_AFTER_MS - 1);
  leave(await desk.sit(caller("bob").call, signal));
  clock.advance(1);
  const bobSitting = desk.sit(caller("bob").call, signal);
  assert.equal(await stateOf(bobSitting), "waiting");
  thinking.resolve();
  await open;
  assert.deepEqual(worn, []);
  const refused = assert.rejects(bobSitting, { code: "NOT_CONNECTED", message: "Not connected" });
  worn.push = () => {
    desk.close();
    return 0;
  };
  leave(asking);
  await refused;
  await assert.rejects(desk.sit(caller("bob").call, signal), { message: "Not connected" });
});

Deno.test("nobody waits for a worn session to get idle where there may be another", async () => {
  const { desk, clock, giveUp } = deskOf(new FakeClock(), false);
  const mallory = caller("mallory", new Promise(() => {}));
  const asking = await desk.sit(mallory.call, signal);
  void desk.answer(PARAMS, signal);
  const lost = await desk.sit(mallory.call, signal);
  giveUp("mallory", 7);
  leave(lost);
  clock.advance(DRAIN_AFTER_MS);
  leave(await desk.sit(caller("bob").call, signal));
  leave(asking);
  desk.close();
});

Deno.test("the call ends, or the server takes its question back: whoever is asked is told", async () => {
  const desk = createDesk();
  const ann = caller("ann", new Promise(() => {}));
  const seat = await desk.sit(ann.call, signal);
  const server = new AbortController();
  const taken = desk.answer(PARAMS, server.signal);
  await stateOf(taken);
  server.abort();
  assert.deepEqual(await taken, NOBODY);
  const answer = desk.answer(PARAMS, signal);
  await stateOf(answer);
  leave(seat);
  assert.deepEqual(await answer, NOBODY);
  assert.deepEqual(ann.signals.map(({ aborted }) => aborted), [true, true]);
});

Deno.test("a question that waits may be taken back; no more than sixteen wait", async () => {
  const desk = createDesk();
  const thinking = Promise.withResolvers<void>();
  const seats = [await desk.sit(caller("ann", thinking.promise).call, signal)];
  const open = desk.answer(PARAMS, signal);
  await stateOf(open);
  seats.push(await desk.sit(caller("bob").call, signal));
  const server = new AbortController();
  const held = Array.from({ length: 16 }, () => desk.answer(PARAMS, server.signal));
  assert.deepEqual(await desk.answer(PARAMS, signal), NOBODY);
  server.abort();
  assert.deepEqual(await Promise.all(held), held.map(() => NOBODY));
  thinking.resolve();
  assert.deepEqual(await open, YES);
  seats.forEach(leave);
});

Deno.test("what cannot be put to anybody is refused in the protocol's way, a wrong answer is none", async () => {
  const desk = createDesk();
  const call = {
    tool: "t",
    owner: {},
    ask: () => Promise.resolve({ action: "accept" as const }),
  };
  const seat = await desk.sit(call, signal);
  await assert.rejects(desk.answer({ message: 1 }, signal), {
    code: -32602,
    message: "Refused as its message is not a string",
  });
  const required = {
    ...PARAMS,
    requestedSchema: { ...PARAMS.requestedSchema, required: ["sure"] },
  };
  assert.deepEqual(await desk.answer(required, signal), NOBODY);
  leave(seat);
});
