/** Subscriptions to resources of shown servers: bounded however fast they come, and none outlives its session. */

import assert from "node:assert/strict";
import { createDeferred, type Deferred } from "../../../src/base/deferred.ts";
import { CodemodeError } from "../../../src/base/errors.ts";
import { createLogger } from "../../../src/base/log.ts";
import { parseConfig } from "../../../src/config/mod.ts";
import { createMcpEndpoint } from "../../../src/door/mod.ts";
import type { Engine } from "../../../src/engine/mod.ts";
import type { McpCallOptions, PassThrough } from "../../../src/mcp/mod.ts";
import { FakeClock } from "../../harness/fake_clock.ts";
import { INITIALIZE, post } from "../../harness/raw_mcp.ts";
import { settle } from "../../harness/settle.ts";

const GRANT = { mcp: { allowedServers: ["*"] } };
const ALICE = { id: "alice", grant: GRANT };
const BOB = { id: "bob", grant: GRANT };
const HELD = { result: {} };
const FULL = { error: { code: -32602, message: "There are too many subscriptions" } };

/** A server that takes subscriptions when it is told to, and counts those it holds. */
function setUp({ isSlow = false } = {}) {
  const asked: Deferred<void>[] = [];
  let heard = createDeferred<void>();
  let held = 0;
  let listeners = 0;
  const server: Partial<PassThrough> = {
    async subscribe(uri: string, _options: McpCallOptions) {
      const taken = createDeferred<void>();
      asked.push(taken);
      heard.resolve();
      heard = createDeferred();
      if (isSlow) await taken.promise;
      if (uri === "x://nothing") {
        throw new CodemodeError("MCP_TOOL_ERROR", "Not here", { details: { errorCode: -32002 } });
      }
      held += 1;
      return {
        [Symbol.asyncDispose]() {
          held -= 1;
          return Promise.resolve();
        },
      };
    },
  };
  const endpoint = createMcpEndpoint({
    config: { ...parseConfig({}).server.mcp, passThrough: ["peer"] },
    engine: {} as Engine,
    questions: parseConfig({}).executions.questions,
    onToolsChanged: () => ({ [Symbol.dispose]() {} }),
    passThrough: () => server as PassThrough,
    onServerChange() {
      listeners += 1;
      return { [Symbol.dispose]: () => void (listeners -= 1) };
    },
    clock: new FakeClock(),
    logger: createLogger([], "error"),
    version: "1.2.3",
    maxBodyBytes: 10_000,
  });
  const begin = async (caller = ALICE) => {
    const { headers } = await post(endpoint, INITIALIZE, { caller });
    const session = {
      "mcp-session-id": headers.get("mcp-session-id") ?? "",
      "mcp-protocol-version": "2025-11-25",
    };
    let sent = 1;
    const send = async (method: string, uri: string) => {
      const id = sent += 1;
      const body = { jsonrpc: "2.0", id, method: `resources/${method}`, params: { uri } };
      const answer = (await post(endpoint, body, { caller, headers: session })).body ?? {};
      const { jsonrpc: _version, id: _id, ...said } = answer;
      return said;
    };
    const end = () =>
      endpoint.fetch(
        new Request("http://localhost/mcp", { method: "DELETE", headers: session }),
        caller,
      );
    return { send, end };
  };
  return {
    endpoint,
    begin,
    asked,
    /** Subscriptions at the server, and who listens to it for one, beside the door itself. */
    counts: () => [held, listeners - 1],
    /** Resolves when the server was asked so often. */
    async untilAsked(count: number) {
      while (asked.length < count) await heard.promise;
    },
  };
}

const uris = (count: number, of = "r") =>
  Array.from({ length: count }, (_, at) => `x://${of}${at}`);

Deno.test("a session has so many subscriptions, also when they all come at once", async () => {
  const { endpoint, begin, asked, counts, untilAsked } = setUp({ isSlow: true });
  const { send } = await begin();
  const sent = uris(65).map((uri) => send("subscribe", uri));
  await untilAsked(64);
  const twice = send("subscribe", "x://r0");
  for (const one of asked) one.resolve();
  assert.deepEqual(await Promise.all(sent), [...Array.from({ length: 64 }, () => HELD), FULL]);
  assert.deepEqual(await twice, HELD);
  assert.deepEqual([asked.length, ...counts()], [64, 64, 64]);
  assert.deepEqual(await send("unsubscribe", "x://r0"), HELD);
  const again = send("subscribe", "x://r64");
  await untilAsked(65);
  asked[64]?.resolve();
  assert.deepEqual(await again, HELD);
  assert.deepEqual(counts(), [64, 64]);
  await endpoint[Symbol.asyncDispose]();
  assert.deepEqual(counts(), [0, -1]);
});

Deno.test("a principal has its share over all its sessions, and gets it back when they end", async () => {
  const { endpoint, begin, counts } = setUp();
  const sessions = [];
  for (let at = 0; at < 5; at += 1) sessions.push(await begin());
  const [last] = sessions.splice(4);
  const subscribe = (one: typeof last, of: string) =>
    Promise.all(uris(64, of).map((uri) => one?.send("subscribe", uri)));
  await Promise.all(sessions.map((one, at) => subscribe(one, `${at}-`)));
  assert.deepEqual(counts(), [256, 256]);
  assert.deepEqual(await last?.send("subscribe", "x://more"), FULL);
  const bob = await begin(BOB);
  assert.deepEqual(await bob.send("subscribe", "x://more"), HELD);
  await sessions[0]?.end();
  assert.deepEqual(counts(), [193, 193]);
  assert.deepEqual(await last?.send("subscribe", "x://more"), HELD);
  await endpoint[Symbol.asyncDispose]();
});

Deno.test("what its server grants after the session has ended, or nobody wants it, is let go of", async () => {
  const { endpoint, begin, asked, counts, untilAsked } = setUp({ isSlow: true });
  const { send, end } = await begin();
  const late = [send("subscribe", "x://a"), send("subscribe", "x://b")];
  await untilAsked(2);
  const gone = send("unsubscribe", "x://a");
  asked[0]?.resolve();
  assert.deepEqual([await late[0], await gone], [HELD, HELD]);
  assert.deepEqual(counts(), [0, 0]);
  await end();
  asked[1]?.resolve();
  await late[1];
  await settle();
  assert.deepEqual(counts(), [0, 0]);
  await endpoint[Symbol.asyncDispose]();
});

Deno.test("one that is refused takes no place", async () => {
  const { endpoint, begin, counts } = setUp();
  const { send } = await begin();
  for (let attempt = 0; attempt < 65; attempt += 1) {
    const { error } = await send("subscribe", "x://nothing");
    assert.deepEqual([error.message, error.data], ["Resource not found", { uri: "x://nothing" }]);
  }
  await Promise.all(uris(64).map((uri) => send("subscribe", uri)));
  assert.deepEqual(counts(), [64, 64]);
  await endpoint[Symbol.asyncDispose]();
});
