import assert from "node:assert/strict";
import type { Question } from "../../../src/contract/mod.ts";
import {
  type InputAnswers,
  inRounds,
  MAX_QUESTIONS,
  MAX_ROUNDS,
} from "../../../src/mcp/input_rounds.ts";

const { signal } = new AbortController();
const head = { server: "s", tool: "t", signals: [signal] };
const YES = { action: "accept", content: { sure: true } } as const;
const elicit = (message: string) => ({
  method: "elicitation/create",
  params: {
    message,
    requestedSchema: { type: "object", properties: { sure: { type: "boolean" } } },
  },
});
const required = (inputRequests: Record<string, unknown>, requestState?: string) => ({
  resultType: "input_required",
  inputRequests,
  ...(requestState === undefined ? {} : { requestState }),
});

/** A server that says these one after the other, and what it was sent. */
function server(...says: unknown[]) {
  const sent: InputAnswers[] = [];
  const send = (answers: InputAnswers) => {
    sent.push(answers);
    return Promise.resolve(says[Math.min(sent.length, says.length) - 1]);
  };
  return { sent, send };
}

const refusal = (what: string) => {
  const message = `The server "s" asked in the middle of "t" ${what}`;
  return {
    code: "MCP_TOOL_ERROR",
    message,
    details: { server: "s", tool: "t", message, reason: "input_required" },
  };
};

Deno.test("questions of a round are put at once, answers and state go back", async () => {
  const asked: Question[] = [];
  const ask = (question: Question) => {
    asked.push(question);
    return Promise.resolve(YES);
  };
  const peer = server(
    required({ a: elicit("A?"), b: elicit("B?"), folders: { method: "roots/list" } }, "one"),
    required({}, "two"),
    { content: [] },
  );
  assert.deepEqual(await inRounds(peer.send, { ...head, ask }), { content: [] });
  assert.deepEqual(asked.map(({ message }) => message), ["A?", "B?"]);
  assert.deepEqual(peer.sent, [
    {},
    { inputResponses: { a: YES, b: YES, folders: { roots: [] } }, requestState: "one" },
    { inputResponses: {}, requestState: "two" },
  ]);
});

Deno.test("a server asks without end: it is not asked more often than the bound", async () => {
  const peer = server(required({ a: elicit("Again?") }));
  await assert.rejects(
    inRounds(peer.send, { ...head, ask: () => Promise.resolve(YES) }),
    refusal("more than 8 times"),
  );
  assert.equal(peer.sent.length, MAX_ROUNDS + 1);
});

Deno.test("too many at once, what is no question, and what nobody here gives are refused", async () => {
  const ask = () => Promise.resolve(YES);
  const many = Object.fromEntries(
    Array.from({ length: MAX_QUESTIONS + 1 }, (_, at) => [`q${at}`, elicit("?")]),
  );
  const sampling = { method: "sampling/createMessage", params: { messages: [], maxTokens: 1 } };
  const nested = { ...elicit("?"), params: { message: "?", requestedSchema: { type: "array" } } };
  const cases: readonly (readonly [Record<string, unknown>, string])[] = [
    [many, "for 17 things at once"],
    [{ a: sampling }, "for what nobody here gives"],
    [{ a: null }, "for what nobody here gives"],
    [
      { a: nested },
      "what cannot be put to anybody: its form is not the schema of an object",
    ],
  ];
  for (const [requests, what] of cases) {
    const peer = server(required(requests));
    await assert.rejects(inRounds(peer.send, { ...head, ask }), refusal(what));
  }
  await assert.rejects(
    inRounds(server(required({ a: elicit("?") })).send, head),
    refusal("for what nobody here gives"),
  );
});

Deno.test("one request of a round fails: whoever is asked for the others is told", async () => {
  let over: AbortSignal | undefined;
  const ask = (_: Question, signal: AbortSignal) => {
    over = signal;
    return new Promise<never>(() => {});
  };
  const peer = server(required({ a: elicit("?"), b: { method: "sampling/createMessage" } }));
  await assert.rejects(inRounds(peer.send, { ...head, ask }), { code: "MCP_TOOL_ERROR" });
  assert.equal(over?.aborted, true);
});

Deno.test("an answer that does not fit its form is not sent", async () => {
  const ask = () => Promise.resolve({ action: "accept" as const, content: { sure: "yes" } });
  const peer = server(required({ a: elicit("?") }), { content: [] });
  await inRounds(peer.send, { ...head, ask });
  assert.deepEqual(peer.sent[1], { inputResponses: { a: { action: "cancel" } } });
});
