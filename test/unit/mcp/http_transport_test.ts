import assert from "node:assert/strict";
import { Secret } from "../../../src/base/secret.ts";
import { boundedResponse, requestHeaders } from "../../../src/mcp/http_transport.ts";

const MAX = 10;

async function read(text: string, type: string): Promise<{ text: string; broken: string[] }> {
  const broken: string[] = [];
  const chunks = [...text].map((character) => new TextEncoder().encode(character));
  const body = ReadableStream.from(chunks);
  const response = new Response(body, { headers: { "content-type": type } });
  const bounded = boundedResponse(response, (reason) => broken.push(reason), MAX);
  return { text: await bounded.text().catch((error) => error.message), broken };
}

const TOO_LONG = "Cannot read the answer: it is longer than 10 bytes";

Deno.test("a JSON answer at the limit passes, one byte more breaks", async () => {
  assert.deepEqual(await read("1234567890", "application/json"), {
    text: "1234567890",
    broken: [],
  });
  assert.deepEqual(await read("12345678901", "application/json"), {
    text: TOO_LONG,
    broken: [TOO_LONG],
  });
});

Deno.test("in an event stream each event has the limit, not the stream", async () => {
  const events = "data: 1\n\ndata: 2\r\n\r\ndata: 3\n\n";
  assert.deepEqual(await read(events, "text/event-stream"), { text: events, broken: [] });
  const long = await read("data: 1\ndata: 2\n\n", "text/event-stream");
  assert.deepEqual(long, { text: TOO_LONG, broken: [TOO_LONG] });
});

Deno.test("headers carry the configured ones and the bearer token", () => {
  const headers = requestHeaders({
    headers: { "x-key": new Secret("k") },
    auth: { type: "bearer", token: new Secret("t") },
  });
  assert.deepEqual(headers, { "x-key": "k", authorization: "Bearer t" });
});
