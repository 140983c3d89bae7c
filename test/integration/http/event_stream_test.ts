/** Server-Sent Events over a real socket to readers that are slow, gone, or still there at the end. */

import assert from "node:assert/strict";
import { CodemodeError } from "../../../src/base/errors.ts";
import {
  answered,
  type Program,
  startScripted,
  until,
  untilCancelled,
} from "../../harness/scripted_service.ts";

function post(url: string, body: Record<string, unknown>): string {
  const text = JSON.stringify({ code: "1", ...body });
  return `POST /api/v1/execute/stream HTTP/1.1\r\nHost: ${new URL(url).host}\r\n` +
    `Content-Type: application/json\r\nContent-Length: ${text.length}\r\n\r\n${text}`;
}

Deno.test("event stream: a reader that does not read holds up nothing, and is cut off", async () => {
  let logged = 0;
  const program: Program = async ({ feed }, signal) => {
    for (; logged < 5000; logged += 1) feed.log({ level: "log", text: "x".repeat(10_000) });
    return await untilCancelled(signal);
  };
  await using service = await startScripted({
    program,
    server: { limits: { idleTimeout: 300 } },
    executions: { events: { entries: 5000, bytes: "100MB" } },
  });
  const { hostname, port } = new URL(service.url);
  using deaf = await Deno.connect({ hostname, port: Number(port) });
  await deaf.write(new TextEncoder().encode(post(service.url, {})));
  await until(() => logged === 5000);
  assert.equal(service.running, 1);
  await until(() => service.running === 0);
});

Deno.test("event stream: a slow reader gets everything that is kept, and learns what is not", async () => {
  const reading = Promise.withResolvers<void>();
  const program: Program = async ({ feed }) => {
    feed.queued(0);
    await reading.promise;
    for (let line = 0; line < 100; line += 1) feed.log({ level: "log", text: `${line}` });
    return answered("done");
  };
  await using service = await startScripted({ program, executions: { events: { entries: 10 } } });
  const response = await fetch(`${service.url}/api/v1/execute/stream`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: '{"code":"1"}',
  });
  reading.resolve();
  const ids = (await response.text()).match(/^id: \d+$/gm);
  assert.deepEqual(ids, [
    "id: 1",
    ...Array.from({ length: 12 }, (_, index) => `id: ${91 + index}`),
  ]);
});

