/** How a WebSocket ends, and what of it is told: to callers nothing of what it carried. */

import assert from "node:assert/strict";
import { plainText, sendAnswer, startPlainSocket } from "../../harness/plain_mcp.ts";
import { serverConfig, startManager } from "../../harness/mcp_servers.ts";

const SLOW_RETRY = { retryPolicy: { maxAttempts: 3, initialDelayMs: 60_000, maxDelayMs: 60_000 } };

Deno.test("an answer that came too late is no reason that others are told", async () => {
  const secret = "SECRET OF ALICE";
  const given = Promise.withResolvers<void>();
  const late = Promise.withResolvers<void>();
  await using server = startPlainSocket(["salary"], (message, socket) => {
    if (message.method !== "tools/call") return;
    given.resolve();
    void late.promise.then(() => {
      sendAnswer(socket, message, plainText(secret));
      server.refuse();
      socket.close(1001, secret);
    });
  });
  const peer = serverConfig({ transport: "websocket", url: server.url, ...SLOW_RETRY });
  await using started = await startManager({ peer }, { random: () => 0.5 });
  const { manager, log } = started;
  const alice = new AbortController();
  const call = manager.call("peer", "salary", {}, { signal: alice.signal, principal: "alice" });
  await given.promise;
  alice.abort();
  await assert.rejects(call, { code: "CANCELLED" });
  late.resolve();
  while (manager.status()[0]?.state === "ready") {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  const reason = "it closed the WebSocket with code 1001";
  assert.equal(manager.status()[0]?.lastError, reason);
  const { signal } = new AbortController();
  await assert.rejects(
    manager.call("peer", "salary", {}, { signal, principal: "bob", timeoutMs: 50 }),
    {
      code: "MCP_SERVER_UNAVAILABLE",
      message: `The MCP server "peer" is not available: ${reason}`,
      details: { server: "peer", mayHaveTakenEffect: false },
    },
  );
  assert.doesNotMatch(JSON.stringify(log), /ALICE/);
});
