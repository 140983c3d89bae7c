/** Servers that are shown: what a client answers reaches the one that has asked, and no other. */

import assert from "node:assert/strict";
import { CodemodeError } from "../../../src/base/errors.ts";
import { createLogger } from "../../../src/base/log.ts";
import { parseConfig } from "../../../src/config/mod.ts";
import { createMcpEndpoint } from "../../../src/door/mod.ts";
import type { Engine, Toolbox } from "../../../src/engine/mod.ts";
import type { McpCallOptions, McpResult, PassThrough, RelayedRound } from "../../../src/mcp/mod.ts";
import { FakeClock } from "../../harness/fake_clock.ts";
import { modern } from "../../harness/raw_mcp.ts";

const CALLER = { id: "alice", grant: { mcp: { allowedServers: ["*"] } } };
const ELICITATION = { elicitation: { form: {} } };
const ASKS = Object.freeze({
  resultType: "input_required",
  inputRequests: {
    it: {
      method: "elicitation/create",
      params: {
        mode: "form",
        message: "Your password?",
        requestedSchema: { type: "object", properties: {} },
      },
    },
  },
});
const ANSWERS = { it: { action: "accept", content: {} } };

/** What a server answers to one round. */
type Answer = (round: RelayedRound | undefined) => Record<string, unknown>;

function refuse(errorCode: number): never {
  throw new CodemodeError("MCP_TOOL_ERROR", "Not here", { details: { errorCode } });
}

/** Servers by name, each with what it answers, and the rounds that each was sent. */
function serve(answers: Record<string, Answer>) {
  const heard: [string, RelayedRound | undefined][] = [];
  const relay = (name: string, { round }: Pick<McpCallOptions, "round">): Promise<McpResult> => {
    heard.push([name, round]);
    return Promise.resolve().then(() => answers[name]!(round) as McpResult);
  };
  const tools = Object.keys(answers).map((server) => ({
    server,
    tools: [{ tool: { server, name: `ask_${server}`, inputSchema: { type: "object" } } }],
  }));
  const engine = {
    toolbox: () => Promise.resolve({ namespaces: tools } as unknown as Toolbox),
    relay: ({ server }: { server: string }, _caller: unknown, options: McpCallOptions) =>
      relay(server, options),
  } as unknown as Engine;
  const endpoint = createMcpEndpoint({
    config: { ...parseConfig({}).server.mcp, passThrough: Object.keys(answers) },
    engine,
    questions: parseConfig({}).executions.questions,
    onToolsChanged: () => ({ [Symbol.dispose]() {} }),
    onServerChange: () => ({ [Symbol.dispose]() {} }),
    passThrough: (name) =>
      ({
        isConnected: true,
        mentionOf: () => "none",
        getPrompt: (_name, _input, options) => relay(name, options),
        readResource: (_uri, options) => relay(name, options),
        complete: (_params, options) => relay(name, options),
      }) as Partial<PassThrough> as PassThrough,
    clock: new FakeClock(),
    logger: createLogger([], "error"),
    version: "1.2.3",
    maxBodyBytes: 100_000,
  });
  const send = async (method: string, params: Record<string, unknown>, caller = CALLER) => {
    heard.length = 0;
    const options = { caller, capabilities: ELICITATION };
    return (await modern(endpoint, method, params, options)).body;
  };
  return { endpoint, heard, send };
}

const PROMPT = { messages: [{ role: "user", content: { type: "text", text: "hello" } }] };
const READ = { contents: [{ uri: "x://y", text: "read" }] };
const CALLED = { content: [{ type: "text", text: "called" }] };

const METHODS = [
  ["prompts/get", { name: "greet" }, PROMPT],
  ["resources/read", { uri: "x://y" }, READ],
  ["tools/call", { name: "ask_two", arguments: {} }, CALLED],
] as const;

