import assert from "node:assert/strict";
import { createLogger } from "../../../src/base/log.ts";
import { CodemodeError } from "../../../src/base/errors.ts";
import { parseConfig } from "../../../src/config/mod.ts";
import { createMcpEndpoint, type DoorParts } from "../../../src/door/mod.ts";
import type { Caller, Engine } from "../../../src/engine/mod.ts";
import { FakeClock } from "../../harness/fake_clock.ts";
import { INITIALIZE, post } from "../../harness/raw_mcp.ts";

const ALICE: Caller = { id: "alice", grant: {} };
const BOB: Caller = { id: "bob", grant: {} };
const PING = { jsonrpc: "2.0", id: 2, method: "ping" };

function endpointOf(limits: Record<string, unknown> = {}) {
  const clock = new FakeClock();
  const listeners = new Set<() => void>();
  const parts: DoorParts = {
    config: parseConfig({ server: { mcp: limits } }).server.mcp,
    questions: parseConfig({}).executions.questions,
    engine: {} as Engine,
    onToolsChanged(listener) {
      listeners.add(listener);
      return { [Symbol.dispose]: () => void listeners.delete(listener) };
    },
    onServerChange: () => ({ [Symbol.dispose]() {} }),
    passThrough() {
      throw new TypeError("Cannot show a server: none is configured");
    },
    clock,
    logger: createLogger([], "error"),
    version: "1.2.3",
  };
  return { clock, listeners, endpoint: createMcpEndpoint({ ...parts, maxBodyBytes: 10_000 }) };
}

/** Begins a session; its id. */
async function begin(
  { endpoint }: ReturnType<typeof endpointOf>,
  caller = ALICE,
): Promise<string> {
  const { status, headers, body } = await post(endpoint, INITIALIZE, { caller });
  assert.equal(status, 200, JSON.stringify(body));
  return headers.get("mcp-session-id") ?? "";
}

/** The status of a ping in a session. */
async function ping(
  { endpoint }: ReturnType<typeof endpointOf>,
  session: string,
  caller = ALICE,
): Promise<number> {
  const headers = { "mcp-session-id": session, "mcp-protocol-version": "2025-11-25" };
  return (await post(endpoint, PING, { caller, headers })).status;
}

Deno.test("a session is its principal's alone", async () => {
  const door = endpointOf();
  const session = await begin(door);
  assert.match(session, /^session_[\da-f]{32}$/);
  assert.equal(await ping(door, session), 200);
  assert.equal(await ping(door, session, BOB), 404);
  const stolen = new Request("http://localhost/mcp", {
    method: "DELETE",
    headers: { "mcp-session-id": session },
  });
  assert.equal((await door.endpoint.fetch(stolen, BOB)).status, 404);
  assert.equal(await ping(door, session), 200);
  await door.endpoint[Symbol.asyncDispose]();
});

Deno.test("a session is good for the grant it was begun with", async () => {
  const door = endpointOf();
  const wide = { id: "alice", grant: { mcp: { allowedServers: ["notes", "bank"] } } };
  const narrow = { id: "alice", grant: { mcp: { allowedServers: ["notes"] } } };
  const session = await begin(door, wide);
  assert.equal(await ping(door, session, structuredClone(wide)), 200);
  assert.equal(await ping(door, session, narrow), 404);
  assert.equal(await ping(door, session, ALICE), 404);
  const end = new Request("http://localhost/mcp", {
    method: "DELETE",
    headers: { "mcp-session-id": session },
  });
  assert.equal((await door.endpoint.fetch(end, narrow)).status, 404);
  assert.equal(await ping(door, session, wide), 200);
  assert.equal(await ping(door, await begin(door, narrow), narrow), 200);
  await door.endpoint[Symbol.asyncDispose]();
});

