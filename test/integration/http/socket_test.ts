/** WebSockets against callers that are slow, many, rude or gone; every limit is hit. */

import assert from "node:assert/strict";
import { setImmediate } from "node:timers";
import type { Principal } from "../../../src/auth/mod.ts";
import { CodemodeError } from "../../../src/base/errors.ts";
import { connectRaw, statusOf } from "../../harness/raw_http.ts";
import {
  answered,
  type Program,
  startScripted,
  until,
  untilCancelled,
} from "../../harness/scripted_service.ts";
import { openSocket } from "../../harness/socket_client.ts";

/** A program that logs its code and returns it; `wait` waits until it is cancelled. */
const ECHO: Program = async (watch, signal, code) => {
  watch.feed.log({ level: "log", text: code });
  return code === "wait" ? await untilCancelled(signal) : answered(code);
};

const execute = (id: string, code: string, more = {}) => ({
  ...{ id, type: "execute" },
  payload: { code, ...more },
});

const KEY = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n";

function upgrade(url: string, { path = "/api/v1/ws", headers = "", host = "" } = {}): string {
  const name = host === "" ? new URL(url).host : host;
  return `GET ${path} HTTP/1.1\r\nHost: ${name}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
    `${KEY}${headers}\r\n`;
}

Deno.test("socket: many executions over one, each under its own id, at both addresses", async () => {
  await using service = await startScripted({ program: ECHO });
  for (const path of ["/api/v1/ws", "/"]) {
    await using socket = await openSocket(service.url, { path });
    for (const id of ["a", "b"]) socket.send(execute(id, `code ${id}`));
    for (const id of ["a", "b"]) {
      const told = await socket.all(id);
      assert.deepEqual(told.map(({ type, event }) => [type, event]), [["log", 1], ["result", 2]]);
      assert.deepEqual(told[0]?.payload, { level: "log", message: `code ${id}` });
      assert.equal(told[1]?.payload.result, `code ${id}`);
      assert.equal(new Set(told.map(({ executionId }) => executionId)).size, 1);
    }
    // The name is free again.
    socket.send(execute("a", "again"));
    await socket.find(({ payload }) => payload.result === "again");
  }
});

Deno.test("socket: what is no message is an error under its id, and the socket stays", async () => {
  await using service = await startScripted({ program: ECHO });
  await using socket = await openSocket(service.url);
  const deep = `{"id":"deep","type":"execute","payload":${"[".repeat(50_000)}${
    "]".repeat(50_000)
  }}`;
  const wrong: readonly (readonly [unknown, string | null, string])[] = [
    ["{", null, "The message is not valid JSON"],
    ["null", null, "The request is not valid: "],
    ["[1]", null, "The request is not valid: "],
    [{ id: 7, type: "execute" }, null, "The request is not valid: "],
    [{ id: "x".repeat(129), type: "cancel" }, null, "The request is not valid: "],
    [{ id: "a", type: "explode" }, "a", "The request is not valid: "],
    [{ id: "a", type: "execute", payload: {} }, "a", "The request is not valid: payload.code"],
    [
      { id: "a", type: "execute", payload: { code: "1", more: 1 } },
      "a",
      "The request is not valid",
    ],
    [{ id: "a", type: "cancel" }, "a", 'No execution "a" runs on this socket'],
    ['{"id":"a","type":"cancel","__proto__":{"x":1}}', "a", "The request is not valid"],
    [deep, "deep", "The request is not valid"],
  ];
  for (const [index, [message, id, text]] of wrong.entries()) {
    socket.send(message);
    await until(() => socket.messages.length > index);
    const answer = socket.messages[index]!;
    assert.deepEqual([answer.id, answer.type], [id, "error"], JSON.stringify(answer));
    assert.ok(answer.payload.message.startsWith(text), answer.payload.message);
  }
  socket.send(execute("fine", "1"));
  assert.equal((await socket.all("fine")).at(-1)?.payload.result, "1");
});

Deno.test("socket: cancel by message; answers that fit nothing leave the execution as it is", async () => {
  await using service = await startScripted({ program: ECHO });
  await using socket = await openSocket(service.url);
  socket.send(execute("a", "wait"));
  await socket.find(({ type }) => type === "log");
  socket.send(execute("a", "twice"));
  const twice = await socket.find(({ type }) => type === "error");
  assert.deepEqual([twice.id, twice.of], ["a", "execute"]);
  assert.equal(twice.payload.message, 'An execution "a" runs on this socket already');
  socket.send({ id: "a", type: "answer", payload: { question: "q1", action: "accept" } });
  const answer = await socket.find(({ of }) => of === "answer");
  assert.equal(answer.payload.message, 'No question "q1" waits for an answer; none is');
  socket.send({ id: "a", type: "cancel", payload: { reason: "not needed any more" } });
  const result = await socket.find(({ type }) => type === "result");
  assert.equal(result.payload.error.code, "CANCELLED");
  assert.equal(result.payload.error.message, "not needed any more");
  assert.equal(service.running, 0);
});

Deno.test("socket: a question is answered by message", async () => {
  const program: Program = async ({ questions }, signal) => {
    const properties = { name: { type: "string" } };
    const form = { mode: "form" as const, requestedSchema: { type: "object", properties } };
    const question = { server: "s", tool: "t", message: "Who?", ...form };
    return answered(JSON.stringify(await questions.ask(question, signal)));
  };
  await using service = await startScripted({ program });
  await using socket = await openSocket(service.url);
  socket.send(execute("a", "ask", { interactive: true }));
  const { payload } = await socket.find(({ type }) => type === "question");
  assert.equal(payload.question, "q1");
  const reply = (content: unknown) => ({
    ...{ id: "a", type: "answer" },
    payload: { question: "q1", action: "accept", content },
  });
  socket.send(reply({ name: 7 }));
  await socket.find(({ of }) => of === "answer");
  socket.send(reply({ name: "Ada" }));
  const result = await socket.find(({ type }) => type === "result");
  assert.equal(result.payload.result, '{"action":"accept","content":{"name":"Ada"}}');
});

Deno.test("socket: one that closes leaves nothing running, but what was told to go on", async () => {
  await using service = await startScripted({ program: ECHO });
  {
    await using socket = await openSocket(service.url);
    socket.send(execute("a", "wait"));
    socket.send(execute("b", "wait", { onDisconnect: "continue" }));
    await until(() => service.running === 2);
  }
  await until(() => service.running === 1);
  const { executions } = await (await fetch(`${service.url}/api/v1/executions`)).json();
  const [left] = executions.filter(({ status }: { status: string }) => status === "working");
  await (await fetch(`${service.url}/api/v1/executions/${left.executionId}`, { method: "DELETE" }))
    .body?.cancel();
  await until(() => service.running === 0);
});

Deno.test("socket: a connection that breaks off leaves nothing running either", async () => {
  await using service = await startScripted({ program: ECHO });
  using raw = await connectRaw(service.url);
  await raw.send(upgrade(service.url));
  await until(() => raw.received.includes("101 Switching Protocols"));
  await raw.sendBytes(frame(0x81, JSON.stringify(execute("a", "wait"))));
  await until(() => service.running === 1);
  raw[Symbol.dispose]();
  await until(() => service.running === 0);
});

Deno.test("socket: it is refused as any request is: name, origin, method, credential", async () => {
  const authenticate = (headers: Headers): Promise<Principal> => {
    if (headers.get("authorization") === "Bearer key.of-ada_1") {
      return Promise.resolve({ id: "ada", scopes: ["codemode:execute"], grant: {} });
    }
    if (headers.get("authorization") === "Bearer reader") {
      return Promise.resolve({ id: "reader", scopes: ["codemode:read"], grant: {} });
    }
    return Promise.reject(new CodemodeError("UNAUTHENTICATED", "Not known"));
  };
  await using service = await startScripted({ program: ECHO, authenticate });
  const { url } = service;
  const ada = "Authorization: Bearer key.of-ada_1\r\n";
  const refusals: readonly (readonly [string, string])[] = [
    [upgrade(url, { headers: ada, host: "evil.example" }), "HTTP/1.1 403 Forbidden"],
    [upgrade(url, { headers: `${ada}Origin: http://evil.example\r\n` }), "HTTP/1.1 403 Forbidden"],
    [upgrade(url), "HTTP/1.1 401 Unauthorized"],
    [upgrade(url, { path: "/" }), "HTTP/1.1 401 Unauthorized"],
    [upgrade(url, { headers: "Authorization: Bearer reader\r\n" }), "HTTP/1.1 403 Forbidden"],
    [upgrade(url, { headers: ada, path: "/nowhere" }), "HTTP/1.1 404 Not Found"],
    [
      upgrade(url, { headers: `${ada}Connection: close\r\n` }).replace("GET", "POST"),
      "HTTP/1.1 405 Method Not Allowed",
    ],
    [upgrade(url, { headers: ada }).replace(KEY, ""), "HTTP/1.1 400 Bad Request"],
    [
      upgrade(url, { headers: ada }).replace("Version: 13", "Version: 99"),
      "HTTP/1.1 400 Bad Request",
    ],
  ];
  for (const [request, status] of refusals) assert.equal(await statusOf(url, request), status);
  await assert.rejects(openSocket(url, { protocols: ["codemode", "codemode.bearer.wrong"] }));
  await using page = await openSocket(url, {
    protocols: ["codemode", "codemode.bearer.key.of-ada_1"],
  });
  assert.equal(page.protocol, "codemode");
  page.send(execute("a", "mine"));
  assert.equal((await page.all("a")).at(-1)?.payload.result, "mine");
  const plain = await fetch(`${url}/api/v1/ws`, {
    headers: { authorization: "Bearer key.of-ada_1" },
  });
  await plain.body?.cancel();
  assert.equal(plain.status, 400);
});

