/** One program's events over every door, and everything a caller can do with an execution meanwhile. */

import assert from "node:assert/strict";
import { z } from "zod";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { type App, createApp } from "../../src/app.ts";
import { silentLogger } from "../../src/base/log.ts";
import { createNativeSource } from "../../src/catalog/mod.ts";
import { CodemodeClient, type ExecutionEvent } from "../../src/client/mod.ts";
import { parseConfig } from "../../src/config/mod.ts";
import { createHash } from "node:crypto";
import { createCodemode, tool } from "../../src/mod.ts";
import { until } from "../harness/scripted_service.ts";
import { openSocket } from "../harness/socket_client.ts";

const FORM = {
  type: "object",
  properties: { name: { type: "string", minLength: 1 } },
  required: ["name"],
};

/** Tools that count, tell, fail, wait and ask. */
function toolsOf(state: { hanging: number }) {
  return {
    add: tool({
      input: z.object({ a: z.number(), b: z.number(), token: z.string() }),
      execute: ({ a, b }, { progress }) => {
        progress?.({ progress: 1, total: 2, message: "half" });
        return a + b;
      },
    }),
    fail: tool({
      input: z.object({}),
      execute: () => {
        throw new Error("it does not work");
      },
    }),
    hang: tool({
      input: z.object({}),
      execute: async (_input, { signal }) => {
        state.hanging += 1;
        await new Promise((resolve) => signal.addEventListener("abort", resolve));
        state.hanging -= 1;
      },
    }),
    greet: tool({
      input: z.object({}),
      execute: async (_input, { ask }) => {
        if (ask === undefined) return "nobody can be asked";
        const answer = await ask({ message: "Who are you?", mode: "form", requestedSchema: FORM });
        return answer.action === "accept" ? `Hello ${answer.content?.["name"]}` : answer.action;
      },
    }),
  };
}

const hashOf = (key: string) => `sha256:${createHash("sha256").update(key).digest("hex")}`;
const KEYS = ["ada", "bob"].map((id) => ({ id, hash: hashOf(`key-of-${id}`) }));

const BASE = {
  server: { port: 0 },
  sandbox: { workers: { min: 1, max: 4 } },
  security: { capabilities: { mcp: { allowedServers: ["tools"], maxCallsPerSecond: 1000 } } },
};

/** A whole service with these tools on a port of the kernel's. */
async function startService(config: Record<string, unknown> = {}) {
  const state = { hanging: 0 };
  const source = createNativeSource("tools", "Tools of a test", toolsOf(state));
  const app: App = createApp(parseConfig({ ...BASE, ...config }), {
    logger: silentLogger,
    sources: [source],
  });
  const server = await app.listen();
  const as = (id?: string) =>
    new CodemodeClient(server.url, {
      retryDelayMs: 1,
      ...(id === undefined ? {} : { apiKey: `key-of-${id}` }),
    });
  return {
    url: server.url,
    state,
    client: as(),
    as,
    async [Symbol.asyncDispose]() {
      await app.close(AbortSignal.abort());
      await server[Symbol.asyncDispose]();
    },
  };
}

type Service = Awaited<ReturnType<typeof startService>>;

const PROGRAM = `
console.log("begins");
const sum = await tools.add({ a: 1, b: 2, token: "hidden" });
console.warn("added", sum);
await tools.fail({}).catch(() => {});
return { sum, when: new Date(0) };
`;

/** An event without what differs from run to run. */
function essence({ type, payload }: Pick<ExecutionEvent, "type" | "payload">): unknown {
  if (type === "result") {
    const { success, result, logs, calls } = payload as Extract<
      ExecutionEvent,
      { type: "result" }
    >["payload"];
    return { type, success, result, logs, calls: calls.map(({ tool, status }) => [tool, status]) };
  }
  const { duration: _, ...rest } = payload as Record<string, unknown>;
  return { type, ...rest };
}

