/** The socket against raw bytes: every limit is hit, and names are never in doubt. */

import assert from "node:assert/strict";
import { createLogger, type LogEntry } from "../../../src/base/log.ts";
import { Metrics } from "../../../src/base/metrics.ts";
import { parseConfig } from "../../../src/config/mod.ts";
import { type HttpServer, listen, type RequestOrigin } from "../../../src/http/mod.ts";
import { connectRaw, statusOf } from "../../harness/raw_http.ts";

type Handler = (request: Request, from: RequestOrigin) => Response | Promise<Response>;

interface Listening extends AsyncDisposable {
  readonly url: string;
  readonly entries: readonly LogEntry[];
  refused(reason: string): number;
}

async function listening(
  fetch: Handler,
  limits: Readonly<Record<string, unknown>> = {},
): Promise<Listening> {
  const metrics = new Metrics();
  const entries: LogEntry[] = [];
  const logger = createLogger([{ write: (entry) => void entries.push(entry) }], "debug");
  const { server } = parseConfig({ server: { port: 0, limits } }, "/srv");
  const http: HttpServer = await listen({ config: server, fetch, metrics, logger });
  return {
    url: http.url,
    entries,
    refused(reason) {
      const pattern = `codemode_connections_refused_total\\{reason="${reason}"\\} (\\d+)`;
      return Number(new RegExp(pattern).exec(metrics.print())?.[1] ?? 0);
    },
    [Symbol.asyncDispose]: () => http[Symbol.asyncDispose](),
  };
}

const echo: Handler = async (request, { remoteAddress }) =>
  Response.json({
    method: request.method,
    url: request.url,
    body: await request.text(),
    remoteAddress,
  });

const CLOSE = "connection: close\r\n\r\n";

Deno.test("listen: a request arrives whole and is answered with its length", async () => {
  await using server = await listening(echo);
  const response = await fetch(`${server.url}/a?b=c`, {
    method: "POST",
    body: "ä".repeat(300_000),
  });
  assert.equal(response.headers.get("content-type"), "application/json");
  const text = await response.text();
  assert.equal(response.headers.get("content-length"), String(new Blob([text]).size));
  assert.deepEqual(JSON.parse(text), {
    method: "POST",
    url: `${server.url}/a?b=c`,
    body: "ä".repeat(300_000),
    remoteAddress: "127.0.0.1",
  });
  const head = await fetch(server.url, { method: "HEAD" });
  assert.equal(head.status, 200);
  assert.equal(await head.text(), "");
});

Deno.test("listen: an answer of events is sent as it comes, and its end is seen", async () => {
  let cancelled = false;
  const chunk = (text: string) => new TextEncoder().encode(text);
  await using server = await listening((request) =>
    new Response(
      new ReadableStream({
        start(controller) {
          controller.enqueue(chunk("data: 1\n\n"));
          if (request.url.endsWith("/ends")) controller.close();
        },
        cancel: () => void (cancelled = true),
      }),
      { headers: { "content-type": "text/event-stream" } },
    )
  );
  assert.equal(await (await fetch(`${server.url}/ends`)).text(), "data: 1\n\n");
  const endless = await fetch(`${server.url}/endless`);
  const reader = endless.body?.getReader();
  assert.deepEqual((await reader?.read())?.value, chunk("data: 1\n\n"));
  await reader?.cancel();
  while (!cancelled) await new Promise((resolve) => setTimeout(resolve, 5));
});

Deno.test("listen: an answer of events begins before its first event", async () => {
  const { promise: ended, resolve: end } = Promise.withResolvers<void>();
  await using server = await listening(() => {
    const body = new ReadableStream({
      async pull(controller) {
        await ended;
        controller.enqueue(new TextEncoder().encode("data: 1\n\n"));
        controller.close();
      },
    }, { highWaterMark: 0 });
    return new Response(body, { headers: { "content-type": "text/event-stream" } });
  });
  // Nothing ends the stream before its headers are here.
  const response = await fetch(server.url);
  end();
  assert.equal(await response.text(), "data: 1\n\n");
});

