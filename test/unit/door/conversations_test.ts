import assert from "node:assert/strict";
import type { CallToolResult } from "@modelcontextprotocol/server";
import { startCall } from "../../../src/door/call.ts";
import { Conversation } from "../../../src/door/conversation.ts";
import { Conversations } from "../../../src/door/conversations.ts";
import { FakeClock } from "../../harness/fake_clock.ts";
import { settle } from "../../harness/settle.ts";

const DONE: CallToolResult = { content: [{ type: "text", text: "done" }] };
const QUESTION = {
  server: "peer",
  tool: "confirm",
  message: "Sure?",
  mode: "form" as const,
  requestedSchema: {
    type: "object",
    properties: { sure: { type: "boolean" } },
    required: ["sure"],
  },
};

const ALICE = { id: "alice", grant: {} };
const BOB = { id: "bob", grant: {} };

const LIMITS = { timeoutMs: 600_000, open: 8, total: 64 };

/** What calls are started with. */
function partsOf(clock = new FakeClock(), limits = {}) {
  return { clock, questions: { ...LIMITS, ...limits } };
}

/** A call that asks and answers with how it was answered. */
function startAsking(parts: ReturnType<typeof partsOf>) {
  return startCall(async ({ ask }) => {
    const { action } = await ask(QUESTION);
    return { content: [{ type: "text", text: action }] };
  }, parts);
}

function setUp() {
  const clock = new FakeClock();
  const conversations = new Conversations({ perPrincipal: 2, patienceMs: 1000 }, clock);
  const aborted: string[] = [];
  /** A call that waits until it is ended. */
  const waiting = (owner = ALICE) => {
    const subject = startCall(({ signal }) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener("abort", () => {
          aborted.push(signal.reason.message);
          reject(signal.reason);
        });
      }), partsOf(clock));
    return new Conversation(subject, owner, clock);
  };
  return { clock, conversations, aborted, waiting };
}

const attended = (conversation: Conversation, canAsk = true) =>
  conversation.attend({
    signal: new AbortController().signal,
    onEvent: () => Promise.resolve(),
    canAsk: () => canAsk,
  });

Deno.test("a conversation is found by its principal only, and ends when nobody comes back", () => {
  const { clock, conversations, aborted, waiting } = setUp();
  const conversation = waiting(ALICE);
  conversations.keep(conversation);
  assert.equal(conversations.find(conversation.id, ALICE), conversation);
  assert.equal(conversations.find(conversation.id, BOB), undefined);
  clock.advance(999);
  conversations.keep(conversation);
  clock.advance(999);
  assert.deepEqual(aborted, []);
  clock.advance(1);
  assert.deepEqual(aborted, ["The execution was cancelled: its caller did not come back"]);
  assert.equal(conversations.find(conversation.id, ALICE), undefined);
});

Deno.test("there is room for so many of one principal; one that has ended makes room", async () => {
  const { clock, conversations, waiting } = setUp();
  conversations.keep(waiting(ALICE));
  const ended = new Conversation(
    startCall(() => Promise.resolve(DONE), partsOf(clock)),
    ALICE,
    clock,
  );
  await ended.end;
  conversations.keep(ended);
  const last = waiting(ALICE);
  assert.equal(conversations.keep(last), true);
  assert.equal(conversations.find(ended.id, ALICE), undefined);
  assert.equal(conversations.keep(waiting(ALICE)), false);
  assert.equal(conversations.keep(last), true);
  assert.equal(conversations.keep(waiting(BOB)), true);
  assert.equal(conversations.size, 3);
});

Deno.test("disposing ends what waits", () => {
  const { clock, conversations, aborted, waiting } = setUp();
  conversations.keep(waiting(ALICE));
  conversations[Symbol.dispose]();
  assert.deepEqual(aborted, ["The service is shutting down"]);
  assert.deepEqual([conversations.size, clock.pending], [0, 0]);
});

Deno.test("a question stops the hearing, its answer lets it go on", async () => {
  const { clock } = setUp();
  const subject = startAsking(partsOf(clock));
  const conversation = new Conversation(subject, ALICE, clock);
  const stop = await attended(conversation);
  assert.deepEqual(stop, { kind: "asks", questions: [{ ...QUESTION, question: "q1" }] });
  assert.throws(() => conversation.answer("q1", { action: "accept", content: {} }), {
    message: 'The answer does not fit its question: "sure" is missing',
  });
  conversation.answer("q1", { action: "decline" });
  assert.deepEqual(await attended(conversation), {
    kind: "ended",
    result: { content: [{ type: "text", text: "decline" }] },
  });
});