function expected(when: unknown): unknown[] {
  const add = { call: 1, server: "tools", tool: "add" };
  const fail = { call: 2, server: "tools", tool: "fail" };
  return [
    { type: "phase", phase: "queued", position: 0 },
    { type: "phase", phase: "checking" },
    { type: "phase", phase: "waiting" },
    { type: "phase", phase: "running", runtime: "quickjs" },
    { type: "log", level: "log", message: "begins" },
    {
      ...{ type: "call", ...add, status: "started" },
      arguments: '{"a":1,"b":2,"token":"[secret]"}',
    },
    { type: "progress", call: 1, progress: 1, total: 2, message: "half" },
    { type: "call", ...add, status: "ok" },
    { type: "log", level: "warn", message: "added 3" },
    { type: "call", ...fail, status: "started", arguments: "{}" },
    { type: "call", ...fail, status: "error", error: "MCP_TOOL_ERROR" },
    {
      ...{ type: "result", success: true, result: { sum: 3, when } },
      ...{ logs: ["begins", "[warn] added 3"], calls: [["add", "ok"], ["fail", "error"]] },
    },
  ];
}

async function collect(events: AsyncIterable<ExecutionEvent>): Promise<ExecutionEvent[]> {
  const all: ExecutionEvent[] = [];
  for await (const event of events) all.push(event);
  return all;
}

function assertNumbered(events: readonly ExecutionEvent[]): void {
  assert.deepEqual(events.map(({ id }) => id), events.map((_, index) => index + 1));
  assert.equal(new Set(events.map(({ executionId }) => executionId)).size, 1);
  for (const { timestamp } of events) assert.equal(new Date(timestamp).toISOString(), timestamp);
}

Deno.test("events of one service", async (t) => {
  await using service = await startService();
  await t.step("one program tells the same over every door", (t) => sameOverDoors(service, t));
  await t.step("no program, and one that moved", () => rejectedAndMoved(service));
  await t.step("who goes away leaves nothing running, unless it said so", () => leaving(service));
  await t.step("a stream that is lost is taken up again", () => takenUpAgain(service));
  await t.step("pages, and requests that make no sense", () => pages(service));
});

async function sameOverDoors(service: Service, t: Deno.TestContext): Promise<void> {
  const { client, url } = service;
  const plain = "1970-01-01T00:00:00.000Z";
  const program = { code: PROGRAM, runtime: "quickjs" } as const;

  await t.step("the client's stream", async () => {
    const events = await collect(client.stream(PROGRAM, { runtime: "quickjs" }));
    assertNumbered(events);
    assert.deepEqual(events.map(essence), expected(new Date(0)));
  });

  await t.step("plain Server-Sent Events, and once more from any place in them", async () => {
    for (const path of ["/api/v1/execute/stream", "/execute/stream"]) {
      const response = await fetch(`${url}${path}`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(program),
      });
      const blocks = (await response.text()).split("\n\n").slice(0, -1);
      const events = blocks.map((block) => {
        const [id = "", type = "", data = "", ...rest] = block.split("\n");
        const event: ExecutionEvent = JSON.parse(data.slice("data: ".length));
        assert.deepEqual([id, type, rest], [`id: ${event.id}`, `event: ${event.type}`, []]);
        return event;
      });
      assertNumbered(events);
      assert.deepEqual(events.map(essence), expected(plain));
      const again = `${url}/api/v1/executions/${response.headers.get("x-execution-id")}/events`;
      const tail = blocks.slice(5).map((block) => `${block}\n\n`).join("");
      const resumed = await fetch(again, { headers: { "last-event-id": "5" } });
      assert.equal(await resumed.text(), tail);
      assert.equal(await (await fetch(`${again}?after=5`)).text(), tail);
      assert.equal(await (await fetch(`${again}?after=12`)).text(), "");
      const ahead = { headers: { "last-event-id": "13" } };
      for (const early of [await fetch(`${again}?after=13`), await fetch(again, ahead)]) {
        const { error } = await early.json();
        const message = "There is no event 13: the last event of this execution is 12";
        assert.deepEqual([early.status, error.code, error.message, error.details], [
          400,
          "INVALID_REQUEST",
          message,
          { lastEventId: 12 },
        ]);
      }
    }
  });

  await t.step("a WebSocket", async () => {
    await using socket = await openSocket(url);
    socket.send({ id: "mine", type: "execute", payload: program });
    const messages = await socket.all("mine");
    const events = messages.map(({ event, ...rest }) => ({ ...rest, id: event }) as ExecutionEvent);
    assertNumbered(events);
    assert.deepEqual(events.map(essence), expected(plain));
  });

  for (const version of ["2026-07-28", "2025-11-25"]) {
    await t.step(`progress over MCP ${version}`, async () => {
      const { code, runtime } = program;
      const { events, result } = await overMcp(url, version, { code, runtime });
      assertNumbered(events);
      assert.deepEqual(events.map(essence), expected(plain));
      const { payload } = events.at(-1)!;
      assert.deepEqual(result["result"], (payload as { result: unknown }).result);

      const asked = await overMcp(url, version, { code: "return await tools.greet({})" });
      assertNumbered(asked.events);
      assert.deepEqual(asked.events.filter(isOfQuestion).map(essence), ASKED);
      assert.deepEqual(asked.result["result"], "Hello Ada");
      assert.equal(asked.messages.length, asked.events.length);
      assert.deepEqual(asked.messages.filter((one) => one === undefined), []);
      assert.deepEqual(
        asked.messages.filter((one) => one?.includes("ask") || one?.includes("q1")),
        [
          "tools.greet asks: Who are you?",
          "question q1 was answered",
        ],
      );
      assert.equal(asked.messages.at(-1), "completed");
    });
  }

  await t.step("embedded", async () => {
    const tools = toolsOf({ hanging: 0 });
    const { sandbox, security } = BASE;
    await using codemode = await createCodemode({
      tools,
      config: { sandbox, security },
      logger: silentLogger,
    });
    const events = await collect(codemode.stream(PROGRAM, { runtime: "quickjs" }));
    assertNumbered(events);
    assert.deepEqual(events.map(essence), expected(new Date(0)));
    const answer = () => ({ action: "accept" as const, content: { name: "Ada" } });
    const asked = await collect(codemode.stream("return await tools.greet({})", { answer }));
    assert.deepEqual(asked.filter(isOfQuestion).map(essence), ASKED);
    assert.equal((asked.at(-1)?.payload as { result: unknown }).result, "Hello Ada");
    for await (const { type } of codemode.stream("for (;;);")) if (type === "phase") break;
  });
}

