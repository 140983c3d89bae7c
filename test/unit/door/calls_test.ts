/** Calls of one tool whose server asks: how long a question waits, and how it is put in each revision. */

import assert from "node:assert/strict";
import { sleep } from "../../../src/base/clock.ts";
import { createDeferred } from "../../../src/base/deferred.ts";
import { createLogger, type LogEntry } from "../../../src/base/log.ts";
import { parseConfig } from "../../../src/config/mod.ts";
import { createMcpEndpoint, type McpEndpoint } from "../../../src/door/mod.ts";
import type { Question } from "../../../src/contract/mod.ts";
import type { Engine } from "../../../src/engine/mod.ts";
import { FakeClock } from "../../harness/fake_clock.ts";
import { beginAskable, modern, post, stream } from "../../harness/raw_mcp.ts";
import { settle } from "../../harness/settle.ts";

const ALICE = { id: "alice", grant: {} };
const TASKS = "io.modelcontextprotocol/tasks";
const CALL = { name: "call_tool", arguments: { path: "peer.ask" } };
const QUESTION = {
  server: "peer",
  tool: "ask",
  message: "Sure?",
  mode: "form" as const,
  requestedSchema: { type: "object", properties: { sure: { type: "boolean" } } },
};

type Ask = (message: string) => Promise<string>;

/** An endpoint over one tool, which does what `tool` does with whom it can ask. */
function endpointOf(
  tool: (ask: Ask) => Promise<unknown>,
  { patience = "10m", timeout = "10m", asked = QUESTION as Question } = {},
) {
  const clock = new FakeClock();
  const log: LogEntry[] = [];
  const engine = {
    toolbox: () => Promise.resolve({ findByPath: () => undefined }),
    async callTool(_call: unknown, _caller: unknown, { ask, signal }: Asking) {
      const value = await tool(async (message) =>
        (await ask?.({ ...asked, message }, signal ?? new AbortController().signal))?.action ??
          "nobody"
      );
      return { value, requestId: "req_1", metrics: { queueTime: 0, callTime: 0 } };
    },
  };
  const { server, executions } = parseConfig({
    server: { mcp: { patience, taskAfter: "1s" } },
    executions: { questions: { timeout } },
  });
  const endpoint = createMcpEndpoint({
    config: server.mcp,
    questions: executions.questions,
    engine: engine as unknown as Engine,
    onToolsChanged: () => ({ [Symbol.dispose]() {} }),
    onServerChange: () => ({ [Symbol.dispose]() {} }),
    passThrough() {
      throw new TypeError("Cannot show a server: none is configured");
    },
    clock,
    logger: createLogger([{ write: (entry) => void log.push(entry) }], "warn"),
    version: "1.2.3",
    maxBodyBytes: 10_000,
  });
  const options = {
    caller: ALICE,
    capabilities: { elicitation: { form: {} }, extensions: { [TASKS]: {} } },
  };
  const send = async (method: string, params: Record<string, unknown>, rest = {}) =>
    (await modern(endpoint, method, params, { ...options, ...rest })).body;
  return { clock, endpoint, send, log };
}

type Asking = NonNullable<Parameters<Engine["callTool"]>[2]>;

Deno.test("a question of a call waits so long, then its server is told that nobody answered", async () => {
  const { clock, endpoint, send } = endpointOf((ask) => ask("Sure?"), {
    patience: "10m",
    timeout: "1m",
  });
  const { result: { resultType, requestState } } = await send("tools/call", CALL);
  assert.equal(resultType, "input_required");
  clock.advance(59_999);
  const again = await send("tools/call", { ...CALL, requestState });
  assert.equal(again.result.resultType, "input_required");
  clock.advance(1);
  const { result } = await send("tools/call", { ...CALL, requestState });
  assert.deepEqual(result.structuredContent, { result: "cancel" });
  assert.equal(clock.pending, 0);
  await endpoint[Symbol.asyncDispose]();
});

Deno.test("a task is not kept by asking how it goes while it waits for an answer", async () => {
  const called = createDeferred<void>();
  const { clock, endpoint, send } = endpointOf(async (ask) => {
    called.resolve();
    await sleep(clock, 2000);
    return await ask("Sure?");
  }, { patience: "1m" });
  const begun = send("tools/call", CALL);
  await called.promise;
  await settle();
  clock.advance(1000);
  const { taskId } = (await begun).result;
  const status = async () => (await send("tasks/get", { taskId })).result?.status;
  assert.equal(await status(), "working");
  clock.advance(1000);
  await settle();
  for (let round = 0; round < 5; round += 1) {
    assert.equal(await status(), "input_required");
    clock.advance(11_999);
  }
  assert.equal(await status(), "input_required");
  clock.advance(5);
  assert.equal(await status(), undefined);
  assert.equal(clock.pending, 0);
  await endpoint[Symbol.asyncDispose]();
});

