/** A real service whose spans and measurements somebody collects: what they say, and what they do not. */

import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { z } from "zod";
import { createApp } from "../../src/app.ts";
import { silentLogger } from "../../src/base/log.ts";
import { createNativeSource, type ToolSource } from "../../src/catalog/mod.ts";
import { parseConfig } from "../../src/config/mod.ts";
import { tool } from "../../src/mod.ts";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { type CollectedSeries, type CollectedSpan, startCollector } from "../harness/collector.ts";
import { PROJECT } from "../harness/mcp_servers.ts";
import { descendants } from "../harness/processes.ts";
import { openSocket } from "../harness/socket_client.ts";
import { type Service, startService } from "../harness/start_service.ts";

const TRACE = "0af7651916cd43dd8448eb211c80319c";
const CALLER = "b7ad6b7169203331";
const HEADERS = {
  "content-type": "application/json",
  traceparent: `00-${TRACE}-${CALLER}-01`,
  tracestate: "vendor=seven",
};
/** Stands for everything that no telemetry may tell. */
const SECRET = "plover4711";

/** An API with one operation that answers with the `traceparent` it was sent. */
async function startApi() {
  const server = createServer((request, response) =>
    response.setHeader("content-type", "application/json")
      .end(JSON.stringify({ seen: request.headers.traceparent }))
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const document = {
    openapi: "3.1.0",
    info: { title: "api", version: "1" },
    servers: [{ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }],
    paths: { "/place": { get: { operationId: "place", responses: { "200": JSON_ANSWER } } } },
  };
  return {
    document,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const JSON_ANSWER = {
  description: "",
  content: { "application/json": { schema: { type: "object" } } },
};

function configOf(document: string): string {
  return `
server: { port: 0 }
sandbox: { workers: { min: 1, max: 2 } }
security: { capabilities: { mcp: { allowedServers: [asking, api] } } }
mcp:
  servers:
    asking:
      transport: stdio
      command: deno
      args: [run, -A, "${PROJECT}test/fixtures/servers/asking_v2.ts", stdio]
openapi:
  api: { document: "${document}" }
logging: { level: info, format: json, outputs: [{ type: console }] }
`;
}

async function post(service: Service, path: string, body: unknown) {
  const init = { method: "POST", headers: HEADERS, body: JSON.stringify(body) };
  return await (await fetch(new URL(path, service.url), init)).json();
}

/** Runs a program over MCP, its place in the trace told by the connection's header, then by the request. */
async function overMcp(service: Service, code: string): Promise<void> {
  const client = new Client({ name: "test", version: "1" }, {
    versionNegotiation: { mode: { pin: "2026-07-28" } },
  });
  const headers = { traceparent: `00-${TRACE}-${"c".repeat(16)}-01` };
  await client.connect(
    new StreamableHTTPClientTransport(new URL("/mcp", service.url), { requestInit: { headers } }),
  );
  const call = { name: "execute", arguments: { code } };
  await client.callTool(call);
  await client.callTool({ ...call, _meta: { traceparent: `00-${TRACE}-${"d".repeat(16)}-01` } });
  await client.close();
}

/** Runs programs over a WebSocket, whose place is the upgrade's unless their message has a valid one. */
async function overSocket(service: Service, code: string): Promise<void> {
  const at = (span: string) => `00-${TRACE}-${span.repeat(16)}-01`;
  await using socket = await openSocket(service.url, { headers: { traceparent: at("e") } });
  const places = { first: {}, second: { traceparent: at("f") }, third: { traceparent: "00-x" } };
  for (const [id, place] of Object.entries(places)) {
    socket.send({ id, type: "execute", payload: { code }, ...place });
    const result = (await socket.all(id)).at(-1);
    assert.equal(result?.type, "result", JSON.stringify(result));
  }
}

/** Processes below one, and the variables among theirs that would make them export. */
async function processesBelow(pid: number) {
  const pids = await descendants(pid);
  const texts = await Promise.all(pids.map((pid) => Deno.readTextFile(`/proc/${pid}/environ`)));
  const names = texts.flatMap((text) => text.split("\0").map((pair) => pair.split("=")[0] ?? ""));
  return { count: pids.length, exporting: names.filter((name) => /^(OTEL|TRACE)/.test(name)) };
}

/** A span of the service, and what hangs below it in the order it began. */
function treeOf(span: CollectedSpan, all: readonly CollectedSpan[]): unknown[] {
  const below = all.filter(({ parentSpanId }) => parentSpanId === span.spanId);
  const { name, attributes: { "codemode.execution_id": _new, ...attributes } } = span;
  const told = Object.fromEntries(
    Object.entries(attributes).map(([key, value]) => [
      key.replace("codemode.", ""),
      /_(?:ms|bytes)$/.test(key) ? typeof value : value,
    ]),
  );
  return [span.scope === "codemode" ? [name, told] : [name], ...below.map((at) => treeOf(at, all))];
}

/** The trees of the service's own spans whose caller is `parent`. */
function treesBelow(parent: string, all: readonly CollectedSpan[]): unknown[] {
  const roots = all.filter(({ parentSpanId, scope }) =>
    parentSpanId === parent && scope === "codemode"
  );
  return roots.map((root) => treeOf(root, all));
}

const MEASURED = { cpu_time_ms: "number", wait_time_ms: "number", memory_bytes: "number" };

/** A program of two calls on a sandbox of its own. */
const TWO_CALLS = [
  [
    "execute",
    { language: "javascript", runtime: "deno", calls: 2, logs: 1, ...MEASURED, outcome: "OK" },
  ],
  [["queue", {}]],
  [["check", {}]],
  [["start", {}]],
  [
    ["run", { engine: "deno" }],
    [["call", { server: "asking", tool: "meta", status: "ok" }]],
    [["call", { server: "api", tool: "place", status: "ok" }], [["GET"]]],
  ],
];

/** A program that its check refused. */
const REFUSED = [
  [
    "execute",
    {
      ...{ language: "typescript", runtime: "quickjs", calls: 0, logs: 0, ...MEASURED },
      outcome: "TYPE_CHECK_FAILED",
    },
  ],
  [["queue", {}]],
  [["check", {}]],
];

const DIRECT = [["call", { server: "asking", tool: "meta", status: "ok" }]];

Deno.test("telemetry: executions and calls in their caller's trace, and nothing of their values", async () => {
  await using collector = await startCollector();
  await using api = await startApi();
  const folder = await Deno.makeTempDir();
  await Deno.writeTextFile(`${folder}/api.json`, JSON.stringify(api.document));
  await using service = await startService({
    config: configOf(`${folder}/api.json`),
    env: collector.environment,
  });
  const code = `const told = await mcp.asking.meta({});
    const { seen } = await mcp.api.place({});
    console.log("${SECRET}");
    return { told, seen, secret: "${SECRET}" };`;
  const on = { language: "javascript", runtime: "deno" };
  const { result } = await post(service, "/api/v1/execute", { code, ...on });
  const refused = { code: `const ${SECRET}: number = "x"; return ${SECRET};` };
  assert.equal((await post(service, "/api/v1/execute", refused)).success, false);
  const shell = { code: `echo ${SECRET}`, language: "bash" };
  assert.equal((await post(service, "/api/v1/execute", shell)).success, true);
  const direct = (await post(service, "/api/v1/tools/asking/meta", {})).result;
  await overMcp(service, `return "${SECRET}";`);
  await overSocket(service, `return "${SECRET}";`);
  const below = await processesBelow(service.pid);
  assert.equal(await service.stop(), 0);
  await Deno.remove(folder, { recursive: true });

  // The server, warm sandboxes of two engines and the shell.
  assert.ok(below.count >= 4, String(below.count));
  assert.deepEqual(below.exporting, []);
  const spans = collector.spans();
  assert.deepEqual(new Set(spans.filter(isOurs).map(({ traceId }) => traceId)), new Set([TRACE]));
  const [two, refusal, , call] = treesBelow(CALLER, spans);
  assert.deepEqual([two, refusal, call], [TWO_CALLS, REFUSED, DIRECT]);
  const calls = spans.filter(({ name }) => name === "call").map(({ spanId }) => placeAt(spanId));
  assert.deepEqual([result.told.traceparent, direct.traceparent], [calls[0], calls[2]]);
  assert.deepEqual([result.told.tracestate, direct.tracestate], ["vendor=seven", "vendor=seven"]);
  const fetched = spans.find(({ name }) => name === "GET");
  assert.equal(result.seen, placeAt(fetched?.spanId));
  for (const [parent, count] of Object.entries({ c: 1, d: 1, e: 2, f: 1 })) {
    assert.equal(treesBelow(parent.repeat(16), spans).length, count, parent);
  }
  assert.deepEqual(
    collector.series().filter(isOfTwoCalls).map(({ name, unit, count }) => [name, unit, count]),
    [
      ["codemode.execution.duration", "s", 1],
      ["codemode.queue.duration", "s", 1],
      ["codemode.call.duration", "s", 1],
    ],
  );
  assert.equal(collector.text().includes(SECRET), false);
});

Deno.test("telemetry: where nobody collects, servers are told of their caller's trace as it came", async () => {
  const told: unknown[] = [];
  const native = createNativeSource("local", "A tool", {
    note: tool({ input: z.object({}), execute: () => 1 }),
  });
  const source: ToolSource = {
    ...native,
    call(server, name, input, options) {
      told.push(options.trace);
      return native.call(server, name, input, options);
    },
  };
  const config = parseConfig({ sandbox: { workers: { min: 0, max: 1 } } });
  await using app = createApp(config, { logger: silentLogger, sources: [source] });
  const send = async (path: string, body: unknown, headers = HEADERS) => {
    const init = { method: "POST", headers, body: JSON.stringify(body) };
    await (await app.fetch(new Request(`http://localhost${path}`, init))).text();
  };
  const program = { code: "return await mcp.local.note({});" };
  await send("/api/v1/execute", program);
  await send("/api/v1/execute/stream", program);
  await send("/api/v1/tools/local/note", {});
  await send("/api/v1/execute", program, { ...HEADERS, traceparent: "00-nowhere" });
  const { traceparent, tracestate } = HEADERS;
  const place = { traceparent, tracestate };
  assert.deepEqual(told, [place, place, place, undefined]);
});

function isOurs({ scope }: CollectedSpan): boolean {
  return scope === "codemode";
}

function isOfTwoCalls({ attributes }: CollectedSeries): boolean {
  return attributes["codemode.runtime"] === "deno" || attributes["codemode.server"] === "api";
}

function placeAt(spanId: string | undefined): string {
  return `00-${TRACE}-${spanId}-01`;
}