const ASKED = [{
  ...{ type: "question", question: "q1", server: "tools", tool: "greet" },
  ...{ message: "Who are you?", mode: "form", requestedSchema: FORM },
}, { type: "answer", question: "q1", action: "accept" }];

function isOfQuestion({ type }: ExecutionEvent): boolean {
  return type === "question" || type === "answer";
}

/** Runs a program over MCP as one whose person is called Ada; its events as its progress told them. */
async function overMcp(url: string, version: string, input: Record<string, unknown>) {
  const client = new Client({ name: "test", version: "1" }, {
    capabilities: { elicitation: { form: {} } },
    versionNegotiation: { mode: version === "2025-11-25" ? "legacy" : { pin: version } },
  });
  client.setRequestHandler(
    "elicitation/create",
    () => ({ action: "accept" as const, content: { name: "Ada" } }),
  );
  await client.connect(new StreamableHTTPClientTransport(new URL("/mcp", url)));
  assert.equal(client.getNegotiatedProtocolVersion(), version);
  const events: ExecutionEvent[] = [];
  const messages: (string | undefined)[] = [];
  const onprogress = (notice: object) => {
    const { _meta: meta, progress, message } = notice as {
      readonly _meta?: { readonly "codemode/event": ExecutionEvent };
      readonly progress: number;
      readonly message?: string;
    };
    // The client itself tells of its rounds, without words.
    if (meta === undefined) return;
    assert.equal(progress, meta["codemode/event"].id);
    events.push(meta["codemode/event"]);
    messages.push(message);
  };
  const call = { name: "execute", arguments: input };
  const { structuredContent } = await client.callTool(call, { onprogress });
  await client.close();
  return { events, messages, result: structuredContent as Record<string, unknown> };
}

async function rejectedAndMoved(service: Service): Promise<void> {
  const rejected = await collect(service.client.stream("return nothing.known"));
  assert.deepEqual(rejected.map(({ type }) => type), ["phase", "phase", "result"]);
  const moving =
    "console.log(1); await tools.add({ a: 1, b: 2, token: '' }); new Intl.NumberFormat('de').format(1); return 7";
  const moved = await collect(service.client.stream(moving, { check: "off" }));
  const phases = moved.flatMap((event) => event.type === "phase" ? [event.payload] : []);
  const running = phases.findIndex(({ phase }) => phase === "running");
  assert.ok(running > 0);
  if (phases[running]?.runtime === "quickjs") {
    assert.deepEqual(
      phases.slice(running + 1).map(({ phase, continuation }) => [
        phase,
        continuation?.from,
        continuation?.to,
      ]),
      [["continued", "quickjs", "deno"]],
    );
  }
  assert.equal(moved.filter(({ type }) => type === "log").length, 1);
  assert.equal(moved.filter(({ type }) => type === "call").length, 2);
}

