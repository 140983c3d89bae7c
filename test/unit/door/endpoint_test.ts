/** Streams of changes: each principal has its share of them. */

import assert from "node:assert/strict";
import { createLogger } from "../../../src/base/log.ts";
import { parseConfig } from "../../../src/config/mod.ts";
import { createMcpEndpoint } from "../../../src/door/mod.ts";
import type { Engine } from "../../../src/engine/mod.ts";
import { FakeClock } from "../../harness/fake_clock.ts";
import { settle } from "../../harness/settle.ts";

const LISTEN = "subscriptions/listen";
const ALICE = { id: "alice", grant: {} };

interface Asked {
  readonly named?: string | undefined;
  readonly version?: string;
  readonly notifications?: unknown;
}

function setUp(limits: Record<string, unknown>) {
  const endpoint = createMcpEndpoint({
    config: parseConfig({ server: { mcp: limits } }).server.mcp,
    engine: {} as Engine,
    questions: parseConfig({}).executions.questions,
    onToolsChanged: () => ({ [Symbol.dispose]() {} }),
    onServerChange: () => ({ [Symbol.dispose]() {} }),
    passThrough() {
      throw new TypeError("Cannot show a server: none is configured");
    },
    clock: new FakeClock(),
    logger: createLogger([], "error"),
    version: "1.2.3",
    maxBodyBytes: 10_000,
  });
  /** Asks for a stream of changes; `named` is the method that the header names. */
  const listen = (id: string, options: Asked = {}) => {
    const { version = "2026-07-28", notifications = { toolsListChanged: true } } = options;
    const named = "named" in options ? options.named : LISTEN;
    const envelope = {
      "io.modelcontextprotocol/protocolVersion": "2026-07-28",
      "io.modelcontextprotocol/clientInfo": { name: "raw", version: "1" },
      "io.modelcontextprotocol/clientCapabilities": {},
    };
    const request = new Request("http://localhost/mcp", {
      method: "POST",
      headers: {
        "content-type": "application/json",
        accept: "application/json, text/event-stream",
        "mcp-protocol-version": version,
        ...(named === undefined ? {} : { "mcp-method": named }),
      },
      body: JSON.stringify({
        jsonrpc: "2.0",
        id: 1,
        method: LISTEN,
        params: { notifications, _meta: envelope },
      }),
    });
    return endpoint.fetch(request, { ...ALICE, id });
  };
  return { endpoint, listen };
}

const full = (limit: string) => ({
  code: "RATE_LIMITED",
  message: "There are too many streams of changes",
  details: { limit },
});

Deno.test("a principal has its share of the streams, also when it asks for many at once", async () => {
  const { endpoint, listen } = setUp({ changeStreams: 3, changeStreamsPerPrincipal: 2 });
  const asked = await Promise.allSettled(Array.from({ length: 5 }, () => listen("alice")));
  const open = asked.flatMap((one) => one.status === "fulfilled" ? [one.value] : []);
  assert.deepEqual(open.map(({ status, headers }) => [status, headers.get("content-type")]), [
    [200, "text/event-stream"],
    [200, "text/event-stream"],
  ]);
  await assert.rejects(listen("alice"), full("mcp.changeStreamsPerPrincipal"));
  const bobs = await listen("bob");
  await assert.rejects(listen("carol"), full("mcp.changeStreams"));
  await open[0]?.body?.cancel();
  const carols = await listen("carol");
  assert.equal(carols.status, 200);
  await endpoint[Symbol.asyncDispose]();
  for (const one of [open[1], bobs, carols]) await one?.text();
});

Deno.test("what opens no stream holds no place, and what opens one is counted whatever its header says", async () => {
  const { endpoint, listen } = setUp({ changeStreams: 1, changeStreamsPerPrincipal: 1 });
  const headers = ["tools/list", "Subscriptions/Listen", "", undefined];
  const refused: readonly (readonly [Asked, number])[] = [
    [{ notifications: { toolsListChanged: false } }, 200],
    [{ notifications: "none" }, 200],
    [{ version: "1999-01-01" }, 400],
    ...headers.map((named) => [{ named }, 400] as const),
  ];
  for (const [options, status] of refused) {
    const response = await listen("alice", options);
    assert.equal(response.status, status, await response.text());
    await settle();
  }
  const stream = await listen("alice");
  assert.equal(stream.headers.get("content-type"), "text/event-stream");
  for (const named of headers) {
    await assert.rejects(listen("alice", { named }), full("mcp.changeStreamsPerPrincipal"));
  }
  await stream.body?.cancel();
  await endpoint[Symbol.asyncDispose]();
});