Deno.test("listen: a caller that goes away aborts the request's signal, one that stays does not", async () => {
  const signals: AbortSignal[] = [];
  const { promise: arrived, resolve: arrive } = Promise.withResolvers<void>();
  await using server = await listening((request) => {
    signals.push(request.signal);
    if (request.url.endsWith("/quick")) return new Response("quick");
    arrive();
    return new Promise((resolve) =>
      request.signal.addEventListener("abort", () => resolve(new Response("late")))
    );
  });
  await (await fetch(`${server.url}/quick`)).text();
  const caller = new AbortController();
  const gone = assert.rejects(fetch(`${server.url}/slow`, { signal: caller.signal }));
  await arrived;
  caller.abort();
  await gone;
  while (signals[1]?.aborted !== true) await new Promise((resolve) => setTimeout(resolve, 5));
  assert.equal(signals[0]?.aborted, false);
  assert.deepEqual(server.entries, []);
});

Deno.test("listen: headers that come too slowly are 408, however they dribble", async () => {
  await using server = await listening(echo, { headersTimeout: "200ms" });
  using silent = await connectRaw(server.url);
  using half = await connectRaw(server.url);
  await half.send("GET / HTTP/1.1\r\nhost: localhost\r\nx-half");
  using dribbling = await connectRaw(server.url);
  await dribbling.send("GET / HTTP/1.1\r\nhost: localhost\r\n");
  const timer = setInterval(() => void dribbling.send("x: 1\r\n").catch(() => {}), 20);
  for (const connection of [silent, half, dribbling]) {
    assert.match(await connection.answered, /^HTTP\/1\.1 408 /);
  }
  clearInterval(timer);
  assert.equal(server.refused("timeout"), 3);
});

Deno.test("listen: a body that comes too slowly ends its connection, and its reading", async () => {
  const { promise: broke, resolve } = Promise.withResolvers<string>();
  await using server = await listening(
    (request) =>
      request.text().then((text) => new Response(text), (error: Error) => {
        resolve(error.message);
        return new Response("late");
      }),
    { headersTimeout: "300ms", requestTimeout: "300ms" },
  );
  using dribbling = await connectRaw(server.url);
  await dribbling.send("POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 100000\r\n\r\n");
  const timer = setInterval(() => void dribbling.send("x").catch(() => {}), 20);
  await dribbling.answered;
  clearInterval(timer);
  assert.equal(await broke, "The body broke off");
});

Deno.test("listen: a caller that goes away aborts also what it has sent ahead", async () => {
  const arrived: Promise<void>[] = [];
  const { promise: all, resolve } = Promise.withResolvers<void>();
  await using server = await listening(async ({ signal }) => {
    const aborted = new Promise<void>((done) => signal.addEventListener("abort", () => done()));
    arrived.push(aborted);
    if (arrived.length === 10) resolve();
    await aborted;
    return new Response("nobody reads this");
  });
  using connection = await connectRaw(server.url);
  await connection.send("GET / HTTP/1.1\r\nhost: localhost\r\n\r\n".repeat(10));
  await all;
  connection[Symbol.dispose]();
  await Promise.all(arrived);
  assert.deepEqual(server.entries, []);
});

Deno.test("listen: a request that has arrived may take as long as it takes", async () => {
  await using server = await listening(
    async () => {
      await new Promise((resolve) => setTimeout(resolve, 1300));
      return new Response("done");
    },
    { headersTimeout: "400ms", requestTimeout: "400ms", idleTimeout: "400ms" },
  );
  assert.equal(await (await fetch(server.url, { method: "POST", body: "x" })).text(), "done");
});

Deno.test("listen: a connection that rests too long is closed", async () => {
  await using server = await listening(echo, { idleTimeout: "100ms" });
  using connection = await connectRaw(server.url);
  await connection.send("GET / HTTP/1.1\r\nhost: localhost\r\n\r\n");
  assert.match(await connection.answered, /^HTTP\/1\.1 200 OK\r\n/);
});

Deno.test("listen: a peer that does not take its answer loses its connection", async () => {
  const { promise: over, resolve } = Promise.withResolvers<void>();
  await using server = await listening((request) => {
    request.signal.addEventListener("abort", () => resolve());
    return new Response(new Uint8Array(64 * 1024 * 1024));
  }, { idleTimeout: "200ms" });
  const { hostname, port } = new URL(server.url);
  using connection = await Deno.connect({ hostname, port: Number(port) });
  await connection.write(new TextEncoder().encode("GET / HTTP/1.1\r\nhost: localhost\r\n\r\n"));
  await over;
});

