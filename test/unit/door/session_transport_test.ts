/**
 * In a session an id names one request at a time, and each is answered once; a stream that was lost is
 * taken up again, and what nobody comes back for ends.
 */

import assert from "node:assert/strict";
import { createDeferred, type Deferred } from "../../../src/base/deferred.ts";
import { createLogger } from "../../../src/base/log.ts";
import { parseConfig } from "../../../src/config/mod.ts";
import { createMcpEndpoint } from "../../../src/door/mod.ts";
import type { Engine, Toolbox } from "../../../src/engine/mod.ts";
import type { PassThrough } from "../../../src/mcp/mod.ts";
import { FakeClock } from "../../harness/fake_clock.ts";
import { beginAskable, post } from "../../harness/raw_mcp.ts";
import { settle } from "../../harness/settle.ts";

/** As the configuration has it where it says nothing. */
const PATIENCE_MS = 600_000;
const ALICE = { id: "alice", grant: { mcp: { allowedServers: ["*"] } } };

/** A session in which the tool `wait` waits until it is told. */
async function setUp() {
  const clock = new FakeClock();
  const waiting: Deferred<void>[] = [];
  const ended: unknown[] = [];
  const tool = { server: "peer", name: "wait", inputSchema: { type: "object" } };
  const toolbox = { namespaces: [{ server: "peer", tools: [{ tool }] }] } as unknown as Toolbox;
  const relay: Engine["relay"] = async ({ input }, _caller, { signal } = {}) => {
    const told = createDeferred<void>();
    signal?.addEventListener("abort", () => {
      ended.push(input["n"]);
      told.reject(signal.reason);
    });
    waiting.push(told);
    await told.promise;
    return { content: [{ type: "text", text: String(input["n"]) }] };
  };
  const endpoint = createMcpEndpoint({
    config: { ...parseConfig({}).server.mcp, passThrough: ["peer"] },
    engine: { toolbox: () => Promise.resolve(toolbox), relay } as Partial<Engine> as Engine,
    questions: parseConfig({}).executions.questions,
    onToolsChanged: () => ({ [Symbol.dispose]() {} }),
    onServerChange: () => ({ [Symbol.dispose]() {} }),
    passThrough: () => ({}) as Partial<PassThrough> as PassThrough,
    clock,
    logger: createLogger([], "error"),
    version: "1.2.3",
    maxBodyBytes: 10_000,
  });
  const headers = await beginAskable(endpoint, ALICE);
  const send = (message: object) =>
    post(endpoint, { jsonrpc: "2.0", ...message }, { caller: ALICE, headers });
  const call = (id: unknown, n: number) =>
    send({ id, method: "tools/call", params: { name: "wait", arguments: { n } } });
  /** Resolves when so many calls wait at the server. */
  const reached = async (count: number) => {
    while (waiting.length < count) await settle();
  };
  /** Sends a call; the stream of its answer, and the id that it begins with. */
  const open = async (id: unknown) => {
    const params = { name: "wait", arguments: { n: 0 } };
    const request = new Request("http://localhost/mcp", {
      method: "POST",
      headers: {
        "content-type": "application/json",
        accept: "application/json, text/event-stream",
        ...headers,
      },
      body: JSON.stringify({ jsonrpc: "2.0", id, method: "tools/call", params }),
    });
    const reader = readerOf(await endpoint.fetch(request, ALICE));
    const begin = /^id: (.+)$/m.exec((await reader.read()).value ?? "")?.[1] ?? "";
    return { begin, reader };
  };
  /** Sends a call, and leaves before its answer; where its stream began. */
  const leave = async (id: unknown) => {
    const { begin, reader } = await open(id);
    await reader.cancel();
    return begin;
  };
  /** Opens a stream of the session, or takes one up again after that message. */
  const listen = (after?: string) => {
    const accept = "text/event-stream";
    const last: Record<string, string> = after === undefined ? {} : { "last-event-id": after };
    const request = new Request("http://localhost/mcp", {
      headers: { accept, ...headers, ...last },
    });
    return endpoint.fetch(request, ALICE);
  };
  return { endpoint, clock, waiting, ended, send, call, open, leave, listen, reached };
}