Deno.test("socket: rights that end, end for open sockets too", async () => {
  let isKnown = true;
  const authenticate = () =>
    isKnown
      ? Promise.resolve({ id: "ada", scopes: ["*"], grant: {} })
      : Promise.reject(new CodemodeError("UNAUTHENTICATED", "Not any more"));
  await using service = await startScripted({ program: ECHO, authenticate });
  await using socket = await openSocket(service.url);
  isKnown = false;
  socket.send(execute("a", "1"));
  assert.equal((await socket.all("a"))[0]?.payload.code, "UNAUTHENTICATED");
});

Deno.test("socket: the number of sockets, of executions and of messages is bounded", async () => {
  await using service = await startScripted({
    program: ECHO,
    server: {
      sockets: { max: 2, perPrincipal: 2, executions: 2 },
      limits: { requestsPerSecond: 0.001, burst: 8 },
    },
  });
  await using one = await openSocket(service.url);
  {
    await using _two = await openSocket(service.url);
    assert.equal(
      await statusOf(service.url, upgrade(service.url)),
      "HTTP/1.1 429 Too Many Requests",
    );
  }
  for (const id of ["a", "b", "c"]) one.send(execute(id, "wait"));
  const third = await one.find(({ id, type }) => id === "c" && type === "error");
  assert.deepEqual(third.payload.details, { limit: "sockets.executions" });
  for (const id of ["d", "e", "f", "g"]) one.send({ id, type: "cancel" });
  const last = await one.find(({ id }) => id === "g");
  assert.equal(last.payload.details.limit, "requestsPerSecond");
});

