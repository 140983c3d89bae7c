/** What goes wrong with one call over HTTP: whom it touches, and what is said of it. */

import assert from "node:assert/strict";
import { type McpServerConfig } from "../../../src/config/mod.ts";
import type { McpManager } from "../../../src/mcp/mod.ts";
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