function readerOf({ body }: Response): ReadableStreamDefaultReader<string> {
  assert.ok(body !== null);
  return body.pipeThrough(new TextDecoderStream()).getReader();
}

/** The messages of a stream until it is closed. */
async function messagesOf(response: Response): Promise<unknown[]> {
  const lines = (await response.text()).split("\n").filter((line) => line.startsWith("data: {"));
  return lines.map((line) => JSON.parse(line.slice(6)));
}

const result = (id: unknown) => ({
  jsonrpc: "2.0",
  id,
  result: { content: [{ type: "text", text: "0" }] },
});
const failure = (id: unknown, message: string) => ({
  jsonrpc: "2.0",
  id,
  error: { code: -32603, message },
});

const refused = (id: unknown) => ({
  jsonrpc: "2.0",
  id,
  error: { code: -32600, message: "A request of this id is under way in this session" },
});

Deno.test("session: a request of an id that is under way is refused at once", async () => {
  const { endpoint, waiting, call, reached } = await setUp();
  const first = call("dup", 1);
  await reached(1);
  for (const again of [await call("dup", 2), await call("dup", 3)]) {
    assert.deepEqual([again.status, again.body], [400, refused("dup")]);
  }
  assert.equal(waiting.length, 1);
  waiting[0]?.resolve();
  assert.deepEqual((await first).body.result.content, [{ type: "text", text: "1" }]);
  const next = call("dup", 4);
  await reached(2);
  waiting[1]?.resolve();
  assert.deepEqual((await next).body.result.content, [{ type: "text", text: "4" }]);
  await endpoint[Symbol.asyncDispose]();
});

Deno.test("session: of many at once with one id one is begun", async () => {
  const { endpoint, waiting, call, reached } = await setUp();
  const all = Array.from({ length: 20 }, (_, n) => call(7, n));
  await reached(1);
  await settle();
  waiting[0]?.resolve();
  const answers = await Promise.all(all);
  assert.deepEqual(answers.map(({ status }) => status), [200, ...Array(19).fill(400)]);
  assert.equal(waiting.length, 1);
  await endpoint[Symbol.asyncDispose]();
});

Deno.test("session: the number 7 and the text 7 are two ids", async () => {
  const { endpoint, waiting, call, reached } = await setUp();
  const [number, text] = [call(7, 1), call("7", 2)];
  await reached(2);
  waiting.forEach((one) => one.resolve());
  assert.equal((await number).body.result.content[0].text, "1");
  assert.equal((await text).body.result.content[0].text, "2");
  await endpoint[Symbol.asyncDispose]();
});

Deno.test("session: what was cancelled is let go, and its id is free", async () => {
  const { endpoint, waiting, send, call, reached } = await setUp();
  const first = call(7, 1);
  await reached(1);
  const params = { requestId: 7 };
  assert.equal((await send({ method: "notifications/cancelled", params })).status, 202);
  assert.deepEqual([(await first).status, (await first).body], [200, undefined]);
  const next = call(7, 2);
  await reached(2);
  waiting[1]?.resolve();
  assert.equal((await next).body.result.content[0].text, "2");
  await endpoint[Symbol.asyncDispose]();
});

Deno.test("session: who left gets no answer, and no other request of its id gets it either", async () => {
  const { endpoint, waiting, call, leave, reached } = await setUp();
  await leave(7);
  await reached(1);
  assert.deepEqual((await call(7, 1)).body, refused(7));
  waiting[0]?.resolve();
  await settle();
  const next = call(7, 2);
  await reached(2);
  waiting[1]?.resolve();
  assert.equal((await next).body.result.content[0].text, "2");
  await endpoint[Symbol.asyncDispose]();
});

