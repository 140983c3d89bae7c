/** In a session an id names one request at a time, and each is answered once. */

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

const ALICE = { id: "alice", grant: { mcp: { allowedServers: ["*"] } } };

/** A session in which the tool `wait` waits until it is told. */
async function setUp() {
  const waiting: Deferred<void>[] = [];
  const tool = { server: "peer", name: "wait", inputSchema: { type: "object" } };
  const toolbox = { namespaces: [{ server: "peer", tools: [{ tool }] }] } as unknown as Toolbox;
  const relay: Engine["relay"] = async ({ input }, _caller, { signal } = {}) => {
    const told = createDeferred<void>();
    signal?.addEventListener("abort", () => told.reject(signal.reason));
    waiting.push(told);
    await told.promise;
    return { content: [{ type: "text", text: String(input["n"]) }] };
  };
  const endpoint = createMcpEndpoint({
    config: { ...parseConfig({}).server.mcp, passThrough: ["peer"] },
    engine: { toolbox: () => Promise.resolve(toolbox), relay } as Partial<Engine> as Engine,
    questions: parseConfig({}).executions.questions,
    onToolsChanged: () => ({ [Symbol.dispose]() {} }),
    passThrough: () =>
      ({ onChange: () => ({ [Symbol.dispose]() {} }) }) as Partial<PassThrough> as PassThrough,
    clock: new FakeClock(),
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
  /** Sends a call, and leaves before its answer. */
  const leave = async (id: unknown) => {
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
    await (await endpoint.fetch(request, ALICE)).body?.cancel();
  };
  return { endpoint, waiting, send, call, leave, reached };
}

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
