/** Changes of shown servers: told in both revisions, to whoever was granted the server and nobody else. */

import assert from "node:assert/strict";
import { createLogger } from "../../../src/base/log.ts";
import { parseConfig } from "../../../src/config/mod.ts";
import { createMcpEndpoint, type McpEndpoint } from "../../../src/door/mod.ts";
import type { Caller, Engine } from "../../../src/engine/mod.ts";
import type { ServerChange } from "../../../src/mcp/mod.ts";
import { FakeClock } from "../../harness/fake_clock.ts";
import { INITIALIZE, post, stream } from "../../harness/raw_mcp.ts";
import { settle } from "../../harness/settle.ts";

const caller = (id: string, ...allowedServers: string[]): Caller => ({
  id,
  grant: { mcp: { allowedServers } },
});

const CALLERS = [caller("alice", "peer"), caller("bob", "other"), caller("carol", "*")];

const LISTEN = {
  jsonrpc: "2.0",
  id: 9,
  method: "subscriptions/listen",
  params: {
    notifications: { toolsListChanged: true, resourcesListChanged: true, promptsListChanged: true },
    _meta: {
      "io.modelcontextprotocol/protocolVersion": "2026-07-28",
      "io.modelcontextprotocol/clientInfo": { name: "raw", version: "1" },
      "io.modelcontextprotocol/clientCapabilities": {},
    },
  },
};

/** A door that shows one server, which tells of changes through `change`. */
function setUp() {
  const told = new Set<(change: ServerChange) => void>();
  let toolsChanged = () => {};
  const endpoint = createMcpEndpoint({
    config: { ...parseConfig({}).server.mcp, passThrough: ["peer"] },
    engine: {} as Engine,
    questions: parseConfig({}).executions.questions,
    onToolsChanged(listener) {
      toolsChanged = listener;
      return { [Symbol.dispose]() {} };
    },
    passThrough: () => undefined,
    onServerChange(_server, listener) {
      told.add(listener);
      return { [Symbol.dispose]: () => void told.delete(listener) };
    },
    clock: new FakeClock(),
    logger: createLogger([], "error"),
    version: "1.2.3",
    maxBodyBytes: 10_000,
  });
  const change = (type: "tools" | "resources" | "prompts") => {
    if (type === "tools") return toolsChanged();
    for (const listener of told) listener({ type });
  };
  return { endpoint, change };
}

/** What a client of the newest revision hears, once it listens. */
async function listen(endpoint: McpEndpoint, caller: Caller): Promise<() => Promise<string[]>> {
  const headers = { "mcp-protocol-version": "2026-07-28", "mcp-method": LISTEN.method };
  const messages = stream(endpoint, LISTEN, { caller, headers });
  const { value } = await messages.next();
  assert.equal(value.method, "notifications/subscriptions/acknowledged");
  return async () => {
    const heard: string[] = [];
    for await (const { method } of messages) {
      if (method?.includes("list_changed")) heard.push(method.split("/")[1]);
    }
    return heard;
  };
}

/** What a client of the older revision hears on the stream of its session. */
async function begin(endpoint: McpEndpoint, caller: Caller): Promise<() => Promise<string[]>> {
  const { headers } = await post(endpoint, INITIALIZE, { caller });
  const session = {
    accept: "text/event-stream",
    "mcp-session-id": headers.get("mcp-session-id") ?? "",
    "mcp-protocol-version": "2025-11-25",
  };
  const request = new Request("http://localhost/mcp", { headers: session });
  const response = await endpoint.fetch(request, caller);
  return async () =>
    [...(await response.text()).matchAll(/notifications\/(\w+)\/list_changed/g)]
      .map(([, list]) => String(list));
}

Deno.test("only who was granted a server hears of its resources and prompts; all hear of tools", async () => {
  const { endpoint, change } = setUp();
  const modern = await Promise.all(CALLERS.map((each) => listen(endpoint, each)));
  const legacy = await Promise.all(CALLERS.map((each) => begin(endpoint, each)));
  for (const type of ["resources", "prompts", "tools"] as const) change(type);
  await settle();
  await endpoint[Symbol.asyncDispose]();
  const expected = [["resources", "prompts", "tools"], ["tools"], [
    "resources",
    "prompts",
    "tools",
  ]];
  assert.deepEqual(await Promise.all(modern.map((heard) => heard())), expected);
  assert.deepEqual(await Promise.all(legacy.map((heard) => heard())), expected);
});