Deno.test("session: a refused request leaves its id free", async () => {
  const { endpoint, send } = await setUp();
  for (let time = 0; time < 2; time += 1) {
    const { body } = await send({ id: 7, method: "tools/call", params: 1 });
    assert.notEqual(body.error.message, refused(7).error.message);
    assert.deepEqual((await send({ id: 7, method: "ping" })).body.result, {});
  }
  await endpoint[Symbol.asyncDispose]();
});

Deno.test("session: what nobody comes back for ends, each request begins the time anew", async () => {
  const { endpoint, clock, waiting, ended, send, leave, listen, reached } = await setUp();
  const begin = await leave(7);
  await reached(1);
  for (let time = 0; time < 3; time += 1) {
    clock.advance(PATIENCE_MS - 1);
    assert.equal((await send({ id: 8, method: "ping" })).status, 200);
  }
  const stream = readerOf(await listen());
  clock.advance(3 * PATIENCE_MS);
  await stream.cancel();
  clock.advance(PATIENCE_MS - 1);
  await settle();
  assert.deepEqual([waiting.length, ended], [1, []]);
  clock.advance(1);
  await settle();
  assert.deepEqual(ended, [0]);
  const late = await messagesOf(await listen(begin));
  assert.deepEqual(late, [failure(7, "Nobody came back for the answer")]);
  assert.equal((await send({ id: 7, method: "ping" })).status, 200);
  await endpoint[Symbol.asyncDispose]();
  assert.equal(clock.pending, 0);
});

Deno.test("session: a stream that was lost is taken up again in time, and has the answer", async () => {
  const { endpoint, clock, waiting, ended, leave, listen, reached } = await setUp();
  const begin = await leave(7);
  await reached(1);
  clock.advance(PATIENCE_MS - 1);
  const again = await listen(begin);
  clock.advance(3 * PATIENCE_MS);
  await settle();
  assert.deepEqual(ended, []);
  waiting[0]?.resolve();
  assert.deepEqual(await messagesOf(again), [result(7)]);
  assert.deepEqual(await messagesOf(await listen(begin)), [result(7)]);
  await endpoint[Symbol.asyncDispose]();
});

Deno.test("session: an answer while nobody was there is kept for who comes back", async () => {
  const { endpoint, waiting, leave, listen, reached } = await setUp();
  const begins = [await leave(7), await leave(8)];
  await reached(2);
  waiting.forEach((one) => one.resolve());
  await settle();
  for (const [index, begin] of begins.entries()) {
    assert.deepEqual(await messagesOf(await listen(begin)), [result(7 + index)]);
  }
  await endpoint[Symbol.asyncDispose]();
});

Deno.test("session: who takes up a stream takes it over, whether its loss was seen or not", async () => {
  const { endpoint, waiting, open, listen, reached } = await setUp();
  const { begin, reader } = await open(7);
  await reached(1);
  const again = await listen(begin);
  assert.deepEqual(await reader.read(), { done: true, value: undefined });
  waiting[0]?.resolve();
  assert.deepEqual(await messagesOf(again), [result(7)]);
  await endpoint[Symbol.asyncDispose]();
});

Deno.test("session: a stream that is not kept is not taken up", async () => {
  const { endpoint, leave, listen } = await setUp();
  await leave(7);
  for (const after of ["1", "x/1", "_GET_stream/1"]) {
    const response = await listen(after);
    const error = { code: -32600, message: "The stream is not kept" };
    assert.deepEqual(
      [response.status, await response.json()],
      [400, { jsonrpc: "2.0", id: null, error }],
    );
  }
  await endpoint[Symbol.asyncDispose]();
});

Deno.test("session: who takes up what it cancelled is told so", async () => {
  const { endpoint, ended, send, leave, listen, reached } = await setUp();
  const begin = await leave(7);
  await reached(1);
  await send({ method: "notifications/cancelled", params: { requestId: 7 } });
  assert.deepEqual(ended, [0]);
  const told = await messagesOf(await listen(begin));
  assert.deepEqual(told, [failure(7, "The request was cancelled")]);
  await endpoint[Symbol.asyncDispose]();
});