Deno.test("socket: many that come at once, or never become sockets, do not change the count", async () => {
  await using service = await startScripted({
    program: ECHO,
    server: { sockets: { max: 4, perPrincipal: 2 } },
  });
  const { url } = service;
  for (let round = 0; round < 2; round += 1) {
    const raws = await Promise.all(Array.from({ length: 12 }, () => connectRaw(url)));
    await Promise.all(raws.map((raw) => raw.send(upgrade(url))));
    await until(() => raws.every(({ received }) => received.includes("\r\n\r\n")));
    const accepted = raws.filter(({ received }) => received.startsWith("HTTP/1.1 101 "));
    assert.equal(accepted.length, 2);
    for (const raw of raws) raw[Symbol.dispose]();
    // Handshakes that the library refuses after the application has accepted them give back their places.
    for (let refused = 0; refused < 4;) {
      const status = await statusOf(url, upgrade(url).replace(KEY, ""));
      if (status === "HTTP/1.1 400 Bad Request") refused += 1;
      else assert.equal(status, "HTTP/1.1 429 Too Many Requests");
    }
  }
});

Deno.test("socket: one principal leaves sockets to others", async () => {
  const authenticate = (headers: Headers) =>
    Promise.resolve({ id: headers.get("authorization") ?? "", scopes: ["*"], grant: {} });
  await using service = await startScripted({
    program: ECHO,
    authenticate,
    server: { sockets: { max: 3, perPrincipal: 1 } },
  });
  const open = (name: string) =>
    openSocket(service.url, { protocols: ["codemode", `codemode.bearer.${name}`] });
  await using _ada = await open("ada");
  await assert.rejects(open("ada"));
  await using _bob = await open("bob");
});

