/** One message a request, read once, whichever revision it is of. */

import assert from "node:assert/strict";
import { CodemodeError } from "../../../src/base/errors.ts";
import { createLogger } from "../../../src/base/log.ts";
import { parseConfig } from "../../../src/config/mod.ts";
import { createMcpEndpoint } from "../../../src/door/mod.ts";
import { readMessage } from "../../../src/door/read_message.ts";
import type { Engine } from "../../../src/engine/mod.ts";
import { tinyChunks } from "../../harness/tiny_chunks.ts";
import { FakeClock } from "../../harness/fake_clock.ts";
import { INITIALIZE, post } from "../../harness/raw_mcp.ts";

const CALLER = { id: "alice", grant: {} };
const PING = { jsonrpc: "2.0", id: 2, method: "ping" };
const NO_BATCHES = {
  code: -32600,
  message: "A request carries one message: there are no batches since the revision 2025-06-18",
};

function setUp() {
  const { server: { mcp: config }, executions: { questions } } = parseConfig({});
  return createMcpEndpoint({
    config,
    questions,
    engine: {} as Engine,
    onToolsChanged: () => ({ [Symbol.dispose]() {} }),
    onServerChange: () => ({ [Symbol.dispose]() {} }),
    passThrough() {
      throw new TypeError("Cannot show a server: none is configured");
    },
    clock: new FakeClock(),
    logger: createLogger([], "error"),
    version: "1.2.3",
    maxBodyBytes: 10_000,
  });
}

Deno.test("a batch is refused whole, with and without a session, in every revision", async () => {
  const endpoint = setUp();
  const begun = await post(endpoint, INITIALIZE, { caller: CALLER });
  const session = {
    "mcp-session-id": begun.headers.get("mcp-session-id") ?? "",
    "mcp-protocol-version": "2025-11-25",
  };
  const modern = { "mcp-protocol-version": "2026-07-28", "mcp-method": "ping" };
  const batches = [[PING], [PING, { ...PING, id: 3 }], [{ jsonrpc: "2.0", method: "x" }], []];
  for (const headers of [session, modern, {}]) {
    for (const batch of batches) {
      const { status, body } = await post(endpoint, batch, { caller: CALLER, headers });
      assert.deepEqual([status, body], [400, { jsonrpc: "2.0", id: null, error: NO_BATCHES }]);
    }
  }
  const { status, body } = await post(endpoint, PING, { caller: CALLER, headers: session });
  assert.deepEqual([status, body], [200, { jsonrpc: "2.0", id: 2, result: {} }]);
  await endpoint[Symbol.asyncDispose]();
});

async function read(body: string, contentType = "application/json", maxBodyBytes = 100) {
  const headers = { "content-type": contentType };
  const request = new Request("http://localhost/mcp", { method: "POST", headers, body });
  const message = await readMessage(request, maxBodyBytes);
  if (!("refusal" in message)) return message;
  const { refusal } = message;
  const { error, ...rest } = await refusal.json();
  assert.deepEqual(rest, { jsonrpc: "2.0", id: null });
  return [refusal.status, error.code, error.message];
}

Deno.test("a message is read as it was sent", async () => {
  assert.deepEqual(await read(JSON.stringify(PING)), { message: PING });
  assert.deepEqual(await read("null"), { message: null });
  assert.deepEqual(await read("{}", "application/json; charset=utf-8", 2), { message: {} });
});

Deno.test("what is no message is refused by what is wrong with it", async () => {
  const notJson = [400, -32700, "The body is not one complete JSON text"];
  assert.deepEqual(await read(""), notJson);
  assert.deepEqual(await read('{"a":'), notJson);
  assert.deepEqual(await read("{}", "text/plain"), [
    415,
    -32000,
    "The content-type must be application/json",
  ]);
  assert.deepEqual(await read("[]", "application/json", 1), [
    413,
    -32000,
    "The body is larger than 1 bytes",
  ]);
});

Deno.test("a message in one-byte chunks is read as one", async () => {
  const request = new Request("http://localhost/mcp", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: tinyChunks(JSON.stringify(PING)),
  });
  assert.deepEqual(await readMessage(request, 1_000), { message: PING });
});

Deno.test("what breaks off a body for a reason is refused by that reason", async () => {
  for (const [code, status] of [["PAYLOAD_TOO_LARGE", 413], ["INVALID_REQUEST", 400]] as const) {
    const request = new Request("http://localhost/mcp", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: new ReadableStream({
        pull: (controller) => controller.error(new CodemodeError(code, "The body is a bother")),
      }),
    });
    const read = await readMessage(request, 1_000);
    assert.ok("refusal" in read);
    assert.equal(read.refusal.status, status);
    assert.deepEqual((await read.refusal.json()).error, {
      code: -32000,
      message: "The body is a bother",
    });
  }
});

Deno.test("a message with more in it than any may have is refused before it is parsed", async () => {
  const body = `{"params":{${Array.from({ length: 101_000 }, (_none, id) => `"k${id}":1`)}}}`;
  const headers = { "content-type": "application/json" };
  const request = new Request("http://localhost/mcp", { method: "POST", headers, body });
  const read = await readMessage(request, 10_000_000);
  assert.ok("refusal" in read);
  assert.equal(read.refusal.status, 413);
  assert.deepEqual((await read.refusal.json()).error, {
    code: -32000,
    message: "The body is too much: it has more than 100000 different names of members; " +
      "take it in parts, or as a list of pairs",
  });
});
