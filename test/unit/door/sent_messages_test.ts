/** What a client gets again that lost its connection, and how much of it is kept. */

import assert from "node:assert/strict";
import type { JSONRPCMessage } from "@modelcontextprotocol/server";
import { SentMessages } from "../../../src/door/sent_messages.ts";

const notice = (text: string): JSONRPCMessage => ({
  jsonrpc: "2.0",
  method: "notifications/message",
  params: { text },
});
const answer = (id: number, text: string): JSONRPCMessage => ({
  jsonrpc: "2.0",
  id,
  result: { text },
});
/** What begins a stream. */
const BEGIN = {} as JSONRPCMessage;

async function replay(
  sent: SentMessages,
  id: string,
): Promise<{ stream: string; messages: JSONRPCMessage[]; ids: string[] }> {
  const messages: JSONRPCMessage[] = [];
  const ids: string[] = [];
  const stream = await sent.replayEventsAfter(id, {
    send(id, message) {
      ids.push(id);
      messages.push(message);
      return Promise.resolve();
    },
  });
  return { stream, messages, ids };
}

Deno.test("sent messages: those of one stream after one of them, in their order", async () => {
  const sent = new SentMessages();
  const begin = await sent.storeEvent("a", BEGIN);
  const first = await sent.storeEvent("a", notice("1"));
  await sent.storeEvent("b", notice("other"));
  const last = await sent.storeEvent("a", answer(1, "2"));
  await sent.storeEvent("_GET_stream", notice("late"));
  assert.deepEqual(await replay(sent, begin), {
    stream: "a",
    messages: [notice("1"), answer(1, "2")],
    ids: [first, last],
  });
  assert.deepEqual((await replay(sent, first)).messages, [answer(1, "2")]);
  assert.deepEqual((await replay(sent, last)).messages, []);
});

Deno.test("sent messages: an id of no stream that is kept is known as such", async () => {
  const sent = new SentMessages();
  const id = await sent.storeEvent("a", BEGIN);
  assert.equal(sent.has(id), true);
  for (const wrong of ["", "/", "a", "b/1", `x${id}`, "__proto__/1", "\0/1"]) {
    assert.equal(sent.has(wrong), false, JSON.stringify(wrong));
  }
  assert.deepEqual((await replay(sent, "a/x")).messages, []);
});

Deno.test("sent messages: notices go before what somebody waits for, the oldest first", async () => {
  const sent = new SentMessages();
  const begin = await sent.storeEvent("a", BEGIN);
  await sent.storeEvent("a", answer(1, "kept"));
  const flood = await sent.storeEvent("b", BEGIN);
  for (let n = 0; n < 40; n += 1) await sent.storeEvent("b", notice(`${n}`.padEnd(100_000)));
  assert.deepEqual((await replay(sent, begin)).messages, [answer(1, "kept")]);
  const left = (await replay(sent, flood)).messages;
  assert.deepEqual(left, Array.from({ length: 10 }, (_, n) => notice(`${n + 30}`.padEnd(100_000))));
  for (let id = 2; id < 40; id += 1) await sent.storeEvent("c", answer(id, " ".repeat(100_000)));
  assert.deepEqual([sent.has(begin), sent.has(flood), sent.has("c/1")], [false, false, true]);
});

Deno.test("sent messages: an answer that is too big is kept as one that says so", async () => {
  const sent = new SentMessages();
  const begin = await sent.storeEvent("a", BEGIN);
  await sent.storeEvent("a", answer(7, " ".repeat(1024 * 1024)));
  assert.deepEqual((await replay(sent, begin)).messages, [{
    jsonrpc: "2.0",
    id: 7,
    error: { code: -32603, message: "The answer was sent, and is too big to be sent again" },
  }]);
});
