/** Servers that crash, hang, babble or leave: they harm their own calls only, and come back by themselves. */

import assert from "node:assert/strict";
import process from "node:process";
import type { McpManager } from "../../../src/mcp/mod.ts";
import {
  fixtureConfig,
  isAlive,
  serverConfig,
  startListening,
  startManager,
  textOf,
} from "../../harness/mcp_servers.ts";

const signal = new AbortController().signal;
const ask = (manager: McpManager, tool: string, input: Record<string, unknown> = {}) =>
  manager.call("peer", tool, input, { signal });

Deno.test("kill -9 in mid-call: the call fails typed, the next one works, nothing is left", async () => {
  let pid: number;
  {
    await using started = await startManager({ peer: fixtureConfig("v1_server.ts", "stdio") });
    const { manager } = started;
    const first = Number(textOf(await ask(manager, "pid")));
    const slow = assert.rejects(ask(manager, "slow", { ms: 60_000 }), {
      code: "MCP_SERVER_UNAVAILABLE",
      message: 'The MCP server "peer" is not available: it was lost during the call',
      details: { server: "peer", tool: "slow", mayHaveTakenEffect: true },
    });
    await waitForRunning(manager);
    process.kill(first, "SIGKILL");
    await slow;
    pid = Number(textOf(await ask(manager, "pid")));
    assert.notEqual(pid, first);
    assert.equal(manager.groups()[0]?.tools.length, 9);
    assert.equal(isAlive(first), false);
    assert.equal(isAlive(pid), true);
  }
  assert.equal(isAlive(pid), false);
});

Deno.test("calls that a removal ends hear that the server was removed", async () => {
  await using listening = await startListening("v2_server.ts", "http");
  const unavailable = (why: string, details: Record<string, unknown>) => ({
    code: "MCP_SERVER_UNAVAILABLE",
    message: `The MCP server "peer" is not available: ${why}`,
    details: { server: "peer", ...details },
  });
  const http = (url: string) => serverConfig({ transport: "http", url });
  for (const peer of [fixtureConfig("v2_server.ts", "stdio"), http(listening.url)]) {
    await using started = await startManager({ peer });
    const slow = assert.rejects(
      ask(started.manager, "slow", { ms: 60_000 }),
      unavailable("it was removed during the call", { tool: "slow", mayHaveTakenEffect: true }),
    );
    await waitForRunning(started.manager);
    await started.manager.remove("peer")?.[Symbol.asyncDispose]();
    await slow;
  }
  await using started = await startManager({ peer: http("http://127.0.0.1:1/") });
  const waiting = assert.rejects(
    ask(started.manager, "pid"),
    unavailable("it was removed", { mayHaveTakenEffect: false }),
  );
  await started.manager.remove("peer")?.[Symbol.asyncDispose]();
  await waiting;
});

Deno.test("a server that stops answering is degraded, then replaced", async () => {
  const config = fixtureConfig("v1_server.ts", "stdio", { timeoutMs: 300, healthIntervalMs: 20 });
  await using started = await startManager({ peer: config });
  const first = Number(textOf(await ask(started.manager, "pid")));
  process.kill(first, "SIGSTOP");
  const slow = { signal, timeoutMs: 20_000 };
  const moves = () =>
    started.log.filter((entry) => entry.message === "MCP server state")
      .map((entry) => entry.fields.to);
  // The state itself may be over before anybody looks.
  while (!moves().includes("waiting")) await nextTurn();
  const second = Number(textOf(await started.manager.call("peer", "pid", {}, slow)));
  assert.notEqual(second, first);
  assert.deepEqual(moves().slice(0, 6), [
    "connecting",
    "ready",
    "degraded",
    "waiting",
    "connecting",
    "ready",
  ]);
});

Deno.test("an HTTP server started anew on its port is found again", async () => {
  for (const file of ["v1_server.ts", "v2_server.ts"] as const) {
    const first = await startListening(file, "http");
    const config = serverConfig({ transport: "http", url: first.url });
    await using started = await startManager({ peer: config });
    await ask(started.manager, "echo", { text: "before" });
    await first[Symbol.asyncDispose]();
    await using _second = await startListening(file, "http", first.port);
    assert.equal(textOf(await ask(started.manager, "echo", { text: "after" })), "after");
  }
});