Deno.test("listen: headers above their size are 431, many small ones are kept", async () => {
  const names: string[] = [];
  await using server = await listening((request) => {
    names.push(...request.headers.keys());
    return new Response("ok");
  }, { headerBytes: "8KB" });
  const request = (headers: string) => `GET / HTTP/1.1\r\nhost: localhost\r\n${headers}${CLOSE}`;
  const big = `x: ${"a".repeat(8192)}\r\n`;
  const many = (count: number) =>
    Array.from({ length: count }, (_, index) => `x${index}: 1\r\n`).join("");
  const REFUSED = "HTTP/1.1 431 Request Header Fields Too Large";
  assert.equal(await statusOf(server.url, request(big)), REFUSED);
  assert.equal(await statusOf(server.url, request(many(2000))), REFUSED);
  assert.equal(
    await statusOf(server.url, `GET /${"a".repeat(9000)} HTTP/1.1\r\nhost: localhost\r\n${CLOSE}`),
    REFUSED,
  );
  assert.equal(server.refused("headers"), 3);
  assert.equal(await statusOf(server.url, request(many(500))), "HTTP/1.1 200 OK");
  assert.equal(names.filter((name) => /^x\d+$/.test(name)).length, 500);
});

Deno.test("listen: connections above their number are refused until one leaves", async () => {
  await using server = await listening(echo, { connections: 2 });
  const ask = `GET / HTTP/1.1\r\nhost: localhost\r\n\r\n`;
  using first = await connectRaw(server.url);
  using second = await connectRaw(server.url);
  for (const connection of [first, second]) {
    await connection.send(ask);
    while (connection.received === "") await new Promise((resolve) => setTimeout(resolve, 5));
  }
  assert.equal(await statusOf(server.url, ask), "");
  first[Symbol.dispose]();
  const closing = ask.replace("\r\n\r\n", `\r\n${CLOSE}`);
  while (await statusOf(server.url, closing) !== "HTTP/1.1 200 OK");
});

Deno.test("listen: a connection that asks without waiting for answers is cut, and cancels", async () => {
  const aborted: string[] = [];
  let begun = 0;
  await using server = await listening((request) =>
    new Promise((resolve) => {
      begun += 1;
      request.signal.addEventListener("abort", () => {
        aborted.push(request.url);
        resolve(new Response("late"));
      });
    })
  );
  const ask = "GET / HTTP/1.1\r\nhost: localhost\r\n\r\n";
  assert.equal(await statusOf(server.url, ask.repeat(1000)), "");
  while (aborted.length < begun) await new Promise((resolve) => setTimeout(resolve, 5));
  assert.deepEqual([begun, server.refused("pipelined"), server.entries], [16, 1, []]);
});

Deno.test("listen: a few requests sent at once are answered in their order", async () => {
  await using server = await listening((request) => new Response(new URL(request.url).pathname));
  using connection = await connectRaw(server.url);
  const paths = Array.from({ length: 16 }, (_, index) => `/n${index}.`);
  const asks = paths.map((path) => `GET ${path} HTTP/1.1\r\nhost: localhost\r\n\r\n`);
  await connection.send(
    asks.slice(0, -1).join("") + asks.at(-1)!.replace("\r\n\r\n", `\r\n${CLOSE}`),
  );
  const answered = await connection.answered;
  assert.deepEqual(answered.match(/\/n\d+\./g), paths);
});