Deno.test("answers and state reach the server that has asked, though another one comes first", async () => {
  for (const state of [{}, { requestState: "its own" }]) {
    for (const [method, params, done] of METHODS) {
      let isKnown = false;
      const { endpoint, heard, send } = serve({
        one: () => isKnown ? done : refuse(-32602),
        two: (round) => round?.inputResponses === undefined ? { ...ASKS, ...state } : done,
      });
      const { result: asked } = await send(method, params);
      assert.equal(asked.resultType, "input_required", JSON.stringify(asked));
      assert.deepEqual(asked.inputRequests, ASKS.inputRequests);
      // What the first one has learnt meanwhile changes nothing.
      isKnown = true;
      const { requestState } = asked;
      const { result } = await send(method, { ...params, requestState, inputResponses: ANSWERS });
      assert.equal(result.resultType, "complete", JSON.stringify(result));
      const round = { capabilities: ELICITATION, inputResponses: ANSWERS, ...state };
      assert.deepEqual(heard, [["two", round]]);
      await endpoint[Symbol.asyncDispose]();
    }
  }
});

Deno.test("answers without a state are given to a server that is meant without doubt, or to none", async () => {
  const doubtful = { capabilities: ELICITATION };
  const certain = { ...doubtful, inputResponses: ANSWERS };
  for (const [method, params] of METHODS) {
    const isNamed = method === "tools/call";
    const { endpoint, heard, send } = serve({ one: () => refuse(-32602), two: () => ASKS });
    const answered = { ...params, inputResponses: ANSWERS };
    const { result } = await send(method, answered);
    assert.equal(result.resultType, "input_required");
    assert.deepEqual(heard, isNamed ? [["two", certain]] : [["one", doubtful], ["two", doubtful]]);
    const onlyTwo = { ...CALLER, grant: { mcp: { allowedServers: ["two"] } } };
    await send(method, answered, onlyTwo);
    assert.deepEqual(heard, [["two", certain]]);
    await endpoint[Symbol.asyncDispose]();
  }
});

Deno.test("a refusal of the server that has asked is the answer", async () => {
  for (const [method, params] of METHODS.slice(0, 2)) {
    const { endpoint, heard, send } = serve({
      one: (round) => round?.inputResponses === undefined ? ASKS : refuse(-32602),
      two: () => ASKS,
    });
    const { result: { requestState } } = await send(method, params);
    const { error } = await send(method, { ...params, requestState, inputResponses: ANSWERS });
    assert.deepEqual([error.code, error.message], [-32602, "Not here"]);
    assert.deepEqual(heard.map(([name]) => name), ["one"]);
    await endpoint[Symbol.asyncDispose]();
  }
});

Deno.test("answers for a server that the caller reaches no more reach nobody", async () => {
  for (const [method, params] of METHODS) {
    const { endpoint, heard, send } = serve({ one: () => refuse(-32602), two: () => ASKS });
    const { result: { requestState } } = await send(method, params);
    const answered = { ...params, requestState, inputResponses: ANSWERS };
    const without = { ...CALLER, grant: { mcp: { allowedServers: ["one"] } } };
    const elsewhere = method === "tools/call" ? { ...answered, name: "ask_one" } : answered;
    const { error } = await send(method, elsewhere, without);
    assert.deepEqual(
      [error.code, error.message],
      [-32602, "What waited for these answers has ended"],
    );
    assert.deepEqual(heard, []);
    await endpoint[Symbol.asyncDispose]();
  }
});

Deno.test("a state that nobody has signed opens nothing, whatever the method", async () => {
  const done = { completion: { values: ["a"] } };
  const { endpoint, heard, send } = serve({ one: () => done, two: () => done });
  const forged = { relayed: { server: "two", state: "forged" } };
  for (const requestState of [forged, JSON.stringify(forged), null, 7]) {
    for (const [method, params] of METHODS) {
      const { error } = await send(method, { ...params, requestState, inputResponses: ANSWERS });
      assert.deepEqual([method, error?.code, heard], [method, -32602, []]);
    }
    const completed = await send("completion/complete", {
      ref: { type: "ref/prompt", name: "greet" },
      argument: { name: "a", value: "b" },
      requestState,
      inputResponses: ANSWERS,
    });
    assert.deepEqual(completed.result?.completion, { values: ["a"] }, JSON.stringify(completed));
    assert.deepEqual(heard, [["one", undefined]]);
  }
  await endpoint[Symbol.asyncDispose]();
});
