/** What everybody is told of a server that cannot be connected to, and what the operator's log says. */

import assert from "node:assert/strict";
import { Secret } from "../../../src/base/secret.ts";
import { serverConfig, startManager } from "../../harness/mcp_servers.ts";

const KEY = "sk-of-the-operator";
const SLOW_RETRY = { retryPolicy: { maxAttempts: 3, initialDelayMs: 60_000, maxDelayMs: 60_000 } };

Deno.test("of a server that cannot be had callers are told neither paths, addresses nor what it says", async () => {
  const serve = (answer: (request: Request) => Response | Promise<Response>) =>
    Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, answer);
  const keyed = serve((request) => new Response(`No: ${request.headers.get("x-key")}`, FORBIDDEN));
  const erring = serve(async (request) => {
    const { id = null } = await request.json();
    const error = { code: -32_000, message: `No: ${request.headers.get("x-key")}` };
    return Response.json({ jsonrpc: "2.0", id, error });
  });
  const closed = serve(() => new Response());
  const port = (server: typeof closed) => server.addr.port;
  const headers = { "x-key": new Secret(KEY) };
  const http = (server: typeof closed) => {
    const url = `http://127.0.0.1:${port(server)}/mcp?key=${KEY}`;
    return serverConfig({ transport: "http", url, headers, ...SLOW_RETRY });
  };
  const socket = { transport: "websocket", url: `ws://127.0.0.1:${port(keyed)}/?${KEY}` } as const;
  await closed.shutdown();
  await using started = await startManager({
    missing: serverConfig({ command: `/no/such/${KEY}`, ...SLOW_RETRY }),
    folder: serverConfig({ command: import.meta.dirname!, ...SLOW_RETRY }),
    keyed: http(keyed),
    erring: http(erring),
    closed: http(closed),
    socket: serverConfig({ ...socket, headers, ...SLOW_RETRY }),
  }, { random: () => 0.5 });
  const { manager, log } = started;
  const reasons = Object.fromEntries(
    manager.status().map(({ name, lastError }) => [name, lastError]),
  );
  assert.deepEqual(reasons, {
    missing: "Its program is not there",
    folder: "Its program cannot be started",
    keyed: "It answered with HTTP status 403",
    erring: "It answered with error -32000",
    closed: "Its address cannot be reached",
    socket: "The WebSocket to the server failed",
  });
  for (const [name, reason] of Object.entries(reasons)) {
    const { signal } = new AbortController();
    await assert.rejects(manager.call(name, "x", {}, { signal, timeoutMs: 10 }), {
      message: `The MCP server "${name}" is not available: ${reason}; ` +
        "the call waited for it until its timeout of 10 ms",
      details: { server: name, mayHaveTakenEffect: false },
    });
  }
  const causes = log.filter(({ message }) => message === "MCP server cannot be reached")
    .map(({ fields }) => [fields["server"], String(fields["cause"])] as const);
  const { missing, closed: refused } = Object.fromEntries(causes);
  assert.match(missing!, /no\/such\/sk-of-the-operator/);
  assert.match(refused!, /Connection refused/);
  assert.doesNotMatch(refused!, /sk-of-the-operator/);
  await Promise.all([keyed.shutdown(), erring.shutdown()]);
});

const FORBIDDEN = { status: 403 };