Deno.test("listen: a request without one name in no doubt is 400", async () => {
  const seen: string[] = [];
  await using server = await listening((request) => {
    seen.push(request.url);
    return new Response("ok");
  });
  const bad = [
    `GET / HTTP/1.1\r\n${CLOSE}`,
    `GET / HTTP/1.1\r\nhost: localhost\r\nhost: evil.example\r\n${CLOSE}`,
    `GET / HTTP/1.1\r\nhost: evil.example@localhost\r\n${CLOSE}`,
    `GET / HTTP/1.1\r\nhost: localhost/evil.example\r\n${CLOSE}`,
    `GET / HTTP/1.1\r\nhost: \r\n${CLOSE}`,
    `GET http://localhost/ HTTP/1.1\r\nhost: evil.example\r\n${CLOSE}`,
    `GET http://localhost/ HTTP/1.1\r\nhost: [::::]\r\n${CLOSE}`,
    `GET http://localhost/ HTTP/1.1\r\nhost: localhost:99999\r\n${CLOSE}`,
    `GET / HTTP/1.1\r\nhost: localhost:99999\r\n${CLOSE}`,
    `GET https://localhost/ HTTP/1.1\r\nhost: localhost\r\n${CLOSE}`,
    `GET nowhere HTTP/1.1\r\nhost: localhost\r\n${CLOSE}`,
    `TRACE / HTTP/1.1\r\nhost: localhost\r\n${CLOSE}`,
    "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    `POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n${CLOSE}0\r\n\r\n`,
    "nonsense\r\n\r\n",
  ];
  for (const text of bad) {
    assert.equal(await statusOf(server.url, text), "HTTP/1.1 400 Bad Request", text);
  }
  assert.deepEqual([seen, server.entries], [[], []]);
  const good = [
    `GET /a HTTP/1.1\r\nhost: [::1]:80\r\n${CLOSE}`,
    `GET http://Localhost:80/b HTTP/1.1\r\nhost: localhost\r\n${CLOSE}`,
    `OPTIONS * HTTP/1.1\r\nhost: localhost:1\r\n${CLOSE}`,
    "GET //c HTTP/1.0\r\n\r\n",
  ];
  for (const text of good) assert.match(await statusOf(server.url, text), / 200 OK$/, text);
  assert.deepEqual(seen, [
    "http://[::1]/a",
    "http://localhost/b",
    "http://localhost:1/",
    "http://localhost//c",
  ]);
});

Deno.test("listen: an upgrade nobody offers is a plain request, a tunnel is closed", async () => {
  await using server = await listening(echo);
  const upgrade = (to: string) =>
    `GET / HTTP/1.1\r\nhost: localhost\r\nconnection: upgrade, close\r\nupgrade: ${to}\r\n\r\n`;
  assert.equal(await statusOf(server.url, upgrade("websocket")), "HTTP/1.1 200 OK");
  assert.equal(await statusOf(server.url, upgrade("h2c")), "HTTP/1.1 200 OK");
  const tunnel = "CONNECT evil.example:80 HTTP/1.1\r\nhost: evil.example:80\r\n\r\n";
  assert.equal(await statusOf(server.url, tunnel), "");
});

Deno.test("listen: who is refused while still sending gets to read why", async () => {
  await using server = await listening((request) =>
    new Response("no", { status: request.url.endsWith("/413") ? 413 : 401 })
  );
  const head = (path: string, length: string) =>
    `POST ${path} HTTP/1.1\r\nhost: localhost\r\n${length}\r\n\r\n`;
  for (const [path, status] of [["/413", "413"], ["/401", "401"]] as const) {
    using connection = await connectRaw(server.url);
    await connection.send(head(path, "content-length: 50000000"));
    const megabyte = "x".repeat(1_000_000);
    const flood = (async () => {
      for (let sent = 0; sent < 50; sent += 1) await connection.send(megabyte);
    })().catch(() => {});
    const answered = await connection.answered;
    assert.match(answered, new RegExp(`^HTTP/1\\.1 ${status} `));
    assert.match(answered, /\r\nconnection: close\r\n/i);
    await flood;
  }
});

Deno.test("listen: an address that is taken is said with the way out", async () => {
  await using server = await listening(echo);
  const { port } = new URL(server.url);
  const { server: config } = parseConfig({ server: { port: Number(port) } }, "/srv");
  const logger = createLogger([], "error");
  await assert.rejects(listen({ config, fetch: echo, metrics: new Metrics(), logger }), {
    code: "INVALID_REQUEST",
    message:
      `Cannot listen on 127.0.0.1:${port}: Address already in use; choose another with --port`,
  });
});

