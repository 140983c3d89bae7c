import assert from "node:assert/strict";
import type { CallToolResult } from "@modelcontextprotocol/server";
import { startCall } from "../../../src/door/call.ts";
import { Conversation } from "../../../src/door/conversation.ts";
import { Conversations } from "../../../src/door/conversations.ts";
import { FakeClock } from "../../harness/fake_clock.ts";

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

function setUp() {
  const clock = new FakeClock();
  const conversations = new Conversations({ perPrincipal: 2, patienceMs: 1000 }, clock);
  const aborted: string[] = [];
  /** A call that waits until it is ended. */
  const waiting = (principal: string) => {
    const subject = startCall(({ signal }) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener("abort", () => {
          aborted.push(signal.reason.message);
          reject(signal.reason);
        });
      }), clock);
    return new Conversation(subject, principal, clock);
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
  const conversation = waiting("alice");
  conversations.keep(conversation);
  assert.equal(conversations.find(conversation.id, "alice"), conversation);
  assert.equal(conversations.find(conversation.id, "bob"), undefined);
  clock.advance(999);
  conversations.keep(conversation);
  clock.advance(999);
  assert.deepEqual(aborted, []);
  clock.advance(1);
  assert.deepEqual(aborted, ["The execution was cancelled: its caller did not come back"]);
  assert.equal(conversations.find(conversation.id, "alice"), undefined);
});

Deno.test("there is room for so many of one principal; one that has ended makes room", async () => {
  const { clock, conversations, waiting } = setUp();
  conversations.keep(waiting("alice"));
  const ended = new Conversation(startCall(() => Promise.resolve(DONE), clock), "alice", clock);
  await ended.end;
  conversations.keep(ended);
  assert.equal(conversations.hasRoom("bob"), true);
  assert.equal(conversations.hasRoom("alice"), true);
  assert.equal(conversations.size, 1);
  conversations.keep(waiting("alice"));
  assert.equal(conversations.hasRoom("alice"), false);
});

Deno.test("disposing ends what waits", () => {
  const { clock, conversations, aborted, waiting } = setUp();
  conversations.keep(waiting("alice"));
  conversations[Symbol.dispose]();
  assert.deepEqual(aborted, ["The service is shutting down"]);
  assert.deepEqual([conversations.size, clock.pending], [0, 0]);
});

Deno.test("a question stops the hearing, its answer lets it go on", async () => {
  const { clock } = setUp();
  const subject = startCall(async ({ ask }) => {
    const { action } = await ask(QUESTION);
    return { content: [{ type: "text", text: action }] };
  }, clock);
  const conversation = new Conversation(subject, "alice", clock);
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
  const subject = startCall(async ({ ask }) => {
    const { action } = await ask(QUESTION);
    return { content: [{ type: "text", text: action }] };
  }, clock);
  const stop = await attended(new Conversation(subject, "alice", clock), false);
  assert.deepEqual(stop, {
    kind: "ended",
    result: { content: [{ type: "text", text: "cancel" }] },
  });
});

Deno.test("a server asks eight things at once and no more", async () => {
  const { clock } = setUp();
  const asked: string[] = [];
  const subject = startCall(async ({ ask }) => {
    const all = Array.from({ length: 10 }, () => ask(QUESTION).then(({ action }) => action));
    for (const open of all) open.catch(() => {});
    asked.push(...await Promise.all(all.slice(8)));
    return DONE;
  }, clock);
  await subject.result;
  assert.deepEqual(asked, ["cancel", "cancel"]);
  assert.equal(subject.questions.length, 8);
  subject.cancel("over");
});

Deno.test("who goes away ends it, who leaves it alone does not", async () => {
  const { aborted, waiting } = setUp();
  const left = new AbortController();
  const one = waiting("alice");
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