Deno.test("a call in flight when an HTTP server dies fails as one that may have taken effect", async () => {
  for (const file of ["v1_server.ts", "v2_server.ts"] as const) {
    const server = await startListening(file, "http");
    await using started = await startManager({
      peer: serverConfig({ transport: "http", url: server.url }),
    });
    const slow = assert.rejects(ask(started.manager, "slow", { ms: 60_000 }), {
      code: "MCP_SERVER_UNAVAILABLE",
      details: { server: "peer", tool: "slow", mayHaveTakenEffect: true },
    });
    await waitForRunning(started.manager);
    await server[Symbol.asyncDispose]();
    await slow;
  }
});

Deno.test("at most maxConcurrentCalls reach the server at once", async () => {
  const config = fixtureConfig("v2_server.ts", "stdio", { maxConcurrentCalls: 2 });
  await using started = await startManager({ peer: config });
  const calls = Array.from({ length: 6 }, () => ask(started.manager, "slow", { ms: 30 }));
  assert.deepEqual((await Promise.all(calls)).map(textOf), Array(6).fill("done"));
  const { mostRunning } = JSON.parse(textOf(await ask(started.manager, "seen")));
  assert.equal(mostRunning, 2);
});

Deno.test("a changed schema is seen without being asked for", async () => {
  await using started = await startManager({ peer: fixtureConfig("v1_server.ts", "stdio") });
  const changed = Promise.withResolvers<void>();
  using _listener = started.manager.onChange(changed.resolve);
  await ask(started.manager, "change_schema");
  await changed.promise;
  const echo = started.manager.groups()[0]?.tools.find((tool) => tool.name === "echo");
  assert.deepEqual(echo?.inputSchema, { type: "object", required: ["words"] });
});

Deno.test("a server that floods garbage is closed with a reason and waits its turn", async () => {
  await using started = await startManager(
    { peer: fixtureConfig("broken_server.ts", "garbage", SLOW_RETRY) },
    { random: () => 0.5 },
  );
  const [status] = started.manager.status();
  assert.equal(status?.state, "waiting");
  const reasons = started.log.filter((entry) => entry.message.startsWith("MCP server closed"));
  assert.deepEqual(reasons[0]?.fields, {
    server: "peer",
    reason: "it wrote too much that is not a message",
  });
});

Deno.test("a server that exits at once waits for the jittered backoff; its calls say why", async () => {
  await using started = await startManager(
    { peer: fixtureConfig("broken_server.ts", "exit", SLOW_RETRY) },
    { random: () => 0.5 },
  );
  const [status] = started.manager.status();
  assert.equal(status?.state, "waiting");
  assert.equal(status.lastError, "The server exited with code 3");
  assert.ok(status.retryInMs! > 25_000 && status.retryInMs! <= 30_000, String(status.retryInMs));
  await assert.rejects(
    started.manager.call("peer", "echo", {}, { signal, timeoutMs: 50 }),
    {
      code: "MCP_SERVER_UNAVAILABLE",
      message: 'The MCP server "peer" is not available: The server exited with code 3; ' +
        "the call waited for it until its timeout of 50 ms",
      details: { server: "peer", mayHaveTakenEffect: false },
    },
  );
});

Deno.test("a server that never answers is given up after the connect timeout", async () => {
  await using started = await startManager(
    { peer: fixtureConfig("broken_server.ts", "silent", SLOW_RETRY) },
    { connectTimeoutMs: 600, random: () => 0.5 },
  );
  const [status] = started.manager.status();
  assert.equal(status?.state, "waiting");
  assert.equal(status.lastError, "It did not connect within 600 ms");
});

Deno.test("a server that prints a banner works, and its stderr and banner are logged", async () => {
  await using started = await startManager({ peer: fixtureConfig("broken_server.ts", "banner") });
  assert.equal(started.manager.status()[0]?.state, "ready");
  assert.equal(started.manager.status()[0]?.protocolVersion, "2025-03-26");
  const [stray] = started.log.filter((entry) => entry.message.includes("not a message"));
  assert.deepEqual(stray?.fields, { server: "peer", line: "Welcome to the server!" });
});

Deno.test("absurd tools are left out and logged, the rest is offered", async () => {
  await using started = await startManager({ peer: fixtureConfig("broken_server.ts", "absurd") });
  const tools = started.manager.groups()[0]?.tools.map((tool) => tool.name);
  assert.deepEqual(tools, ["__proto__", "fine"]);
  const [refused] = started.log.filter((entry) => entry.message.includes("cannot be used"));
  assert.deepEqual(refused?.fields, {
    server: "peer",
    count: 3,
    first: "its name has 300 characters, more than 256",
  });
});

