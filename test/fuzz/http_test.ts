/** Random bytes and mutated requests at every path: an answer or a typed problem, never a 500. */

import assert from "node:assert/strict";
import fc from "fast-check";
import { ERROR_CODES, type ErrorCode } from "../../src/base/errors.ts";
import { ProblemSchema } from "../../src/contract/mod.ts";
import { createFuzzedService } from "./fuzzed_service.ts";
import { mutated, property } from "./property.ts";

const PATHS = [
  "/health",
  "/metrics",
  "/openapi.json",
  "/docs",
  "/api/v1/execute",
  "/execute",
  "/api/v1/check",
  "/api/v1/tools",
  "/api/v1/tools/search?q=add",
  "/api/v1/declarations?tools=tools.add&budget=200",
  "/introspect",
  "/api/v1/runtimes",
];

const PATH_SNIPPETS = [
  "/",
  "//",
  "/..",
  "%2e%2e/",
  "%00",
  "%",
  "%ff",
  "?",
  "&q=",
  "&limit=1e3",
  "&limit=-1",
  "&detail=full",
  "&budget=100",
  "&tools=__proto__.x",
  "&servers=tools,constructor",
  "#",
  ":",
  "*",
  "é",
  "\ud83d\ude00",
  ";",
  "x".repeat(600),
  "&q=(a+)+$",
];

const BODIES = [
  '{"code":"return 1 + 1"}',
  '{"code":"const a = 1;\\na","language":"typescript","check":"warn","timeout":100}',
  '{"code":"return context","context":{"a":[1,{"b":null}],"$type":"Map"},"memoryLimit":1000000}',
  '{"code":"return await tools.add({})","capabilities":["mcp:tools.add"]}',
  '{"code":"1","capabilities":{"mcp":{"allowedServers":["tools"]},"system":{"environment":["A"]}},"runtime":"auto"}',
];

const BODY_SNIPPETS = [
  '"',
  "{",
  "}",
  "[",
  "]",
  ",",
  ":",
  "null",
  "true",
  "1e999",
  "-0",
  "\\u0000",
  "\\ud800",
  "\u0000",
  "\ufeff",
  "\ud800",
  '"__proto__":{"x":1},',
  '"constructor":{"prototype":{}},',
  '"code":1,',
  '"code":"",',
  '"capabilities":["network:*"],',
  '"capabilities":["mcp:tools.add","env:A"],',
  '"capabilities":[],',
  '"capabilities":{"network":{"allowedPorts":[1]}},',
  '"timeout":1e9,',
  '"timeout":0,',
  '"runtime":"python",',
  '"language":"bash",',
  '"typescript":false,',
  '"unknown":1,',
  '"context":{"$type":"Date","value":1},',
  '"context":[],',
  "[".repeat(300),
  '{"a":'.repeat(300),
  "x".repeat(6000),
  "y".repeat(21_000),
];

/** The first one nine times of ten. */
function mostly(usual: string, ...others: readonly string[]): fc.Arbitrary<string> {
  return fc.oneof(
    { weight: 9, arbitrary: fc.constant(usual) },
    { weight: 1, arbitrary: fc.constantFrom(...others) },
  );
}

const headers = fc.record({
  "content-type": mostly(
    "application/json",
    "application/json; charset=latin1",
    "text/plain",
    "application/problem+json",
    "multipart/form-data; boundary=x",
    "application/x-www-form-urlencoded",
    "",
    "a/b;;",
  ),
  accept: fc.constantFrom(
    "*/*",
    "application/json",
    "text/html;q=0",
    "application/json; values=tagged",
    "x".repeat(500),
  ),
  authorization: fc.constantFrom("Bearer x", "Basic ", "Bearer", ""),
  origin: mostly("https://good.example", "http://evil.example", "null", ""),
  "x-request-id": fc.constantFrom("a", "x".repeat(500), "<script>"),
  "content-length": fc.constantFrom("0", "5", "99999999999", "-1", "x"),
  "content-encoding": fc.constantFrom("gzip", "br"),
  "transfer-encoding": fc.constantFrom("chunked"),
}, { requiredKeys: ["content-type"] });

