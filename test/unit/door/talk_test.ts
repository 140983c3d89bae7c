/** What waits for its client is bounded, for each principal and in time; what its client waits for is not. */

import assert from "node:assert/strict";
import { createDeferred } from "../../../src/base/deferred.ts";
import { untilAborted } from "../../../src/base/until_aborted.ts";
import { createLogger } from "../../../src/base/log.ts";
import { parseConfig } from "../../../src/config/mod.ts";
import { createMcpEndpoint } from "../../../src/door/mod.ts";
import type { Engine, Toolbox } from "../../../src/engine/mod.ts";
import type { PassThrough } from "../../../src/mcp/mod.ts";
import { FakeClock } from "../../harness/fake_clock.ts";
import { modern } from "../../harness/raw_mcp.ts";
import { settle } from "../../harness/settle.ts";

type Relay = Engine["relay"];

const GRANT = { mcp: { allowedServers: ["*"] } };
const CAPABILITIES = {
  elicitation: { form: {} },
  extensions: { "io.modelcontextprotocol/tasks": {} },
};
const QUESTION = { server: "peer", tool: "ask", message: "Sure?", mode: "form" as const };

function setUp(relay: Relay) {
  const clock = new FakeClock();
  const tool = { server: "peer", name: "ask", inputSchema: { type: "object" } };
  const toolbox = { namespaces: [{ server: "peer", tools: [{ tool }] }] } as unknown as Toolbox;
  const endpoint = createMcpEndpoint({
    config: {
      ...parseConfig({ server: { mcp: { conversationsPerPrincipal: 2 } } }).server.mcp,
      passThrough: ["peer"],
    },
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
  /** Calls the tool; what came of it in one word. */
  const call = async (id: string): Promise<string> => {
    const options = { caller: { id, grant: GRANT }, capabilities: CAPABILITIES };
    const { body } = await modern(endpoint, "tools/call", { name: "ask", arguments: {} }, options);
    const { resultType, content } = body.result;
    return resultType === "complete" ? content[0].text : resultType;
  };
  /** Calls the tool as a client that knows no tasks, with more parameters where it answers. */
  const ask = async (more: Record<string, unknown> = {}) => {
    const options = { caller: { id: "alice", grant: GRANT }, capabilities: { elicitation: {} } };
    const params = { name: "ask", arguments: {}, ...more };
    return (await modern(endpoint, "tools/call", params, options)).body.result;
  };
  return { clock, endpoint, call, ask };
}

Deno.test("of many that ask at the same time as many wait as may, and the others ask nobody", async () => {
  const begun = createDeferred<void>();
  let calls = 0;
  const { endpoint, call } = setUp(async (_call, _caller, { ask } = {}) => {
    calls += 1;
    if (calls === 6) begun.resolve();
    await begun.promise;
    const { action } = await ask!(QUESTION, new AbortController().signal);
    return { content: [{ type: "text", text: action }] };
  });
  const answers = await Promise.all(["alice", "alice", "alice", "alice", "alice", "bob"].map(call));
  assert.deepEqual(answers.toSorted(), [
    ...["cancel", "cancel", "cancel"],
    ...["input_required", "input_required", "input_required"],
  ]);
  assert.equal(answers.at(-1), "input_required");
  assert.equal(await call("alice"), "cancel");
  await endpoint[Symbol.asyncDispose]();
});

Deno.test("of many that take long as many become tasks as may, and the others end as they are", async () => {
  const ending = createDeferred<void>();
  const begun = createDeferred<void>();
  let calls = 0;
  const { clock, endpoint, call } = setUp(async () => {
    calls += 1;
    if (calls === 4) begun.resolve();
    await ending.promise;
    return { content: [{ type: "text", text: "done" }] };
  });
  const told: string[] = [];
  const sent = ["alice", "alice", "alice", "alice"].map(async (id) => told.push(await call(id)));
  await begun.promise;
  await settle();
  clock.advance(10_000);
  await Promise.race(sent);
  ending.resolve();
  await Promise.all(sent);
  assert.deepEqual(told.toSorted(), ["done", "done", "task", "task"]);
  await endpoint[Symbol.asyncDispose]();
});

Deno.test("a call that its client waits for after an answer is not given up as forgotten", async () => {
  const ending = createDeferred<void>();
  const answered = createDeferred<void>();
  const { clock, endpoint, ask } = setUp(async (_call, _caller, { ask, signal } = {}) => {
    const { action } = await ask!(QUESTION, new AbortController().signal);
    answered.resolve();
    await untilAborted(ending.promise, signal!);
    return { content: [{ type: "text", text: action }] };
  });
  const { requestState } = await ask();
  const again = ask({ requestState, inputResponses: { q1: { action: "decline" } } });
  await answered.promise;
  await settle();
  clock.advance(3_600_000);
  ending.resolve();
  assert.deepEqual((await again).content, [{ type: "text", text: "decline" }]);
  assert.equal(clock.pending, 0);
  await endpoint[Symbol.asyncDispose]();
});
