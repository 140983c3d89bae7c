/** A server whose streams of changes end again and again, as those behind a proxy do. */

import assert from "node:assert/strict";
import { createDeferred } from "../../../src/base/deferred.ts";
import type { ServerChange } from "../../../src/mcp/mod.ts";
import { FakeClock } from "../../harness/fake_clock.ts";
import { serverConfig, startManager } from "../../harness/mcp_servers.ts";

const URI = "x://y";
const CAPABILITIES = {
  tools: { listChanged: true },
  resources: { subscribe: true, listChanged: true },
  prompts: { listChanged: true },
};

interface Message {
  readonly id?: number | string;
  readonly method: string;
  readonly params: { readonly notifications?: Record<string, unknown> };
}

/** The open stream of each filter, and the tools there are. */
function startServer() {
  const tools = [{ name: "a", inputSchema: { type: "object" } }];
  const streams = new Map<string, ReadableStreamDefaultController<Uint8Array>>();
  const listen = ({ id, params: { notifications } }: Message): Response => {
    const _meta = { "io.modelcontextprotocol/subscriptionId": id };
    const granted = {
      jsonrpc: "2.0",
      method: "notifications/subscriptions/acknowledged",
      params: { notifications, _meta },
    };
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        streams.set(notifications?.["toolsListChanged"] ? "lists" : "resource", controller);
        const text = `event: message\ndata: ${JSON.stringify(granted)}\n\n`;
        controller.enqueue(new TextEncoder().encode(text));
      },
    });
    return new Response(body, { headers: { "content-type": "text/event-stream" } });
  };
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    if (request.method !== "POST") return new Response(null, { status: 405 });
    const message = await request.json() as Message;
    const answer = (result: object) =>
      Response.json({
        jsonrpc: "2.0",
        id: message.id,
        result: { resultType: "complete", ttlMs: 0, cacheScope: "private", ...result },
      });
    if (message.id === undefined) return new Response(null, { status: 202 });
    if (message.method === "tools/list") return answer({ tools });
    if (message.method === "subscriptions/listen") return listen(message);
    return answer({
      supportedVersions: ["2026-07-28"],
      capabilities: CAPABILITIES,
      serverInfo: { name: "s", version: "1" },
    });
  });
  return { server, tools, streams, url: `http://127.0.0.1:${server.addr.port}/mcp` };
}

Deno.test("streams of changes that end are opened again and again, and what changed meanwhile is seen", async () => {
  const { server, tools, streams, url } = startServer();
  const clock = new FakeClock();
  await using started = await startManager(
    { peer: serverConfig({ transport: "http", url }) },
    { clock },
  );
  const { manager } = started;
  const { signal } = new AbortController();
  const changes: ServerChange[] = [];
  using _listener = manager.onServerChange("peer", (change) => changes.push(change));
  await using _subscription = await manager.passThrough("peer")!.subscribe(URI, { signal });
  for (let time = 1; time <= 3; time += 1) {
    const ended = new Map(streams);
    assert.deepEqual([...ended.keys()].toSorted(), ["lists", "resource"]);
    streams.clear();
    changes.length = 0;
    tools.push({ name: `b${time}`, inputSchema: { type: "object" } });
    for (const stream of ended.values()) stream.close();
    const isSeen = () => manager.status()[0]?.tools === 1 + time && changes.length >= 3;
    await passUntil(clock, isSeen);
    assert.deepEqual(changes.map(({ type }) => type).toSorted(), [
      "prompts",
      "resource",
      "resources",
    ]);
  }
  assert.equal(manager.status()[0]?.state, "ready");
  await started[Symbol.asyncDispose]();
  await server.shutdown();
});

/** Lets time pass, and messages, until it is so. */
async function passUntil(clock: FakeClock, isSo: () => boolean): Promise<void> {
  while (!isSo()) {
    const turn = createDeferred<void>();
    setTimeout(() => turn.resolve(), 2);
    await turn.promise;
    clock.advance(100);
  }
}