Deno.test("a session that is not used ends, one that is used does not", async () => {
  const door = endpointOf({ sessionIdle: "1m" });
  const session = await begin(door);
  door.clock.advance(59_999);
  assert.equal(await ping(door, session), 200);
  door.clock.advance(59_999);
  assert.equal(await ping(door, session), 200);
  door.clock.advance(60_000);
  assert.equal(await ping(door, session), 404);
  await door.endpoint[Symbol.asyncDispose]();
});

Deno.test("DELETE ends a session", async () => {
  const door = endpointOf();
  const session = await begin(door);
  const request = new Request("http://localhost/mcp", {
    method: "DELETE",
    headers: { "mcp-session-id": session, "mcp-protocol-version": "2025-11-25" },
  });
  assert.equal((await door.endpoint.fetch(request, ALICE)).status, 200);
  assert.equal(await ping(door, session), 404);
  assert.equal(door.clock.pending, 0);
  await door.endpoint[Symbol.asyncDispose]();
});

Deno.test("there are only so many sessions, of one principal and of all", async () => {
  const door = endpointOf({ sessions: 3, sessionsPerPrincipal: 2 });
  await begin(door);
  await begin(door);
  const tooMany = new CodemodeError(
    "QUEUE_FULL",
    "There are too many sessions; end some, or come back later",
  );
  await assert.rejects(begin(door), tooMany);
  await begin(door, BOB);
  await assert.rejects(begin(door, BOB), tooMany);
  door.clock.advance(30 * 60_000);
  await begin(door, BOB);
  await door.endpoint[Symbol.asyncDispose]();
});

Deno.test("there are only so many sessions, also when they all begin at once", async () => {
  const door = endpointOf({ sessions: 4, sessionsPerPrincipal: 2 });
  const begun = await Promise.allSettled(Array.from({ length: 6 }, () => begin(door)));
  const ids = begun.flatMap((one) => one.status === "fulfilled" ? [one.value] : []);
  assert.equal(ids.length, 2);
  const bobs = await Promise.allSettled(Array.from({ length: 6 }, () => begin(door, BOB)));
  assert.equal(bobs.filter(({ status }) => status === "fulfilled").length, 2);
  for (const id of ids) assert.equal(await ping(door, id), 200);
  await door.endpoint[Symbol.asyncDispose]();
});

Deno.test("a session that begins while the door closes ends with it", async () => {
  const door = endpointOf();
  const begun = post(door.endpoint, INITIALIZE, { caller: ALICE });
  await Promise.resolve();
  await door.endpoint[Symbol.asyncDispose]();
  await begun;
  assert.deepEqual([door.clock.pending, door.listeners.size], [0, 0]);
});

Deno.test("what begins no session holds none", async () => {
  const door = endpointOf({ sessions: 1 });
  const { status, body } = await post(door.endpoint, PING, { caller: ALICE });
  assert.deepEqual([status, body.error.code], [400, -32000]);
  await begin(door);
  await door.endpoint[Symbol.asyncDispose]();
  assert.deepEqual([door.clock.pending, door.listeners.size], [0, 0]);
});

Deno.test("a message that is too long is refused", async () => {
  const door = endpointOf();
  const long = { ...PING, params: { text: "x".repeat(20_000) } };
  const { status } = await post(door.endpoint, long, { caller: ALICE });
  assert.equal(status, 413);
  await door.endpoint[Symbol.asyncDispose]();
});

Deno.test("a changed list of tools is told to the stream of a session", async () => {
  const door = endpointOf();
  const session = await begin(door);
  const stream = await door.endpoint.fetch(
    new Request("http://localhost/mcp", {
      headers: {
        accept: "text/event-stream",
        "mcp-session-id": session,
        "mcp-protocol-version": "2025-11-25",
      },
    }),
    ALICE,
  );
  for (const listener of door.listeners) listener();
  const reader = stream.body?.pipeThrough(new TextDecoderStream()).getReader();
  assert.match((await reader?.read())?.value ?? "", /notifications\/tools\/list_changed/);
  await door.endpoint[Symbol.asyncDispose]();
  await reader?.cancel();
});