Deno.test("socket: frames that break the protocol close it with the code that says how", async () => {
  await using service = await startScripted({
    program: ECHO,
    server: { sockets: { messageBytes: 2048 } },
  });
  const cases: readonly (readonly [Uint8Array, number])[] = [
    [frame(0x81, "x".repeat(3000)), 1009],
    [new Uint8Array([0x81, 0x05, 0x68, 0x65, 0x6c, 0x6c, 0x6f]), 1002], // Without a mask.
    [frame(0x83, "reserved opcode"), 1002],
    [frame(0xc1, "compressed, not agreed on"), 1002],
    [frame(0x80, "goes on with nothing"), 1002],
    [frameOf(0x81, new Uint8Array([0xff, 0xfe])), 1007],
    [frame(0x89, "p".repeat(126)), 1002],
  ];
  for (const [bytes, code] of cases) {
    using raw = await connectRaw(service.url);
    await raw.send(upgrade(service.url));
    await until(() => raw.received.includes("\r\n\r\n"));
    await raw.sendBytes(bytes);
    const answer = await raw.bytes;
    assert.equal(closeCodeOf(answer), code);
  }
  await using binary = await openSocket(service.url);
  using raw = await connectRaw(service.url);
  await raw.send(upgrade(service.url));
  await until(() => raw.received.includes("\r\n\r\n"));
  await raw.sendBytes(frame(0x82, "bytes"));
  await until(() => raw.received.includes("Messages are texts of JSON, not bytes"));
  binary.send(execute("a", "the service is there for others"));
  await binary.all("a");
});

Deno.test("socket: a peer that does not read is not waited for by its programs, and is cut off", async () => {
  let logged = 0;
  const program: Program = async ({ feed }, signal) => {
    for (; logged < 5000; logged += 1) feed.log({ level: "log", text: "x".repeat(10_000) });
    return await untilCancelled(signal);
  };
  await using service = await startScripted({
    program,
    server: { sockets: { bufferedBytes: 1024 }, limits: { idleTimeout: 300 } },
    executions: { events: { entries: 5000, bytes: "100MB" } },
  });
  const { hostname, port } = new URL(service.url);
  using deaf = await Deno.connect({ hostname, port: Number(port) });
  await deaf.write(new TextEncoder().encode(upgrade(service.url)));
  await deaf.write(frame(0x81, JSON.stringify(execute("a", "flood"))));
  await until(() => logged === 5000);
  await until(() => service.running === 0);
});

Deno.test("socket: a peer that answers no ping is cut off, one that does stays", async () => {
  await using service = await startScripted({
    program: ECHO,
    server: { sockets: { pingInterval: 150 } },
  });
  await using alive = await openSocket(service.url);
  using dead = await connectRaw(service.url);
  await dead.send(upgrade(service.url));
  await dead.answered;
  alive.send(execute("a", "still here"));
  await alive.all("a");
});

