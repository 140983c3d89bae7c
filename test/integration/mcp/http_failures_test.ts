/** What goes wrong with one call over HTTP: whom it touches, and what is said of it. */

import assert from "node:assert/strict";
import { type McpServerConfig } from "../../../src/config/mod.ts";
import type { McpManager } from "../../../src/mcp/mod.ts";
import { FakeClock } from "../../harness/fake_clock.ts";
import { serverConfig, startManager, textOf } from "../../harness/mcp_servers.ts";
import { answerTo, type PlainMessage, plainText, startPlainHttp } from "../../harness/plain_mcp.ts";

const { signal } = new AbortController();
const ask = (manager: McpManager, tool: string, principal: string) =>
  manager.call("peer", tool, {}, { signal, principal });
const over = ({ url }: { readonly url: string }): Record<string, McpServerConfig> => ({
  peer: serverConfig({ transport: "http", url }),
});

/** A call that is under way until it is let go. */
function payment() {
  const begun = Promise.withResolvers<void>();
  const paid = Promise.withResolvers<void>();
  const pay = async (message: PlainMessage) => {
    begun.resolve();
    await paid.promise;
    return answerTo(message, plainText("paid"));
  };
  return { pay, begun: begun.promise, settle: paid.resolve };
}

for (const status of [400, 404]) {
  Deno.test(`an argument refused with ${status} and words of a session ends nobody's calls and is not sent again`, async () => {
    const { pay, begun, settle } = payment();
    const refuse = () => new Response("session_length must be positive", { status });
    await using server = startPlainHttp({ tools: { pay, book: refuse }, isModern: status === 404 });
    await using started = await startManager(over(server));
    const paid = ask(started.manager, "pay", "bob").then(textOf, String);
    await begun;
    await assert.rejects(ask(started.manager, "book", "mallory"), {
      code: "MCP_SERVER_UNAVAILABLE",
      message: `The MCP server "peer" is not available: it answered with HTTP status ${status}`,
      details: { server: "peer", tool: "book", mayHaveTakenEffect: false },
    });
    settle();
    assert.equal(await paid, "paid");
    assert.deepEqual(server.called, ["pay", "book"]);
    const hello = status === 404 ? "server/discover" : "initialize";
    assert.deepEqual(server.seen.filter((method) => method === hello), [hello]);
  });
}

Deno.test("a server that has forgotten its session is given the call in a new one", async () => {
  const answers = [
    () => new Response("Session not found", { status: 404 }),
    ({ id }: PlainMessage) => {
      const error = { code: -32000, message: "Bad Request: No valid session ID provided" };
      return Response.json({ jsonrpc: "2.0", id, error }, { status: 400 });
    },
    (message: PlainMessage) => answerTo(message, plainText("done")),
  ];
  await using server = startPlainHttp({ tools: { work: (message) => answers.shift()!(message) } });
  await using started = await startManager(over(server));
  assert.equal(textOf(await ask(started.manager, "work", "bob")), "done");
  assert.deepEqual(server.called, ["work", "work", "work"]);
});

const HEADERS = { "content-type": "application/json" };
const EVENTS = { "content-type": "text/event-stream" };

/** A body that breaks off after `text`. */
function broken(text: string): ReadableStream<Uint8Array> {
  let isSent = false;
  return new ReadableStream({
    pull(controller) {
      if (isSent) return controller.error(new Error("cut off"));
      isSent = true;
      controller.enqueue(new TextEncoder().encode(text));
    },
  });
}

const LONG = "x".repeat(16 * 1024 * 1024);
const TOO_LONG = {
  code: "TOOL_OUTPUT_INVALID",
  message: "Invalid output of peer.work: it is longer than 16777216 bytes",
  details: { server: "peer", tool: "work", reason: "it is longer than 16777216 bytes" },
};
const LOST = {
  code: "MCP_SERVER_UNAVAILABLE",
  message: 'The MCP server "peer" is not available: it was lost during the call',
  details: { server: "peer", tool: "work", mayHaveTakenEffect: true },
};
const NO_ANSWERS: readonly (readonly [string, () => Response, object])[] = [
  ["JSON that is too long", () => new Response(`"${LONG}"`, { headers: HEADERS }), TOO_LONG],
  ["an event that is too long", () => new Response(`data: ${LONG}`, { headers: EVENTS }), TOO_LONG],
  ["JSON that breaks off", () => new Response(broken('{"jsonrpc"'), { headers: HEADERS }), LOST],
  ["a stream that breaks off", () => new Response(broken(": hi\n\n"), { headers: EVENTS }), LOST],
];

