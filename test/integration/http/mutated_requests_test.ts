/** The socket against mutated requests: one answer each or a closed connection, and it goes on. */

import assert from "node:assert/strict";
import { silentLogger } from "../../../src/base/log.ts";
import { Metrics } from "../../../src/base/metrics.ts";
import { parseConfig } from "../../../src/config/mod.ts";
import { listen } from "../../../src/http/mod.ts";
import { holds, mutated } from "../../fuzz/property.ts";
import { connectRaw } from "../../harness/raw_http.ts";

const REQUESTS = [
  "GET /a?b=c HTTP/1.1\r\nHost: localhost\r\n\r\n",
  "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nhello",
  "POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
  "GET http://localhost/ HTTP/1.0\r\n\r\n",
];

const SNIPPETS = [
  "\r\n",
  "\n",
  "\r",
  " ",
  "\t",
  "\0",
  ":",
  "Host: evil.example\r\n",
  "Host: a@localhost\r\n",
  "Content-Length: 3\r\n",
  "Content-Length: -1\r\n",
  "Transfer-Encoding: chunked\r\n",
  "Transfer-Encoding: xchunked\r\n",
  "Expect: 100-continue\r\n",
  "Upgrade: websocket\r\nConnection: upgrade\r\n",
  "ffffffffffffffff\r\n",
  "HTTP/9.9",
  "CONNECT localhost:1 ",
  "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
  "é",
  `X: ${"y".repeat(3000)}\r\n`,
];

Deno.test("listen: whatever is sent, handlers see whole requests under one name, and the socket goes on", async () => {
  const { server: config } = parseConfig({
    server: { port: 0, limits: { headerBytes: 2048, headersTimeout: 1000, requestTimeout: 2000 } },
  }, "/srv");
  const seen: string[] = [];
  await using server = await listen({
    config,
    metrics: new Metrics(),
    logger: silentLogger,
    fetch: async (request) => {
      seen.push(`${new URL(request.url).host} ${request.headers.get("host") ?? "localhost"}`);
      return Response.json({ length: (await request.text()).length });
    },
  });
  await holds(mutated(REQUESTS, SNIPPETS), 1200, async (text) => {
    using connection = await connectRaw(server.url);
    // A peer that has refused already may not take the rest.
    await connection.send(text).then(() => connection.end()).catch(() => {});
    const answer = await connection.answered;
    assert.match(answer, /^(HTTP\/1\.1 [1-5]\d\d |$)/, text);
    assert.doesNotMatch(answer, /HTTP\/1\.1 5/, text);
  });
  assert.ok(seen.length > 50, String(seen.length));
  // Whoever checks the one must have checked the other.
  const inDoubt = seen.filter((names) => {
    const [url, header = ""] = names.split(" ");
    return header.includes("@") || new URL(`http://${header}`).host !== url;
  });
  assert.deepEqual(inDoubt, []);
  const fine = await fetch(server.url, { method: "POST", body: "hello" });
  assert.deepEqual(await fine.json(), { length: 5 });
});
