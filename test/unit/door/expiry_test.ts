/** Streams of changes end with the credential that they were opened with; sessions go on under another. */

import assert from "node:assert/strict";
import { createLogger } from "../../../src/base/log.ts";
import { parseConfig } from "../../../src/config/mod.ts";
import { createMcpEndpoint } from "../../../src/door/mod.ts";
import type { Caller, Engine } from "../../../src/engine/mod.ts";
import { FakeClock } from "../../harness/fake_clock.ts";
import { INITIALIZE, post } from "../../harness/raw_mcp.ts";
import { settle } from "../../harness/settle.ts";

function setUp() {
  const clock = new FakeClock();
  const listeners = new Set<() => void>();
  const limits = { changeStreamsPerPrincipal: 1, sessionIdle: "1m" };
  const endpoint = createMcpEndpoint({
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
    maxBodyBytes: 10_000,
  });
  /** A stream of changes of the newest revision, as text. */
  const listen = async (caller: Caller) => {
    const _meta = {
      "io.modelcontextprotocol/protocolVersion": "2026-07-28",
      "io.modelcontextprotocol/clientInfo": { name: "raw", version: "1" },
      "io.modelcontextprotocol/clientCapabilities": {},
    };
    const params = { notifications: { toolsListChanged: true }, _meta };
    const method = "subscriptions/listen";
    const request = new Request("http://localhost/mcp", {
      method: "POST",
      headers: {
        "content-type": "application/json",
        accept: "application/json, text/event-stream",
        "mcp-protocol-version": "2026-07-28",
        "mcp-method": method,
      },
      body: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }),
    });
    return text(await endpoint.fetch(request, caller));
  };
  /** The stream of a session, as text. */
  const watch = async (session: string, caller: Caller) => {
    const headers = { accept: "text/event-stream", "mcp-session-id": session };
    const request = new Request("http://localhost/mcp", { headers });
    return text(await endpoint.fetch(request, caller));
  };
  const changed = async () => {
    for (const listener of listeners) listener();
    await settle();
  };
  return { clock, endpoint, listen, watch, changed };
}

/** A stream that is read as it comes. */
function text(response: Response) {
  assert.equal(response.status, 200);
  const read = { changes: 0, isOver: false };
  void (async () => {
    for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      if (chunk.includes("tools/list_changed")) read.changes += 1;
    }
    read.isOver = true;
  })();
  return read;
}

const ada = (expiresAt?: number): Caller => ({
  id: "ada",
  grant: {},
  ...(expiresAt === undefined ? {} : { expiresAt }),
});

Deno.test("a stream of changes ends with its credential, and another is opened with the next", async () => {
  const { clock, endpoint, listen, changed } = setUp();
  const first = await listen(ada(5000));
  await changed();
  clock.advance(4999);
  await changed();
  assert.deepEqual(first, { changes: 2, isOver: false });
  await assert.rejects(listen(ada(9000)), { code: "RATE_LIMITED" });
  clock.advance(1);
  await settle();
  await changed();
  assert.deepEqual([first, clock.pending], [{ changes: 2, isOver: true }, 0]);
  const second = await listen(ada());
  assert.equal(clock.pending, 0);
  clock.advance(1e9);
  await changed();
  assert.deepEqual(second, { changes: 1, isOver: false });
  await endpoint[Symbol.asyncDispose]();
});

Deno.test("the stream of a session ends with its credential; the session is there for the next", async () => {
  const { clock, endpoint, watch, changed } = setUp();
  const { headers } = await post(endpoint, INITIALIZE, { caller: ada(5000) });
  const session = headers.get("mcp-session-id") ?? "";
  const first = await watch(session, ada(5000));
  await changed();
  clock.advance(5000);
  await settle();
  await changed();
  assert.deepEqual(first, { changes: 1, isOver: true });
  const second = await watch(session, ada(9000));
  await changed();
  assert.deepEqual(second, { changes: 1, isOver: false });
  clock.advance(4000);
  await settle();
  assert.deepEqual([second.isOver, clock.pending], [true, 1]);
  // Nobody came back: the time of a session that is not used runs from the end of its stream.
  clock.advance(60_000);
  await settle();
  const ping = { jsonrpc: "2.0", id: 2, method: "ping" };
  const again = await post(endpoint, ping, {
    caller: ada(),
    headers: { "mcp-session-id": session },
  });
  assert.deepEqual([again.status, clock.pending], [404, 0]);
  await endpoint[Symbol.asyncDispose]();
});

Deno.test("a stream that is left or closed waits for no credential's end", async () => {
  const { clock, endpoint, watch } = setUp();
  const { headers } = await post(endpoint, INITIALIZE, { caller: ada(5000) });
  const session = headers.get("mcp-session-id") ?? "";
  const request = new Request("http://localhost/mcp", {
    headers: { accept: "text/event-stream", "mcp-session-id": session },
  });
  const left = await endpoint.fetch(request, ada(5000));
  await left.body?.cancel();
  assert.equal(clock.pending, 1);
  const closed = await watch(session, ada(5000));
  await endpoint[Symbol.asyncDispose]();
  await settle();
  assert.deepEqual([closed.isOver, clock.pending], [true, 0]);
});