Deno.test("event stream: an interactive request whose sender goes away is cancelled, and so is a wait", async () => {
  const program: Program = async ({ questions }, signal) => {
    const question = { server: "s", tool: "t", message: "Go on?", mode: "form" as const };
    void questions.ask(question, signal).catch(() => {});
    return await untilCancelled(signal);
  };
  await using service = await startScripted({ program });
  const send = (path: string, body: unknown, signal?: AbortSignal) =>
    fetch(`${service.url}/api/v1/${path}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
      ...(signal === undefined ? {} : { signal }),
    });
  const asked = await (await send("execute", { code: "1", interactive: true })).json();
  assert.deepEqual(asked, {
    status: "input_required",
    executionId: asked.executionId,
    questions: [{ server: "s", tool: "t", message: "Go on?", mode: "form", question: "q1" }],
  });
  assert.equal(service.running, 1);
  const gone = new AbortController();
  const path = `executions/${asked.executionId}/answers`;
  const waiting = send(path, { question: "q1", action: "accept", wait: true }, gone.signal);
  const { body } = await fetch(`${service.url}/api/v1/executions/${asked.executionId}/events`);
  for await (const chunk of body!.pipeThrough(new TextDecoderStream())) {
    if (chunk.includes("event: answer")) break;
  }
  assert.equal(service.running, 1);
  gone.abort();
  await assert.rejects(waiting);
  await until(() => service.running === 0);
});

Deno.test("event stream: their number is bounded, one principal leaves some to others, and those that end make room", async () => {
  const program: Program = async ({ feed }, signal) => {
    feed.log({ level: "log", text: "begun" });
    return await untilCancelled(signal);
  };
  const authenticate = (headers: Headers) =>
    Promise.resolve({ id: headers.get("authorization") ?? "", scopes: ["*"], grant: {} });
  await using service = await startScripted({
    program,
    authenticate,
    server: { streams: { max: 3, perPrincipal: 2 } },
  });
  const send = (name: string, method: string, path: string) =>
    fetch(`${service.url}/api/v1/${path}`, {
      method,
      headers: { authorization: name, "content-type": "application/json" },
      ...(method === "POST" ? { body: '{"code":"1"}' } : {}),
    });
  const refusal = async (response: Response) => {
    const { error } = await response.json();
    return [response.status, error.code, error.message, error.details];
  };
  const run = await send("ada", "POST", "execute/stream");
  const events = `executions/${run.headers.get("x-execution-id")}/events`;
  const watched = await send("ada", "GET", events);
  assert.deepEqual([run.status, watched.status], [200, 200]);
  const share = [429, "RATE_LIMITED", "You have 2 event streams open", {
    limit: "streams.perPrincipal",
  }];
  assert.deepEqual(await refusal(await send("ada", "GET", events)), share);
  assert.deepEqual(await refusal(await send("ada", "POST", "execute/stream")), share);
  assert.equal(service.running, 1);
  const bobs = await send("bob", "POST", "execute/stream");
  assert.equal(bobs.status, 200);
  assert.deepEqual(await refusal(await send("eve", "POST", "execute/stream")), [
    ...[429, "RATE_LIMITED", "3 event streams are open already"],
    { limit: "streams.max" },
  ]);
  await bobs.body?.cancel();
  await until(() => service.running === 1);
  await watched.body?.cancel();
  // Nobody reads what a HEAD is answered with, so it holds no place.
  for (let asked = 0; asked < 5; asked += 1) {
    const head = await send("ada", "HEAD", events);
    const { headers, status } = head;
    assert.deepEqual([status, headers.get("content-type")], [
      200,
      "text/event-stream; charset=utf-8",
    ]);
  }
  for (;;) {
    const again = await send("ada", "GET", events);
    await again.body?.cancel();
    if (again.status === 200) break;
    assert.equal(again.status, 429);
  }
  await run.body?.cancel();
  await until(() => service.running === 0);
});

Deno.test("event stream: a program that is not let in holds no place", async () => {
  await using service = await startScripted({
    program: () => Promise.resolve(answered("done")),
    server: { streams: { max: 1, perPrincipal: 1 } },
    refuse: new CodemodeError("QUEUE_FULL", "There is no room"),
  });
  for (let attempt = 0; attempt < 3; attempt += 1) {
    const response = await fetch(`${service.url}/api/v1/execute/stream`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: '{"code":"1"}',
    });
    assert.equal((await response.json()).error.code, "QUEUE_FULL");
  }
});

Deno.test("event stream: streams end with their credential; who said so goes on, and is heard of again", async () => {
  let hasExpiry = true;
  const authenticate = () =>
    Promise.resolve({
      ...{ id: "ada", scopes: ["*"], grant: {} },
      ...(hasExpiry ? { expiresAt: Date.now() + 100 } : {}),
    });
  await using service = await startScripted({
    program: async ({ feed }, signal) => {
      feed.log({ level: "log", text: "begun" });
      return await untilCancelled(signal);
    },
    authenticate,
  });
  const stream = (body: object) =>
    fetch(`${service.url}/api/v1/execute/stream`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ code: "1", ...body }),
    });
  assert.doesNotMatch(await (await stream({})).text(), /event: (?:result|error)/);
  await until(() => service.running === 0);
  const continued = await stream({ onDisconnect: "continue" });
  await continued.text();
  const path = `executions/${continued.headers.get("x-execution-id")}`;
  const watched = await fetch(`${service.url}/api/v1/${path}/events`);
  assert.doesNotMatch(await watched.text(), /event: (?:result|error)/);
  assert.equal(service.running, 1);
  hasExpiry = false;
  const resumed = await fetch(`${service.url}/api/v1/${path}/events`);
  await (await fetch(`${service.url}/api/v1/${path}`, { method: "DELETE" })).json();
  assert.match(await resumed.text(), /event: result/);
});