async function leaving(service: Service): Promise<void> {
  const { client, state, url } = service;
  const code = "await tools.hang({})";
  const post = (signal: AbortSignal, more = {}, path = "/api/v1/execute/stream") =>
    fetch(`${url}${path}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ code, ...more }),
      signal,
    });
  for (const path of ["/api/v1/execute/stream", "/api/v1/execute"]) {
    const gone = new AbortController();
    const answer = post(gone.signal, {}, path);
    await until(() => state.hanging === 1);
    gone.abort();
    await answer.then((response) => response.text()).catch(() => {});
    await until(() => state.hanging === 0);
  }
  // Leaving the loop.
  for await (const { type } of client.stream(code)) if (type === "call") break;
  await until(() => state.hanging === 0);
  const gone = new AbortController();
  const response = await post(gone.signal, { onDisconnect: "continue" });
  await until(() => state.hanging === 1);
  gone.abort();
  await response.text().catch(() => {});
  const id = response.headers.get("x-execution-id") ?? "";
  const working = await client.executions.get(id);
  assert.deepEqual([working.status, working.phase, working.calls], ["working", "running", 1]);
  const { status, phase } = await client.executions.cancel(id);
  assert.deepEqual([status, phase], ["cancelled", "ended"]);
  const ended = await collect(client.executions.events(id, { after: working.lastEventId }));
  assert.deepEqual(ended.map(essence), [{
    ...{ type: "call", call: 1, server: "tools", tool: "hang", status: "in_flight" },
  }, {
    ...{ type: "result", success: false, result: undefined, logs: [] },
    calls: [["hang", "in_flight"]],
  }]);
  const cancelled = await client.executions.get(id);
  assert.deepEqual([cancelled.status, cancelled.phase, cancelled.error], [
    "cancelled",
    "ended",
    "CANCELLED",
  ]);
  assert.equal(cancelled.answer?.error?.code, "CANCELLED");
  assert.equal(state.hanging, 0);
  await client.executions.cancel(id);
}

async function takenUpAgain(service: Service): Promise<void> {
  const bodies: Promise<unknown>[] = [];
  let connections = 0;
  // A network that cuts each of the first two streams after some bytes.
  const cutting: typeof fetch = async (input, init) => {
    const response = await fetch(input, init);
    const isStream = response.headers.get("content-type")?.startsWith("text/event-stream");
    if (!isStream || response.body === null || (connections += 1) > 2) return response;
    let left = 700;
    const cut = new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        controller.enqueue(chunk.slice(0, left));
        left -= chunk.length;
        if (left <= 0) controller.error(new TypeError("connection reset"));
      },
    });
    const [near, far] = [cut.readable, cut.writable];
    bodies.push(response.body.pipeTo(far).catch(() => {}));
    return new Response(near, response);
  };
  const client = new CodemodeClient(service.url, { fetch: cutting, retryDelayMs: 1 });
  const events = await collect(client.stream(PROGRAM, { runtime: "quickjs" }));
  assertNumbered(events);
  assert.deepEqual(events.map(essence), expected(new Date(0)));
  assert.equal(connections, 3);
  await Promise.all(bodies);
  connections = 0;
  const once = client.stream(PROGRAM, { runtime: "quickjs", onDisconnect: "cancel" });
  await assert.rejects(collect(once), { code: "UNREACHABLE" });
}

Deno.test("questions of one service", async (t) => {
  await using service = await startService({
    sandbox: { workers: { min: 1, max: 4 }, limits: { wait: "300ms", timeout: "2s" } },
    executions: { questions: { timeout: "1500ms" } },
  });
  await t.step("a program asks over plain HTTP, and time stands still", () => asking(service));
  await t.step("who never answers is not waited for for ever", () => silence(service));
});

async function asking(service: Service): Promise<void> {
  const { client } = service;
  const code = "const a = await tools.greet({}); const b = await tools.greet({}); return [a, b]";
  assert.deepEqual((await client.execute(code)).result, Array(2).fill("nobody can be asked"));
  const first = await client.executeInteractive(code);
  assert.ok("status" in first);
  const { executionId, questions } = first;
  assert.deepEqual(questions, [{
    ...{ question: "q1", server: "tools", tool: "greet" },
    ...{ message: "Who are you?", mode: "form", requestedSchema: FORM },
  }]);
  // Longer than the program may wait for its calls.
  await new Promise((resolve) => setTimeout(resolve, 500));
  assert.equal((await client.executions.get(executionId)).status, "input_required");
  const accept = (question: string, content: Record<string, string>) =>
    client.executions.answerAndWait(executionId, { question, action: "accept", content });
  await assert.rejects(accept("q1", { name: "" }), {
    code: "INVALID_REQUEST",
    message: "The answer does not fit its question: content.name must have at least 1 characters",
  });
  const second = await accept("q1", { name: "Ada" });
  assert.deepEqual("questions" in second && second.questions.map(({ question }) => question), [
    "q2",
  ]);
  const end = await client.executions.answerAndWait(executionId, {
    question: "q2",
    action: "decline",
  });
  assert.ok("success" in end);
  assert.deepEqual(end.result, ["Hello Ada", "decline"]);
  assert.ok(end.metrics.executionTime >= 500);
  await assert.rejects(accept("q2", { name: "late" }), { code: "INVALID_REQUEST" });
}

async function silence(service: Service): Promise<void> {
  const code = "return [await tools.greet({}), await tools.greet({})]";
  const first = await service.client.executeInteractive(code);
  assert.ok("status" in first);
  const events = await collect(service.client.executions.events(first.executionId));
  assert.deepEqual((events.at(-1)?.payload as { result: unknown }).result, ["cancel", "cancel"]);
  assert.equal(events.filter(({ type }) => type === "question").length, 1);
}

Deno.test("executions: two callers cannot see each other's", async () => {
  const auth = { provider: "api-key", keys: KEYS };
  await using service = await startService({ security: { ...BASE.security, auth } });
  const [ada, bob] = [service.as("ada"), service.as("bob")];
  const running = ada.stream("await tools.hang({})");
  const { value } = await running.next();
  const id = value?.executionId ?? "";
  const own = await ada.executions.list();
  assert.deepEqual(own.executions.map(({ executionId }) => executionId), [id]);
  assert.deepEqual(await bob.executions.list(), { executions: [] });
  const notFound = {
    code: "EXECUTION_NOT_FOUND",
    status: 404,
    message: `There is no execution "${id}", or not any more`,
  };
  await assert.rejects(bob.executions.get(id), notFound);
  await assert.rejects(bob.executions.cancel(id), notFound);
  await assert.rejects(collect(bob.executions.events(id)), notFound);
  const reply = { question: "q1", action: "accept" as const };
  await assert.rejects(bob.executions.answer(id, reply), notFound);
  await assert.rejects(service.client.executions.get(id), { code: "UNAUTHENTICATED" });
  assert.equal((await ada.executions.get(id)).status, "working");
  await running.return();
  await until(() => service.state.hanging === 0);
});

async function pages(service: Service): Promise<void> {
  const { client, url } = service;
  for (let run = 0; run < 4; run += 1) await client.execute(`return ${run}`);
  const first = await client.executions.list({ limit: 2 });
  const next = await client.executions.list({ limit: 1, before: first.next ?? 0 });
  const all = await client.executions.list();
  assert.equal(all.next, undefined);
  assert.deepEqual([...first.executions, ...next.executions], all.executions.slice(0, 3));
  const results = [];
  for (const { executionId } of [...first.executions, ...next.executions]) {
    results.push((await client.executions.get(executionId)).answer?.result);
  }
  assert.deepEqual(results, [3, 2, 1]);
  const id = first.executions[0]?.executionId;
  for (
    const [path, headers] of [
      ["/api/v1/executions?limit=0", {}],
      ["/api/v1/executions?limit=201", {}],
      ["/api/v1/executions?before=x", {}],
      ["/api/v1/executions?unknown=1", {}],
      [`/api/v1/executions/${id}/events?after=-1`, {}],
      [`/api/v1/executions/${id}/events`, { "last-event-id": "last" }],
    ] as const
  ) {
    const response = await fetch(`${url}${path}`, { headers });
    assert.equal(response.status, 400, path);
    assert.equal((await response.json()).error.code, "INVALID_REQUEST");
  }
}