Deno.test("socket: at the end of the service what runs is answered, then everybody is told", async () => {
  const ending = Promise.withResolvers<void>();
  const program: Program = async () => {
    await ending.promise;
    return answered("done");
  };
  await using service = await startScripted({ program });
  await using busy = await openSocket(service.url);
  await using idle = await openSocket(service.url);
  busy.send(execute("a", "1"));
  await until(() => service.running === 1);
  const closing = service.close();
  ending.resolve();
  assert.equal((await busy.all("a")).at(-1)?.payload.result, "done");
  assert.deepEqual([await busy.closed, await idle.closed], [1001, 1001]);
  await closing;
});

Deno.test("socket: others have their turn between the frames that were received at once", async () => {
  await using service = await startScripted({ program: ECHO });
  for (const first of [0x81, 0x89]) {
    using raw = await connectRaw(service.url);
    await raw.send(upgrade(service.url));
    await until(() => raw.received.includes("\r\n\r\n"));
    let [turns, isOver] = [0, false];
    const count = () => void (turns += 1, isOver || setImmediate(count));
    setImmediate(count);
    const frames = Array.from({ length: 3000 }, () => frame(first, "x"));
    await raw.sendBytes(await joined([...frames, frameOf(0x88, NORMAL)]));
    await raw.answered;
    isOver = true;
    assert.ok(turns >= 3000, `${turns} turns`);
  }
});

Deno.test("socket: a message of too many frames closes it", async () => {
  await using service = await startScripted({ program: ECHO });
  for (const [more, code] of [[4095, 1000], [4096, 1008]] as const) {
    using raw = await connectRaw(service.url);
    await raw.send(upgrade(service.url));
    await until(() => raw.received.includes("\r\n\r\n"));
    const frames = Array.from({ length: more }, (_, at) => frame(at === more - 1 ? 0x80 : 0, ""));
    await raw.sendBytes(await joined([frame(0x01, "x"), ...frames, frameOf(0x88, NORMAL)]));
    assert.equal(closeCodeOf(await raw.bytes), code);
  }
});

/** The payload of a close frame that says that all is well. */
const NORMAL = new Uint8Array([0x03, 0xe8]);

async function joined(frames: readonly Uint8Array<ArrayBuffer>[]): Promise<Uint8Array> {
  return new Uint8Array(await new Blob([...frames]).arrayBuffer());
}

/** One masked frame of text. */
function frame(first: number, text: string): Uint8Array<ArrayBuffer> {
  return frameOf(first, new TextEncoder().encode(text));
}

function frameOf(first: number, body: Uint8Array): Uint8Array<ArrayBuffer> {
  const length = body.length < 126
    ? [0x80 | body.length]
    : [0x80 | 126, body.length >> 8, body.length & 0xff];
  return new Uint8Array([first, ...length, 0, 0, 0, 0, ...body]);
}

/** The code of the close frame that an answer ends with. */
function closeCodeOf(answer: Uint8Array): number | undefined {
  const at = answer.lastIndexOf(0x88);
  return at < 0 ? undefined : (answer[at + 2] ?? 0) * 256 + (answer[at + 3] ?? 0);
}

Deno.test("socket: one whose credential ends is closed as unauthorized, and leaves its place", async () => {
  const authenticate = () =>
    Promise.resolve({ id: "ada", scopes: ["*"], grant: {}, expiresAt: Date.now() + 50 });
  await using service = await startScripted({
    program: ECHO,
    authenticate,
    server: { sockets: { max: 1 } },
  });
  await using first = await openSocket(service.url);
  assert.equal(await first.closed, 3000);
  // The place is free when the connection is over at the other end too.
  const reopen = () => openSocket(service.url).catch(() => undefined);
  let second = await reopen();
  while (second === undefined) second = await reopen();
  assert.equal(await second.closed, 3000);
});