Deno.test("listen: closing lets an open request end and cuts one that never does", async () => {
  const { promise: arrived, resolve: arrive } = Promise.withResolvers<void>();
  const server = await listening(async (request) => {
    arrive();
    await request.text();
    return new Response("answered");
  });
  using silent = await connectRaw(server.url);
  using open = await connectRaw(server.url);
  await open.send("POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1\r\n\r\n");
  await arrived;
  const closed = server[Symbol.asyncDispose]();
  await open.send("x");
  assert.match(await open.answered, /^HTTP\/1\.1 200 OK\r\n/);
  await closed;
  assert.equal(await silent.answered, "");
});

Deno.test("listen: one-byte chunks that come together are one piece of the body", async () => {
  const pieces: number[] = [];
  await using server = await listening(async (request) => {
    for await (const piece of request.body!) pieces.push(piece.length);
    return new Response("read");
  });
  const head = `POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n${CLOSE}`;
  const body = `${"1\r\na\r\n".repeat(3_000)}0\r\n\r\n`;
  assert.equal(await statusOf(server.url, head + body), "HTTP/1.1 200 OK");
  assert.equal(pieces.reduce((sum, length) => sum + length, 0), 3_000);
  assert.ok(pieces.length < 100, `${pieces.length} pieces`);
});

/** A body of so many chunks with one byte each. */
function oneByteChunks(count: number, path = "/"): string {
  const head = `POST ${path} HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n`;
  return `${head}${"1\r\na\r\n".repeat(count)}0\r\n\r\n`;
}

Deno.test("listen: chunks that are too small are refused, and the connection is read no further", async () => {
  const { promise: refused, resolve } = Promise.withResolvers<unknown>();
  let taken = 0;
  await using server = await listening(async (request) => {
    try {
      for await (const piece of request.body!) taken += piece.length;
    } catch (error) {
      resolve(error);
      return new Response(null, { status: 400 });
    }
    return new Response("read");
  });
  using connection = await connectRaw(server.url);
  const sending = connection.send(oneByteChunks(5_000_000)).catch(() => {});
  assert.match(await connection.answered, /^HTTP\/1\.1 400 .*\r\nconnection: close\r\n/is);
  await sending;
  const { code, message } = await refused as { code: string; message: string };
  assert.deepEqual([code, message], [
    "INVALID_REQUEST",
    "The body comes in chunks that are too small: beyond the first 4096 they must hold 64 bytes on average",
  ]);
  assert.equal(server.refused("chunks"), 1);
  assert.ok(taken <= 4097, `${taken} chunks were taken`);
});

Deno.test("listen: chunks that are too small are refused though nobody reads them", async () => {
  await using server = await listening((request) =>
    new Response("no", { status: request.method === "GET" ? 200 : 401 })
  );
  for (const [method, status] of [["POST", "401"], ["GET", "200"]] as const) {
    using connection = await connectRaw(server.url);
    const text = oneByteChunks(5_000_000).replace("POST", method);
    const sending = connection.send(text).catch(() => {});
    assert.match(await connection.answered, new RegExp(`^HTTP/1\\.1 ${status} `));
    await sending;
  }
  assert.equal(server.refused("chunks"), 2);
});

Deno.test("listen: as many small chunks as are free are taken, and as many as there are beside large ones", async () => {
  await using server = await listening(async (request) =>
    new Response(String((await request.text()).length))
  );
  using connection = await connectRaw(server.url);
  await connection.send(oneByteChunks(4097));
  while (!connection.received.endsWith("\r\n\r\n4097")) await new Promise((r) => setTimeout(r, 5));
  const large = `20000\r\n${"a".repeat(0x20000)}\r\n`;
  await connection.send(oneByteChunks(6000).replace("1\r\na\r\n", large));
  while (!connection.received.endsWith("\r\n\r\n137071")) {
    await new Promise((r) => setTimeout(r, 5));
  }
  assert.equal(server.refused("chunks"), 0);
});

Deno.test("listen: a body of a known length may come byte by byte", async () => {
  await using server = await listening(async (request) =>
    new Response(String((await request.text()).length))
  );
  using connection = await connectRaw(server.url);
  await connection.send(`POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 6000\r\n${CLOSE}`);
  for (let sent = 0; sent < 6000; sent += 1) await connection.send("a");
  assert.match(await connection.answered, /\r\n\r\n6000$/);
  assert.equal(server.refused("chunks"), 0);
});
