/** Requests besides calls that fail: what is told of it, and what is only logged. */

import assert from "node:assert/strict";
import { CodemodeError } from "../../../src/base/errors.ts";
import { createLogger, type LogEntry } from "../../../src/base/log.ts";
import { parseConfig } from "../../../src/config/mod.ts";
import { createMcpEndpoint } from "../../../src/door/mod.ts";
import type { Engine } from "../../../src/engine/mod.ts";
import type { PassThrough } from "../../../src/mcp/mod.ts";
import { FakeClock } from "../../harness/fake_clock.ts";
import { INITIALIZE, modern, post } from "../../harness/raw_mcp.ts";

const CALLER = { id: "alice", grant: { mcp: { allowedServers: ["*"] } } };
const SUBSCRIBE = { method: "resources/subscribe", params: { uri: "x://y" } };

const READS = [
  ["resources/read", { uri: "x://y" }],
  ["prompts/get", { name: "greet" }],
  ["completion/complete", {
    ref: { type: "ref/prompt", name: "greet" },
    argument: { name: "whom", value: "A" },
  }],
] as const;

/** A door in which everything fails with `thrown`. */
function setUp(thrown: unknown) {
  const log: LogEntry[] = [];
  const fail = () => Promise.reject(thrown);
  const server: Partial<PassThrough> = {
    isConnected: true,
    mentionOf: () => "none",
    readResource: fail,
    getPrompt: fail,
    complete: fail,
    subscribe: fail,
  };
  const endpoint = createMcpEndpoint({
    config: { ...parseConfig({}).server.mcp, passThrough: ["peer"] },
    engine: { toolbox: fail } as Partial<Engine> as Engine,
    questions: parseConfig({}).executions.questions,
    onToolsChanged: () => ({ [Symbol.dispose]() {} }),
    passThrough: () => server as PassThrough,
    onServerChange: () => ({ [Symbol.dispose]() {} }),
    clock: new FakeClock(),
    logger: createLogger([{ write: (entry) => void log.push(entry) }], "error"),
    version: "1.2.3",
    maxBodyBytes: 10_000,
  });
  const send = async (method: string, params = {}) =>
    (await modern(endpoint, method, params, { caller: CALLER })).body.error;
  const subscribe = async () => {
    const { headers } = await post(endpoint, INITIALIZE, { caller: CALLER });
    const session = {
      "mcp-session-id": headers.get("mcp-session-id") ?? "",
      "mcp-protocol-version": "2025-11-25",
    };
    const body = { jsonrpc: "2.0", id: 2, ...SUBSCRIBE };
    return (await post(endpoint, body, { caller: CALLER, headers: session })).body.error;
  };
  return { endpoint, log, send, subscribe };
}

Deno.test("what the host failed at is logged and not shown, whatever was asked", async () => {
  const thrown = new TypeError("Cannot read properties of undefined at /home/op/private.ts");
  const { endpoint, log, send, subscribe } = setUp(thrown);
  const told = {
    code: -32603,
    message: "INTERNAL: The service failed unexpectedly",
    data: { code: "INTERNAL" },
  };
  const lists = [["tools/list", {}], ["resources/list", {}]] as const;
  for (const [method, params] of [...lists, ...READS]) {
    assert.deepEqual(await send(method, params), told, method);
  }
  assert.deepEqual(await subscribe(), told);
  assert.deepEqual(
    log.map(({ level, message, fields }) => {
      const { cause } = fields["error"] as Error;
      return [level, message, fields["method"], cause === thrown];
    }),
    [...lists, ...READS, [SUBSCRIBE.method]].map(([method]) => [
      "error",
      "a request to the MCP endpoint failed",
      method,
      true,
    ]),
  );
  await endpoint[Symbol.asyncDispose]();
});

Deno.test("what is refused has its code and its details in the data of the error", async () => {
  const details = { server: "peer", mayHaveTakenEffect: false };
  const thrown = new CodemodeError("MCP_SERVER_UNAVAILABLE", "It is away", { details });
  const { endpoint, log, send, subscribe } = setUp(thrown);
  const told = {
    code: -32603,
    message: "MCP_SERVER_UNAVAILABLE: It is away\nTrying again can help.",
    data: { code: "MCP_SERVER_UNAVAILABLE", details },
  };
  for (const [method, params] of READS) assert.deepEqual(await send(method, params), told, method);
  assert.deepEqual(await subscribe(), told);
  assert.deepEqual(log, []);
  await endpoint[Symbol.asyncDispose]();
});

Deno.test("what a server refuses is told in its own words, with its own number", async () => {
  const details = { server: "peer", tool: "prompts/get", errorCode: -32050 };
  const cause = { data: { field: "name" } };
  const thrown = new CodemodeError("MCP_TOOL_ERROR", "Bad name", { details, cause });
  const { endpoint, log, send } = setUp(thrown);
  for (const [method, params] of READS) {
    const told = { code: -32050, message: "Bad name", data: { field: "name" } };
    assert.deepEqual(await send(method, params), told, method);
  }
  assert.deepEqual(log, []);
  await endpoint[Symbol.asyncDispose]();
});
