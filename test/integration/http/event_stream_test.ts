/** Server-Sent Events over a real socket to readers that are slow, gone, or still there at the end. */

import assert from "node:assert/strict";
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