Deno.test("an answer that is too much or breaks off fails its own call and nobody else's", async () => {
  for (const isModern of [true, false]) {
    const { pay, begun, settle } = payment();
    const answers = NO_ANSWERS.map(([, answer]) => answer);
    const tools = { pay, work: () => answers.shift()!() };
    await using server = startPlainHttp({ tools, isModern });
    await using started = await startManager(over(server));
    const paid = ask(started.manager, "pay", "bob").then(textOf, String);
    await begun;
    for (const [what, , error] of NO_ANSWERS) {
      const failed = await ask(started.manager, "work", "mallory").catch((thrown) => thrown);
      const { code, message, details } = failed;
      assert.deepEqual([isModern, what, { code, message, details }], [isModern, what, error]);
    }
    settle();
    assert.equal(await paid, "paid");
    assert.deepEqual(server.called, ["pay", "work", "work", "work", "work"]);
    assert.equal(started.manager.status()[0]?.state, "ready");
  }
});

Deno.test("a call that finds the port closed is made when the server is back", async () => {
  const tools = { work: (message: PlainMessage) => answerTo(message, plainText("done")) };
  const first = startPlainHttp({ tools, isModern: true });
  const { port } = first;
  const [peer, retryPolicy] = [over(first).peer!, { ...RETRY, maxAttempts: 2 }];
  await using started = await startManager({ peer: { ...peer, retryPolicy } });
  await first[Symbol.asyncDispose]();
  const done = ask(started.manager, "work", "bob");
  while (started.manager.status()[0]?.state === "ready") {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  await using second = startPlainHttp({ tools, isModern: true, port });
  assert.equal(textOf(await done), "done");
  assert.deepEqual([first.called, second.called], [[], ["work"]]);
});

const RETRY = { initialDelayMs: 20, maxDelayMs: 50 };

const TOOLS = { work: (message: PlainMessage) => answerTo(message, plainText("done")) };

Deno.test("a session of the older revision is ended at its server, once, with its id", async () => {
  const ids: (string | null)[] = [];
  const onDelete = ({ headers }: Request) => {
    ids.push(headers.get("mcp-session-id"));
    return new Response(null, { status: 405 });
  };
  await using server = startPlainHttp({ tools: TOOLS, onDelete });
  {
    await using started = await startManager(over(server));
    assert.equal(textOf(await ask(started.manager, "work", "bob")), "done");
  }
  assert.deepEqual(ids, ["s1"]);
  await using modern = startPlainHttp({ tools: TOOLS, isModern: true });
  {
    await using started = await startManager(over(modern));
    assert.equal(textOf(await ask(started.manager, "work", "bob")), "done");
  }
  assert.equal(modern.seen.includes("DELETE"), false);
});

Deno.test("whoever ends a session waits for its server, for a second at most", async () => {
  const clock = new FakeClock();
  const asked = Promise.withResolvers<void>();
  const answered = Promise.withResolvers<void>();
  const onDelete = async () => {
    asked.resolve();
    await answered.promise;
    return new Response();
  };
  await using server = startPlainHttp({ tools: TOOLS, onDelete });
  const started = await startManager(over(server), { clock });
  let isOver = false;
  const ended = started[Symbol.asyncDispose]().then(() => isOver = true);
  await asked.promise;
  clock.advance(999);
  await new Promise((resolve) => setTimeout(resolve, 0));
  assert.equal(isOver, false);
  clock.advance(1);
  await ended;
  answered.resolve();
});

Deno.test("why a server was given up is said once, to who notices and to who comes next", async () => {
  const server = startPlainHttp({ tools: TOOLS, isModern: true });
  const retryPolicy = { maxAttempts: 1, initialDelayMs: 60_000, maxDelayMs: 60_000 };
  const peer = { ...over(server).peer!, retryPolicy };
  await using started = await startManager({ peer }, { random: () => 0.5 });
  const { manager, log } = started;
  await server[Symbol.asyncDispose]();
  const message = 'The MCP server "peer" is not available: the call did not reach it';
  await assert.rejects(ask(manager, "work", "alice"), {
    code: "MCP_SERVER_UNAVAILABLE",
    message,
    details: { server: "peer", tool: "work", mayHaveTakenEffect: false },
  });
  await assert.rejects(manager.call("peer", "work", {}, { signal, timeoutMs: 10 }), {
    message: `${message}; the call waited for it until its timeout of 10 ms`,
  });
  assert.equal(manager.status()[0]?.lastError, "the call did not reach it");
  const lost = log.filter(({ message }) => message === "MCP server lost");
  assert.deepEqual(lost.map(({ fields }) => fields), [
    {
      server: "peer",
      reason: "the call did not reach it",
      cause: "Its address cannot be reached",
    },
  ]);
});