Deno.test("a question that cannot be put is answered with cancel", async () => {
  const { clock } = setUp();
  const subject = startAsking(partsOf(clock));
  const stop = await attended(new Conversation(subject, ALICE, clock), false);
  assert.deepEqual(stop, {
    kind: "ended",
    result: { content: [{ type: "text", text: "cancel" }] },
  });
});

Deno.test("a server asks so many things at once, and so many in all, and no more", async () => {
  const asked: string[] = [];
  const parts = partsOf(undefined, { open: 2, total: 3 });
  const subject = startCall(async ({ ask }) => {
    const say = (question = QUESTION) =>
      ask(question).then(({ action }) => void asked.push(action));
    const first = [say(), say()];
    await say();
    assert.deepEqual([asked, subject.questions.length], [["cancel"], 2]);
    subject.answer("q1", { action: "decline" });
    subject.answer("q2", { action: "decline" });
    await Promise.all(first);
    const third = say();
    subject.answer("q3", { action: "decline" });
    await third;
    await say();
    return DONE;
  }, parts);
  await subject.result;
  assert.deepEqual(asked, ["cancel", "decline", "decline", "decline", "cancel"]);
  assert.equal(parts.clock.pending, 0);
});

Deno.test("a question of a call that nobody answers in time is given up, and so are the next", async () => {
  const clock = new FakeClock();
  const subject = startCall(async ({ ask }) => {
    const first = await ask(QUESTION);
    const second = await ask(QUESTION);
    return { content: [{ type: "text", text: `${first.action}, ${second.action}` }] };
  }, partsOf(clock, { timeoutMs: 1000 }));
  assert.equal(subject.questions.length, 1);
  clock.advance(999);
  assert.equal(subject.questions.length, 1);
  clock.advance(1);
  assert.deepEqual(await subject.result, { content: [{ type: "text", text: "cancel, cancel" }] });
  assert.deepEqual([subject.questions.length, clock.pending], [0, 0]);
});

Deno.test("a call that ends takes its open questions along", async () => {
  const clock = new FakeClock();
  const given: unknown[] = [];
  const subject = startCall(({ ask }) => {
    ask(QUESTION).catch(({ message }) => given.push(message));
    return Promise.resolve(DONE);
  }, partsOf(clock));
  await subject.result;
  await settle();
  assert.deepEqual([subject.questions, clock.pending], [[], 0]);
  assert.deepEqual(given, ["The call has ended"]);
});

Deno.test("forms of a call are bounded in size, and what is kept of them is", async () => {
  const asked: string[] = [];
  const subject = startCall(async ({ ask }) => {
    await settle();
    for (const length of [40_000, 30_000, 30_000, 30_000, 30_000, 30_000]) {
      const requestedSchema = { type: "object", title: "t".repeat(length) };
      const answered = ask({ ...QUESTION, message: "m".repeat(10_000), requestedSchema });
      for (const { question, message } of subject.questions) {
        assert.equal(message.length, 4096);
        subject.answer(question, { action: "decline" });
      }
      asked.push((await answered).action);
    }
    return DONE;
  }, partsOf());
  await subject.result;
  assert.deepEqual(asked, ["cancel", ...Array(5).fill("decline")]);
  const kept: string[] = [];
  for await (const { type } of subject.events(0)) kept.push(type);
  assert.deepEqual(kept.filter((type) => type === "question"), [
    "question",
    "question",
    "question",
  ]);
});

Deno.test("who comes back without an answer keeps nobody waiting longer", async () => {
  const { clock, conversations } = setUp();
  const conversation = new Conversation(startAsking(partsOf(clock)), ALICE, clock);
  conversations.keep(conversation);
  clock.advance(600);
  conversations.keep(conversation);
  clock.advance(399);
  assert.equal(conversation.isCancelled, false);
  clock.advance(1);
  assert.equal(conversation.isCancelled, true);
  await assert.rejects(conversation.end, {
    message: "The execution was cancelled: its caller did not come back",
  });
  assert.deepEqual([conversations.size, clock.pending], [0, 0]);
});

