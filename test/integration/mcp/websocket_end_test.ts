/** How a WebSocket ends, and what of it is told: to callers nothing of what it carried. */

import assert from "node:assert/strict";
import { createLogger, type LogEntry, silentLogger } from "../../../src/base/log.ts";
import { WebSocketTransport } from "../../../src/mcp/websocket_transport.ts";
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
      message: `The MCP server "peer" is not available: ${reason}; ` +
        "the call waited for it until its timeout of 50 ms",
      details: { server: "peer", mayHaveTakenEffect: false },
    },
  );
  assert.doesNotMatch(JSON.stringify(log), /ALICE/);
});

/** What a server sends that is given up, as soon as it is spoken to, and what is told of it. */
const GIVEN_UP: readonly (readonly [string, (socket: WebSocket) => void, string])[] = [
  [
    "binary frames",
    (socket) => times(200, () => socket.send(new Uint8Array(1))),
    "it sent a binary frame",
  ],
  [
    "frames that are no messages",
    (socket) => times(1_200, () => socket.send("hello")),
    "it sent too much that is no message",
  ],
  [
    "a message that is too long",
    (socket) => socket.send("x".repeat(16 * 1024 * 1024 + 1)),
    "Cannot read the message: it is longer than 16777216 bytes",
  ],
  [
    "a message that is nested too deep",
    (socket) => socket.send("[".repeat(10_001)),
    "Cannot read the message: it is nested deeper than 10000 levels",
  ],
];

for (const [what, send, reason] of GIVEN_UP) {
  Deno.test(`a WebSocket is given up once because of ${what}, and what follows is not read`, async () => {
    const sent = Promise.withResolvers<void>();
    await using server = startPlainSocket([], (_message, socket) => {
      send(socket);
      socket.send('{"jsonrpc":"2.0","method":"notifications/message","params":{}}');
      sent.resolve();
    });
    const log: LogEntry[] = [];
    const logger = createLogger([{ write: (entry) => void log.push(entry) }], "debug");
    const transport = new WebSocketTransport(new URL(server.url), {}, { logger });
    let [errors, messages, ends] = [0, 0, 0];
    const over = Promise.withResolvers<void>();
    transport.onerror = () => errors += 1;
    transport.onmessage = () => messages += 1;
    transport.onclose = () => {
      ends += 1;
      over.resolve();
    };
    await transport.start();
    await transport.send({ jsonrpc: "2.0", method: "notifications/initialized" });
    await sent.promise;
    await over.promise;
    await transport.close();
    assert.deepEqual(
      { log: log.map(({ message, fields }) => [message, fields]), errors, messages, ends },
      {
        log: [["MCP server closed because of what it wrote", { reason }]],
        errors: 1,
        messages: 0,
        ends: 1,
      },
    );
    assert.equal(transport.closeReason, reason);
  });
}

Deno.test("up to a thousand frames in a row may be no messages", async () => {
  const sent = Promise.withResolvers<void>();
  await using server = startPlainSocket([], (_message, socket) => {
    times(2, () => {
      times(1_000, () => socket.send("hello"));
      socket.send('{"jsonrpc":"2.0","method":"notifications/message","params":{}}');
    });
    sent.resolve();
  });
  const transport = new WebSocketTransport(new URL(server.url), {}, { logger: silentLogger });
  let messages = 0;
  const both = Promise.withResolvers<void>();
  transport.onmessage = () => {
    messages += 1;
    if (messages === 2) both.resolve();
  };
  await transport.start();
  await transport.send({ jsonrpc: "2.0", method: "notifications/initialized" });
  await sent.promise;
  await both.promise;
  await transport.close();
  assert.equal(transport.closeReason, undefined);
});

function times(count: number, act: () => void): void {
  for (let done = 0; done < count; done += 1) act();
}
