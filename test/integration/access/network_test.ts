/** `fetch` through the host against real HTTP servers on loopback, with a name server of the test's own. */

import assert from "node:assert/strict";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import { type AccessOptions, createAccess } from "../../../src/access/mod.ts";
import { Secret } from "../../../src/base/secret.ts";
import type { AuditEntry } from "../../../src/contract/mod.ts";
import type { GuestRequest, GuestResponse } from "../../../src/protocol/access.ts";
import { encodeValue } from "../../../src/protocol/values.ts";
import { FakeClock } from "../../harness/fake_clock.ts";
import { settle } from "../../harness/settle.ts";

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

async function startServer(answer: Answer): Promise<{ port: number } & AsyncDisposable> {
  const server = createServer(answer);
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  return {
    port: (server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: () =>
      new Promise((closed) => {
        server.close(() => closed());
        server.closeAllConnections();
      }),
  };
}

/** Answers with what it was asked. */
const echo: Answer = (request, response) => {
  const chunks: Uint8Array[] = [];
  request.on("data", (chunk: Uint8Array) => chunks.push(chunk));
  request.on("end", () => {
    const { method, url, headers } = request;
    response.end(
      JSON.stringify({ method, url, headers, body: chunks.flatMap((chunk) => [...chunk]) }),
    );
  });
};

interface Asked {
  readonly entries: AuditEntry[];
  readonly clock: FakeClock;
  fetch(url: string, init?: Partial<GuestRequest>, signal?: AbortSignal): Promise<GuestResponse>;
}

/** The fetch of one execution; every name in the world is this machine unless told otherwise. */
function open(allowedHosts: readonly string[], changes: Partial<AccessOptions> = {}): Asked {
  const entries: AuditEntry[] = [];
  const clock = new FakeClock();
  const grant = { network: { allowedHosts } };
  const access = createAccess({
    grant,
    callerGrant: grant,
    directory: "/",
    clock,
    audit: { record: (entry) => void entries.push(entry) },
    executionId: "exec_1",
    principal: "ada",
    credentials: [],
    environment: {},
    resolve: () => Promise.resolve(["127.0.0.1"]),
    ...changes,
  });
  return {
    entries,
    clock,
    async fetch(url, init = {}, signal = new AbortController().signal) {
      const request = { url, method: "GET", headers: [], body: null, redirect: "follow", ...init };
      const frame = {
        type: "call",
        id: 1,
        namespace: "@network",
        tool: "fetch",
        args: [encodeValue(request).wire],
      } as const;
      return await access.call(frame, signal) as GuestResponse;
    },
  };
}

const text = ({ body }: GuestResponse) => new TextDecoder().decode(body);
const decided = (entries: readonly AuditEntry[]) =>
  entries.map((entry) =>
    entry.type === "access.decided" ? [entry.target, entry.reason ?? entry.allowed] : entry
  );

Deno.test("a name is resolved once, connected to by address, and named to the server", async () => {
  await using server = await startServer(echo);
  const { port } = server;
  const names: string[] = [];
  const resolve = (name: string) => (names.push(name), Promise.resolve(["127.0.0.1"]));
  const asked = open([`api.test:${port}`, `127.0.0.1:${port}`], { resolve });
  const reply = await asked.fetch(`http://api.test:${port}/a?b#c`, {
    method: "POST",
    headers: [["x-a", "1"], ["host", "evil.test"]],
    body: new Uint8Array([1, 2]),
  });
  assert.deepEqual(names, ["api.test"]);
  assert.deepEqual(JSON.parse(text(reply)), {
    method: "POST",
    url: "/a?b",
    headers: {
      accept: "*/*",
      "user-agent": "codemode",
      "x-a": "1",
      host: `api.test:${port}`,
      "accept-encoding": "gzip, deflate, br",
      "content-length": "2",
      connection: "close",
    },
    body: [1, 2],
  });
  assert.deepEqual(
    [reply.status, reply.url, reply.redirected],
    [200, `http://api.test:${port}/a?b`, false],
  );
  assert.deepEqual(decided(asked.entries), [[`api.test:${port}`, true]]);
});

Deno.test("a name that leads to loopback is refused, and no server hears of it", async () => {
  let heard = 0;
  await using server = await startServer((_request, response) => (heard += 1, response.end()));
  const asked = open([`api.test:${server.port}`]);
  await assert.rejects(asked.fetch(`http://api.test:${server.port}/`), {
    code: "NETWORK_DENIED",
    message:
      `This program may not reach api.test:${server.port}: the name leads to an address that ` +
      `is not public (loopback); the capability "network:<its address>:${server.port}" is missing`,
  });
  assert.equal(heard, 0);
  assert.deepEqual(decided(asked.entries), [
    [`api.test:${server.port}`, "not a public address: loopback (127.0.0.1)"],
  ]);
});

Deno.test("each hop of a redirect is decided like the first", async () => {
  let location = "";
  await using server = await startServer((request, response) => {
    if (request.url === "/end") return response.end("end");
    response.writeHead(302, { location }).end();
  });
  const { port } = server;
  const grant = { network: { allowedHosts: [`127.0.0.1:${port}`, "*"], maxRequestsPerSecond: 99 } };
  const asked = open([], { grant, callerGrant: grant });
  location = "/end";
  const reply = await asked.fetch(`http://127.0.0.1:${port}/#part`);
  assert.deepEqual([text(reply), reply.url, reply.redirected], [
    "end",
    `http://127.0.0.1:${port}/end`,
    true,
  ]);
  const targets = {
    "http://127.0.0.1:9/": 'the capability "network:127.0.0.1:9" is missing',
    "http://169.254.169.254/": 'the capability "network:169.254.169.254:80" is missing',
    "http://inner.test/": "the name leads to an address that is not public (loopback)",
    "file:///etc/passwd": "fetch takes http: and https: addresses",
    "http://u:p@b.test/": "credentials do not belong in an address",
  };
  for (const [target, why] of Object.entries(targets)) {
    location = target;
    await assert.rejects(asked.fetch(`http://127.0.0.1:${port}/`), (error: Error) => {
      assert.equal((error as { code?: string }).code, "NETWORK_DENIED");
      return error.message.includes(why);
    }, target);
  }
});

Deno.test("redirects: followed twenty times, given as they are, or refused", async () => {
  let count = 0;
  await using server = await startServer((request, response) => {
    count += 1;
    const left = Number(request.url!.slice(1));
    if (left === 0) return response.end("end");
    response.writeHead(307, { location: `/${left - 1}` }).end("moved");
  });
  const at = (left: number) => `http://127.0.0.1:${server.port}/${left}`;
  const grant = {
    network: { allowedHosts: [`127.0.0.1:${server.port}`], maxRequestsPerSecond: 1000 },
  };
  const asked = open([], { grant, callerGrant: grant });
  assert.equal(text(await asked.fetch(at(20))), "end");
  count = 0;
  await assert.rejects(asked.fetch(at(21)), {
    code: "NETWORK_FAILED",
    message: `The request to 127.0.0.1:${server.port} failed: more than 20 redirects`,
  });
  assert.equal(count, 21);
  const manual = await asked.fetch(at(1), { redirect: "manual" });
  assert.deepEqual([manual.status, text(manual), manual.redirected], [307, "moved", false]);
  await assert.rejects(asked.fetch(at(1), { redirect: "error" }), {
    message:
      `The request to 127.0.0.1:${server.port} failed: it was redirected, which it was not to be`,
  });
});

Deno.test("a credential reaches its host alone, also after a redirect, and hides the program's own", async () => {
  await using other = await startServer(echo);
  await using server = await startServer((request, response) => {
    if (request.url === "/away") {
      return response.writeHead(302, { location: `http://127.0.0.1:${other.port}/` }).end();
    }
    echo(request, response);
  });
  const asked = open([`127.0.0.1:${server.port}`, `127.0.0.1:${other.port}`], {
    credentials: [{
      host: `127.0.0.1:${server.port}`,
      header: "X-Key",
      value: new Secret("hush"),
    }],
  });
  const key = async (url: string) =>
    JSON.parse(text(await asked.fetch(url, { headers: [["x-key", "mine"]] }))).headers["x-key"];
  assert.equal(await key(`http://127.0.0.1:${server.port}/`), "hush");
  assert.equal(await key(`http://127.0.0.1:${other.port}/`), "mine");
  assert.equal(await key(`http://127.0.0.1:${server.port}/away`), "mine");
  assert.ok(!JSON.stringify(asked.entries).includes("hush"));
});

Deno.test("bodies are bounded on their way out and on their way back, unpacked too", async () => {
  const big = gzipSync(new Uint8Array(9 * 1024 * 1024));
  await using server = await startServer((request, response) => {
    if (request.url === "/packed") response.setHeader("content-encoding", "gzip").end(big);
    else if (request.url === "/small") {
      response.setHeader("content-encoding", "gzip").end(gzipSync("hello"));
    } else response.end(new Uint8Array(9 * 1024 * 1024));
  });
  const at = (path: string) => `http://127.0.0.1:${server.port}${path}`;
  const grant = { network: { allowedHosts: [`127.0.0.1:${server.port}`], maxRequestSize: 4 } };
  const asked = open([], { grant, callerGrant: grant });
  for (const path of ["/", "/packed"]) {
    await assert.rejects(asked.fetch(at(path)), {
      code: "PAYLOAD_TOO_LARGE",
      message: "The reply is larger than 8388608 bytes",
    });
  }
  const small = await asked.fetch(at("/small"), { method: "POST", body: new Uint8Array(4) });
  assert.equal(text(small), "hello");
  assert.ok(!small.headers.some(([name]) => name === "content-encoding"));
  await assert.rejects(asked.fetch(at("/"), { method: "POST", body: new Uint8Array(5) }), {
    code: "PAYLOAD_TOO_LARGE",
    message: "The request's body has 5 bytes, the limit is 4",
  });
});

Deno.test("the eleventh request of a second waits its turn", async () => {
  let heard = 0;
  await using server = await startServer((_request, response) => (heard += 1, response.end()));
  const asked = open([`127.0.0.1:${server.port}`]);
  const at = `http://127.0.0.1:${server.port}/`;
  await Promise.all(Array.from({ length: 10 }, () => asked.fetch(at)));
  const eleventh = asked.fetch(at);
  await settle();
  assert.deepEqual([heard, asked.clock.pending], [10, 1]);
  asked.clock.advance(99);
  await settle();
  assert.equal(asked.clock.pending, 1);
  asked.clock.advance(1);
  assert.equal((await eleventh).status, 200);
  assert.equal(heard, 11);
});

Deno.test("the run's end ends what is under way: a reply, a body, a turn", async () => {
  const { promise: reached, resolve: reach } = Promise.withResolvers<void>();
  await using server = await startServer((request, response) => {
    if (request.url === "/body") response.write("part");
    reach();
  });
  const asked = open([`127.0.0.1:${server.port}`]);
  for (const path of ["/", "/body"]) {
    const control = new AbortController();
    const reply = asked.fetch(`http://127.0.0.1:${server.port}${path}`, {}, control.signal);
    await reached;
    control.abort(new Error("over"));
    await assert.rejects(reply, { message: "over" });
  }
});

Deno.test("what fails says how, without an address that was not named", async () => {
  const closed = await startServer(echo);
  await closed[Symbol.asyncDispose]();
  await using server = await startServer((request) => request.socket.destroy());
  const grants = [
    `127.0.0.1:${closed.port}`,
    `localhost:${closed.port}`,
    `127.0.0.1:${server.port}`,
  ];
  const asked = open(grants, { resolve: () => Promise.resolve(["127.0.0.1", "127.0.0.1"]) });
  await assert.rejects(asked.fetch(`http://localhost:${closed.port}/`), {
    code: "NETWORK_FAILED",
    message: `The request to localhost:${closed.port} failed: ECONNREFUSED`,
  });
  await assert.rejects(asked.fetch(`http://127.0.0.1:${server.port}/`), {
    code: "NETWORK_FAILED",
    message: `The request to 127.0.0.1:${server.port} failed: ECONNRESET`,
  });
});

Deno.test("fetch: a host that sends interim replies without end is given up, one that sends a few is not", async () => {
  await using server = await startServer((request, response) => {
    const count = request.url === "/few" ? 16 : 17;
    for (let sent = 0; sent < count; sent += 1) {
      response.socket?.write("HTTP/1.1 100 Continue\r\n\r\n");
    }
    response.end("ok");
  });
  const host = `127.0.0.1:${server.port}`;
  const { fetch } = open([host]);
  assert.equal(new TextDecoder().decode((await fetch(`http://${host}/few`)).body), "ok");
  await assert.rejects(fetch(`http://${host}/many`), {
    code: "NETWORK_FAILED",
    message: `The request to ${host} failed: it sent interim replies without end`,
  });
});
