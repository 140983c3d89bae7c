/** Requests that ask for another protocol: only WebSockets are upgraded, and no answer holds the service. */

import assert from "node:assert/strict";
import { createLogger } from "../../../src/base/log.ts";
import { Metrics } from "../../../src/base/metrics.ts";
import { parseConfig } from "../../../src/config/mod.ts";
import { type HttpServer, listen, type RequestOrigin } from "../../../src/http/mod.ts";
import { connectRaw } from "../../harness/raw_http.ts";

type Handler = (request: Request, from: RequestOrigin) => Response | Promise<Response>;

function listening(fetch: Handler, limits: Record<string, unknown> = {}): Promise<HttpServer> {
  const { server: config } = parseConfig({ server: { port: 0, limits } }, "/srv");
  const logger = createLogger([], "error");
  return listen({ config, fetch, metrics: new Metrics(), logger });
}

const ask = (to: string, { line = "GET / HTTP/1.1", headers = "", body = "" } = {}) =>
  `${line}\r\nhost: localhost\r\nconnection: upgrade, close\r\nupgrade: ${to}\r\n${headers}\r\n${body}`;

const SOCKET = ask("websocket", {
  headers: "sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\nsec-websocket-version: 13\r\n",
});

Deno.test("upgrade: who asks for another protocol, or with a body, is answered as if it had not", async () => {
  await using server = await listening(async (request, from) =>
    Response.json([request.method, await request.text(), "upgrade" in from])
  );
  const withBody = { headers: "content-length: 4\r\n", body: "body" };
  const chunked = { headers: "transfer-encoding: chunked\r\n", body: "4\r\nbody\r\n0\r\n\r\n" };
  const post = { line: "POST / HTTP/1.1" };
  const cases: readonly (readonly [string, string])[] = [
    [ask("h2c", { ...post, ...withBody }), '["POST","body",false]'],
    [ask("h2c", { ...post, ...chunked }), '["POST","body",false]'],
    [ask("h2c"), '["GET","",false]'],
    [ask("TLS/1.0, websocket"), '["GET","",false]'],
    [ask("websocket", { ...post, ...withBody }), '["POST","body",false]'],
    [ask("websocket", withBody), '["GET","",false]'],
    [ask("websocket", chunked), '["GET","",false]'],
    [ask("websocket", { line: "GET / HTTP/1.0" }), '["GET","",false]'],
    [ask("WebSocket"), '["GET","",true]'],
  ];
  for (const [request, told] of cases) {
    using connection = await connectRaw(server.url);
    await connection.send(request);
    const answer = await connection.answered;
    assert.match(answer, /^HTTP\/1\.1 200 OK\r\n/, request);
    assert.equal(answer.split("\r\n\r\n")[1], told, request);
  }
});

Deno.test("upgrade: a stream of events is not gathered, but ended and answered", async () => {
  let enqueued = 0;
  let cancelled = 0;
  await using server = await listening(() =>
    new Response(
      new ReadableStream({
        pull(controller) {
          enqueued += 1;
          controller.enqueue(new Uint8Array(1024));
        },
        cancel: () => void (cancelled += 1),
      }, { highWaterMark: 0 }),
      { headers: { "content-type": "text/event-stream" } },
    )
  );
  using connection = await connectRaw(server.url);
  await connection.send(SOCKET);
  const answer = await connection.answered;
  assert.match(answer, /^HTTP\/1\.1 426 Upgrade Required\r\n/);
  assert.match(answer, /\r\nupgrade: websocket\r\n/);
  assert.match(answer, /\r\nconnection: upgrade, close\r\n/);
  assert.match(answer, /\r\n\r\nEvents are streamed to requests that ask for no upgrade\n$/);
  assert.deepEqual([enqueued, cancelled], [0, 1]);
});

Deno.test("upgrade: a connection that was not answered yet does not hold up the end", async () => {
  const aborted = Promise.withResolvers<void>();
  const arrived = Promise.withResolvers<void>();
  const server = await listening(({ signal }) => {
    signal.addEventListener("abort", () => aborted.resolve());
    arrived.resolve();
    return new Promise(() => {});
  });
  using connection = await connectRaw(server.url);
  await connection.send(SOCKET);
  await arrived.promise;
  await server[Symbol.asyncDispose]();
  await aborted.promise;
  assert.equal(await connection.answered, "");
});

Deno.test("upgrade: one that is answered while the service closes is answered, and becomes no socket", async () => {
  const arrived = Promise.withResolvers<void>();
  const going = Promise.withResolvers<void>();
  let places = 1;
  const server = await listening(async (_request, from) => {
    arrived.resolve();
    await going.promise;
    const { upgrade } = from as {
      upgrade: { accept(serve: () => never, place: Disposable): void };
    };
    upgrade.accept(() => assert.fail("it was served"), {
      [Symbol.dispose]: () => void (places -= 1),
    });
    return new Response(null);
  });
  using connection = await connectRaw(server.url);
  await connection.send(SOCKET);
  await arrived.promise;
  const closed = server[Symbol.asyncDispose]();
  going.resolve();
  assert.match(await connection.answered, /^HTTP\/1\.1 503 Service Unavailable\r\n/);
  await closed;
  assert.equal(places, 0);
});

Deno.test("upgrade: a peer that does not take its answer loses its connection, also at the end", async () => {
  for (const idleTimeout of ["100ms", "1h"]) {
    const aborted = Promise.withResolvers<void>();
    const server = await listening(({ signal }) => {
      signal.addEventListener("abort", () => aborted.resolve());
      return new Response(new Uint8Array(64 * 1024 * 1024));
    }, { idleTimeout });
    const { hostname, port } = new URL(server.url);
    using connection = await Deno.connect({ hostname, port: Number(port) });
    await connection.write(new TextEncoder().encode(SOCKET));
    if (idleTimeout === "1h") await connection.read(new Uint8Array(1));
    else await aborted.promise;
    await server[Symbol.asyncDispose]();
    await aborted.promise;
  }
});
