/** Nothing that a connection asks behind the answer that closes it is carried out. */

import assert from "node:assert/strict";
import { createLogger } from "../../../src/base/log.ts";
import { Metrics } from "../../../src/base/metrics.ts";
import { parseConfig } from "../../../src/config/mod.ts";
import { type HttpServer, listen } from "../../../src/http/mod.ts";
import { connectRaw } from "../../harness/raw_http.ts";

function listening(
  fetch: (request: Request) => Response | Promise<Response>,
  metrics = new Metrics(),
): Promise<HttpServer> {
  const { server: config } = parseConfig({ server: { port: 0 } }, "/srv");
  return listen({ config, fetch, metrics, logger: createLogger([], "error") });
}

/** A request with a body of more small chunks than are taken. */
const REFUSED_BODY = `transfer-encoding: chunked\r\n\r\n${"1\r\na\r\n".repeat(4_400)}0\r\n\r\n`;
const BEHIND = "POST /behind HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\n{}";
const SOCKET_BEHIND = "GET /socket HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\n" +
  "upgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n";

function statusesOf(answered: string): readonly string[] {
  return answered.match(/(?<=HTTP\/1\.1 )\d+/g) ?? [];
}

Deno.test("last answer: what comes behind a refused body, in the same read, is not carried out", async () => {
  const seen: string[] = [];
  await using server = await listening(async (request) => {
    const { pathname } = new URL(request.url);
    seen.push(pathname);
    if (pathname === "/404") return new Response("no", { status: 404 });
    if (pathname === "/405") return new Response(null, { status: 405 });
    const isRead = await request.text().then(() => true, () => false);
    return new Response("read", { status: isRead ? 200 : 400 });
  });
  for (const behind of [BEHIND, BEHIND.repeat(20), SOCKET_BEHIND, `${BEHIND}${SOCKET_BEHIND}`]) {
    for (const status of ["400", "404", "405"]) {
      using connection = await connectRaw(server.url);
      const head = `POST /${status} HTTP/1.1\r\nhost: x\r\n`;
      await connection.send(`${BEHIND}${head}${REFUSED_BODY}${behind}`).catch(() => {});
      assert.deepEqual(statusesOf(await connection.answered), ["200", status]);
      assert.deepEqual(seen.splice(0), ["/behind", `/${status}`]);
    }
  }
});

Deno.test("last answer: what comes behind a body that was not waited for is not carried out", async () => {
  const seen: string[] = [];
  await using server = await listening((request) => {
    const { pathname } = new URL(request.url);
    seen.push(pathname);
    return new Response("no", { status: Number(pathname.slice(1)) });
  });
  for (const behind of [BEHIND, SOCKET_BEHIND]) {
    for (const status of ["404", "405"]) {
      using connection = await connectRaw(server.url);
      await connection.send(`POST /${status} HTTP/1.1\r\nhost: x\r\ncontent-length: 4\r\n\r\n`);
      while (!connection.received.endsWith("no")) await new Promise((r) => setTimeout(r, 5));
      await connection.send(`body${behind}`).catch(() => {});
      assert.deepEqual(statusesOf(await connection.answered), [status]);
      assert.deepEqual(seen.splice(0), [`/${status}`]);
    }
  }
});

Deno.test("last answer: a stream that answers a refused body closes its connection at its end", async () => {
  const seen: string[] = [];
  const ends: (() => void)[] = [];
  const metrics = new Metrics();
  await using server = await listening((request) => {
    seen.push(new URL(request.url).pathname);
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(new TextEncoder().encode("data: 1\n\n"));
        ends.push(() => controller.close());
      },
    });
    return new Response(body, { headers: { "content-type": "text/event-stream" } });
  }, metrics);
  const [headers = "", chunks = ""] = REFUSED_BODY.split(/(?<=\r\n\r\n)/, 2);
  const until = async (isSo: () => boolean) => {
    while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 5));
  };
  for (const [count, isAnsweredFirst] of [false, true].entries()) {
    using connection = await connectRaw(server.url);
    await connection.send(`GET /events HTTP/1.1\r\nhost: x\r\n${headers}`);
    if (isAnsweredFirst) await until(() => connection.received.includes("data: 1"));
    await connection.send(`${chunks}${BEHIND}`).catch(() => {});
    await until(() => metrics.print().includes(`{reason="chunks"} ${count + 1}`));
    await until(() => ends.length > 0);
    ends.pop()?.();
    assert.match(await connection.answered, /^HTTP\/1\.1 200 [^]*data: 1\n\n\r\n0\r\n\r\n$/);
    assert.deepEqual(seen.splice(0), ["/events"]);
  }
});

Deno.test("last answer: a request of HTTP/1.0 is the last of its connection", async () => {
  const seen: string[] = [];
  await using server = await listening((request) => {
    const { pathname } = new URL(request.url);
    seen.push(pathname);
    return pathname === "/events"
      ? new Response("data: 1\n\n", { headers: { "content-type": "text/event-stream" } })
      : new Response("data: 1\n\n");
  });
  for (const path of ["/events", "/whole"]) {
    using connection = await connectRaw(server.url);
    await connection.send(`GET ${path} HTTP/1.0\r\nconnection: keep-alive\r\n\r\n${BEHIND}`);
    const answered = await connection.answered;
    assert.deepEqual(statusesOf(answered), ["200"]);
    assert.match(answered, /\r\nconnection: close\r\n[^]*\r\ndata: 1\n\n$/i);
    assert.deepEqual(seen.splice(0), [path]);
  }
});
