/** Random bytes and mutated requests at every path: an answer or a typed problem, never a 500. */

import assert from "node:assert/strict";
import fc from "fast-check";
import { ERROR_CODES, type ErrorCode } from "../../src/base/errors.ts";
import { ProblemSchema } from "../../src/contract/mod.ts";
import { createFuzzedService } from "./fuzzed_service.ts";
import { holds, mutated, searchOf } from "./property.ts";
import { BODIES, BODY_SNIPPETS, mostly, PATH_SNIPPETS, PATHS } from "./requests.ts";

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

Deno.test("fuzz: every request is answered, with a problem of its status where it failed, and leaves nothing", async () => {
  const { fetch: send, audited, count, close } = createFuzzedService();
  await holds(requests, 1500, async (sent) => {
    const request = toRequest(sent);
    if (request === undefined) return;
    const before = audited.length;
    const response = await send(request);
    await assertAnswer(response, sent.method);
    const told = audited.slice(before).filter(({ type }) => type === "request.refused").length;
    assert.equal(told, [401, 403, 429].includes(response.status) ? 1 : 0);
  });
  const isWhole = searchOf(Deno.env).path === undefined;
  assert.ok(!isWhole || count("execution.admitted") > 20, String(count("execution.admitted")));
  // Every admitted program has ended.
  await close();
});