const bytes = (text: string) => new TextEncoder().encode(text);

const bodies = fc.oneof(
  { weight: 5, arbitrary: mutated(BODIES, BODY_SNIPPETS).map(bytes) },
  { weight: 5, arbitrary: fc.constantFrom(...BODIES).map(bytes) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 200 }) },
  { weight: 1, arbitrary: fc.json().map(bytes) },
);

const requests = fc.record({
  method: mostly("POST", "GET", "PUT", "DELETE", "OPTIONS", "HEAD", "PATCH", "PROPFIND"),
  path: fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom("/api/v1/execute", "/api/v1/check") },
    { weight: 2, arbitrary: fc.constantFrom(...PATHS) },
    { weight: 2, arbitrary: mutated(PATHS, PATH_SNIPPETS) },
  ),
  host: mostly("localhost", "127.0.0.1:3000", "[::1]", "evil.example", "LOCALHOST."),
  headers,
  body: bodies,
  delivery: fc.constantFrom("whole", "whole", "pieces", "broken"),
});

type Sent = typeof requests extends fc.Arbitrary<infer Value> ? Value : never;

/** A body that comes in pieces, and with `broken` ends in an error. */
function streamOf(body: Uint8Array<ArrayBuffer>, broken: boolean): ReadableStream<Uint8Array> {
  const cut = Math.ceil(body.length / 2);
  const pieces = [body.subarray(0, cut), body.subarray(cut)];
  return new ReadableStream({
    pull(controller) {
      const piece = pieces.shift();
      if (piece) controller.enqueue(piece);
      else if (broken) controller.error(new Error("broken off"));
      else controller.close();
    },
  });
}

function toRequest({ method, path, host, headers, body, delivery }: Sent): Request | undefined {
  const url = `http://${host}/${path.replace(/^\//, "")}`;
  if (!URL.canParse(url)) return undefined;
  const sent = Uint8Array.from(body);
  const content = delivery === "whole" ? sent : streamOf(sent, delivery === "broken");
  const hasBody = method !== "GET" && method !== "HEAD";
  return new Request(url, { method, headers, ...(hasBody ? { body: content } : {}) });
}

const { fetch: send, audited, metrics } = createFuzzedService();

/** An answer, or a failure with the status of its code. */
async function assertAnswer(response: Response, method: string): Promise<void> {
  const text = await response.text();
  assert.ok(response.status < 500 || response.status === 501, `${response.status} ${text}`);
  assert.match(response.headers.get("x-request-id") ?? "", /^[\w.:-]{1,128}$/);
  assert.ok(text.length < 300_000);
  if (response.status < 400 || method === "HEAD") return;
  const { success, error } = JSON.parse(text);
  assert.equal(success, false);
  ProblemSchema.parse(error);
  assert.equal(ERROR_CODES[error.code as ErrorCode].status, response.status);
  assert.ok(error.message.length < 10_000, `${error.message.length}`);
}

Deno.test(...property(
  "every request is answered, with a problem of its status where it failed",
  requests,
  5000,
  async (sent) => {
    const request = toRequest(sent);
    if (request === undefined) return;
    const before = audited.length;
    const response = await send(request);
    await assertAnswer(response, sent.method);
    const told = audited.slice(before).filter(({ type }) => type === "request.refused").length;
    assert.equal(told, [401, 403, 429].includes(response.status) ? 1 : 0);
  },
));

Deno.test("fuzz: what was sent has not grown the metrics, and every admitted program ended", () => {
  assert.ok(metrics.print().length < 100_000);
  const count = (wanted: string) => audited.filter(({ type }) => type === wanted).length;
  assert.ok(count("execution.admitted") > 100, String(count("execution.admitted")));
  assert.equal(count("execution.ended"), count("execution.admitted"));
});