Deno.test("who comes back with an answer, or to be asked another thing, begins anew", async () => {
  const { clock, conversations } = setUp();
  const subject = startCall(async ({ ask }) => {
    await ask(QUESTION);
    await ask(QUESTION);
    return DONE;
  }, partsOf(clock));
  const conversation = new Conversation(subject, ALICE, clock);
  conversations.keep(conversation);
  clock.advance(600);
  conversation.answer("q1", { action: "decline" });
  await settle();
  assert.deepEqual(conversation.questions.map(({ question }) => question), ["q2"]);
  conversations.keep(conversation);
  clock.advance(999);
  assert.equal(conversation.isCancelled, false);
  conversation.answer("q1", { action: "accept", content: { of: "another question" } });
  conversation.answer("q2", { action: "decline" });
  assert.deepEqual(await conversation.end, DONE);
});

Deno.test("who waits for it has all the time it takes, and its patience begins anew afterwards", () => {
  const { clock, conversations, aborted, waiting } = setUp();
  const conversation = waiting(ALICE);
  conversations.keep(conversation);
  clock.advance(600);
  const [one, other] = [1, 2].map(() => conversations.attended(conversation.id));
  clock.advance(10_000);
  one![Symbol.dispose]();
  one![Symbol.dispose]();
  clock.advance(10_000);
  conversations.keep(conversation);
  clock.advance(10_000);
  assert.deepEqual([aborted, clock.pending], [[], 0]);
  other![Symbol.dispose]();
  clock.advance(999);
  assert.deepEqual(aborted, []);
  clock.advance(1);
  assert.deepEqual(aborted, ["The execution was cancelled: its caller did not come back"]);
  assert.deepEqual([conversations.size, clock.pending], [0, 0]);
});

Deno.test("who looks at it again and again without an answer keeps nobody waiting longer", async () => {
  const { clock, conversations } = setUp();
  const conversation = new Conversation(startAsking(partsOf(clock)), ALICE, clock);
  conversations.keep(conversation);
  const ended = assert.rejects(conversation.end);
  for (let look = 0; look < 3; look += 1) {
    clock.advance(300);
    using _here = conversations.attended(conversation.id);
    await attended(conversation);
  }
  clock.advance(99);
  assert.equal(conversation.isCancelled, false);
  clock.advance(1);
  assert.equal(conversation.isCancelled, true);
  await ended;
});

Deno.test("of one that is let go of, or was never kept, nobody's leaving begins a time", () => {
  const { clock, conversations, waiting } = setUp();
  const conversation = waiting(ALICE);
  conversations.attended(conversation.id)[Symbol.dispose]();
  conversations.keep(conversation);
  const here = conversations.attended(conversation.id);
  conversations.release(conversation.id);
  here[Symbol.dispose]();
  assert.deepEqual([conversations.size, clock.pending], [0, 0]);
});

Deno.test("who goes away ends it, who leaves it alone does not", async () => {
  const { aborted, waiting } = setUp();
  const left = new AbortController();
  const one = waiting(ALICE);
  const hearing = one.attend({
    signal: new AbortController().signal,
    leave: left.signal,
    onEvent: () => Promise.resolve(),
    canAsk: () => true,
  });
  left.abort();
  assert.deepEqual(await hearing, { kind: "goes on" });
  assert.deepEqual(aborted, []);
  const gone = new AbortController();
  gone.abort();
  await assert.rejects(one.attend({
    signal: gone.signal,
    onEvent: () => Promise.resolve(),
    canAsk: () => true,
  }));
  assert.deepEqual(aborted, ["The execution was cancelled: its caller went away"]);
  assert.equal(one.isCancelled, true);
});

Deno.test("a conversation of a wider grant is none to a narrower one of the same principal", () => {
  const { conversations, waiting } = setUp();
  const wide = { id: "alice", grant: { mcp: { allowedServers: ["notes", "bank"] } } };
  const narrow = { id: "alice", grant: { mcp: { allowedServers: ["notes"] } } };
  const [one, other] = [waiting(wide), waiting(narrow)];
  conversations.keep(one);
  conversations.keep(other);
  assert.equal(conversations.find(one.id, narrow), undefined);
  assert.equal(conversations.find(one.id, structuredClone(wide)), one);
  assert.equal(conversations.find(other.id, wide), other);
  conversations[Symbol.dispose]();
});