Deno.test("of more tools than one server may have the first are kept", async () => {
  await using started = await startManager({ peer: fixtureConfig("broken_server.ts", "crowd") });
  const tools = started.manager.groups()[0]?.tools.map((tool) => tool.name) ?? [];
  assert.deepEqual([tools.length, tools.at(-1)], [2_000, "tool_1999"]);
  const [cut] = started.log.filter((entry) => entry.message === "MCP server lists too many tools");
  assert.deepEqual(cut?.fields, {
    server: "peer",
    kept: 2_000,
    MAX_ENTRIES: 2_000,
    MAX_LIST_WEIGHT: 33_554_432,
  });
});

Deno.test("a message above its limit ends the connection and fails the call", async () => {
  await using started = await startManager({ peer: fixtureConfig("broken_server.ts", "huge") });
  await assert.rejects(started.manager.call("peer", "huge", {}, { signal }), {
    code: "MCP_SERVER_UNAVAILABLE",
    message: 'The MCP server "peer" is not available: it was lost during the call, ' +
      "because a message was longer than 16777216 bytes",
    details: { server: "peer", tool: "huge", mayHaveTakenEffect: true },
  });
  const [closed] = started.log.filter((entry) => entry.message.startsWith("MCP server closed"));
  assert.deepEqual(closed?.fields, {
    server: "peer",
    reason: "Cannot read the line: it is longer than 16777216 bytes",
  });
});

Deno.test("pages of far too many values are no list without end: what is kept is little", async () => {
  await using started = await startManager({ peer: fixtureConfig("broken_server.ts", "heavy") });
  assert.deepEqual(
    started.manager.groups()[0]?.tools.map(({ name, inputSchema }) => [name, inputSchema]),
    [
      ["a", { type: "object" }],
    ],
  );
  assert.ok(started.log.some((entry) => entry.message === "MCP server lists too many tools"));
});

Deno.test("a list of more values than a message may have ends the connection, and says why", async () => {
  await using started = await startManager({ peer: fixtureConfig("broken_server.ts", "weighty") });
  const [status] = started.manager.status();
  assert.match(String(status?.lastError), /Cannot read the message: it has too many values/);
  assert.equal(status?.tools, 0);
});

Deno.test("an answer that is none fails its call at once", async () => {
  await using started = await startManager({ peer: fixtureConfig("broken_server.ts", "noAnswer") });
  await assert.rejects(started.manager.call("peer", "none", {}, { signal }), {
    code: "TOOL_OUTPUT_INVALID",
    message: 'The server "peer" gave an answer to "none" that cannot be read',
  });
  assert.equal(started.manager.status()[0]?.state, "ready");
});

Deno.test("structured content with a member named __proto__ is whole", async () => {
  await using started = await startManager({ peer: fixtureConfig("broken_server.ts", "proto") });
  const { structuredContent } = await started.manager.call("peer", "proto", {}, { signal });
  assert.equal(JSON.stringify(structuredContent), '{"a":1,"__proto__":{"b":2}}');
});

Deno.test("a list of pages without end is cut", async () => {
  await using started = await startManager({ peer: fixtureConfig("broken_server.ts", "endless") });
  assert.equal(started.manager.status()[0]?.state, "ready");
  assert.ok(started.log.some((entry) => entry.message === "MCP server lists too many tools"));
});

Deno.test("what a server started is gone when the manager is", async () => {
  let grandchild = 0;
  {
    await using started = await startManager({
      peer: fixtureConfig("broken_server.ts", "grandchild"),
    });
    const lines = started.log.map((entry) => String(entry.fields.line));
    grandchild = Number(lines.find((line) => line.startsWith("[peer] grandchild"))?.split(" ")[2]);
    assert.equal(isAlive(grandchild), true);
  }
  assert.equal(isAlive(grandchild), false);
});

Deno.test("a lazy server starts with its first call; a missing program harms nobody else", async () => {
  await using started = await startManager({
    lazy: fixtureConfig("v1_server.ts", "stdio", { start: "lazy" }),
    missing: serverConfig({ command: "/no/such/program", ...SLOW_RETRY }),
  });
  const states = () => started.manager.status().map(({ name, state }) => [name, state]);
  assert.deepEqual(states(), [["lazy", "idle"], ["missing", "waiting"]]);
  await started.manager.call("lazy", "echo", { text: "up" }, { signal });
  assert.deepEqual(states(), [["lazy", "ready"], ["missing", "waiting"]]);
});

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 5));
}

const SLOW_RETRY = { retryPolicy: { maxAttempts: 3, initialDelayMs: 60_000, maxDelayMs: 60_000 } };

/** Asks the server until a slow call has begun. */
async function waitForRunning(manager: McpManager): Promise<void> {
  while (JSON.parse(textOf(await ask(manager, "seen"))).mostRunning === 0);
}