/** A session that calls the tool: what it is told one by one, and a way to answer. */
async function sessionOf(endpoint: McpEndpoint) {
  const options = { caller: ALICE, headers: await beginAskable(endpoint, ALICE) };
  const call = { jsonrpc: "2.0", id: 7, method: "tools/call", params: CALL };
  const told = stream(endpoint, call, options);
  return {
    next: async () => (await told.next()).value,
    answer: async (id: number, action: string, content?: Record<string, unknown>) =>
      (await post(endpoint, { jsonrpc: "2.0", id, result: { action, content } }, options)).status,
  };
}

Deno.test("an older client is asked beside its call, and told when its answer comes too late", async () => {
  const { clock, endpoint } = endpointOf((ask) => ask("Sure?"), { timeout: "1m" });
  const { next, answer } = await sessionOf(endpoint);
  const { id, method, params: { message } } = await next();
  assert.deepEqual([method, message], ["elicitation/create", "peer: Sure?"]);
  clock.advance(60_000);
  const { method: taken, params } = await next();
  assert.deepEqual([taken, params], ["notifications/cancelled", {
    requestId: id,
    reason: "The question needs no answer any more",
  }]);
  const { id: call, result } = await next();
  assert.deepEqual([call, result.structuredContent], [7, { result: "cancel" }]);
  assert.equal(await next(), undefined);
  assert.equal(await answer(id, "accept"), 202);
  await endpoint[Symbol.asyncDispose]();
  assert.equal(clock.pending, 0);
});

Deno.test("an older client is asked the next thing while it has not answered the one before", async () => {
  const { endpoint } = endpointOf((ask) =>
    Promise.all([ask("One?"), settle().then(() => ask("Two?"))])
  );
  const { next, answer } = await sessionOf(endpoint);
  const [one, two] = [await next(), await next()];
  assert.deepEqual([one.params.message, two.params.message], ["peer: One?", "peer: Two?"]);
  assert.equal(await answer(two.id, "decline"), 202);
  assert.equal(await answer(one.id, "accept"), 202);
  assert.deepEqual((await next()).result.structuredContent, { result: ["accept", "decline"] });
  await endpoint[Symbol.asyncDispose]();
});

Deno.test("an older client whose answer does not fit is told why and asked again, so often", async () => {
  const { endpoint, log } = endpointOf((ask) => Promise.all([ask("One?"), ask("Two?")]));
  const { next, answer } = await sessionOf(endpoint);
  const [one, two] = [await next(), await next()];
  await answer(one.id, "accept", { sure: "yes" });
  const again = await next();
  assert.equal(
    again.params.message,
    'The answer does not fit its question: "sure" must be true or false\npeer: One?',
  );
  assert.deepEqual(again.params.requestedSchema, QUESTION.requestedSchema);
  await answer(again.id, "accept", { sure: true });
  let { id } = two;
  for (let turn = 1; turn < 3; turn += 1) {
    await answer(id, "accept", { sure: { deep: true } });
    const { params: { message }, id: nextId } = await next();
    const wrong =
      "The answer does not fit its question: content.sure is not what an answer has there";
    assert.equal(message, `${wrong}\npeer: Two?`);
    id = nextId;
  }
  await answer(id, "perhaps");
  assert.deepEqual((await next()).result.structuredContent, { result: ["accept", "cancel"] });
  assert.deepEqual(log.map(({ message, fields }) => [message, fields["issue"]]), [[
    "a client's answers do not fit what it was asked",
    "The answer does not fit its question: action is not what an answer has there",
  ]]);
  await endpoint[Symbol.asyncDispose]();
});

Deno.test("an address is answered without content, whatever came along", async () => {
  const asked = { ...QUESTION, mode: "url" as const, url: "https://example.com/" };
  const { endpoint } = endpointOf((ask) => ask("Go?"), { asked });
  const { next, answer } = await sessionOf(endpoint);
  const { id, params: { url } } = await next();
  assert.equal(url, asked.url);
  await answer(id, "accept", { seen: true });
  assert.deepEqual((await next()).result.structuredContent, { result: "accept" });
  await endpoint[Symbol.asyncDispose]();
});
