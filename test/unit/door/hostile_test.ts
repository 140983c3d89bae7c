/** Whatever is sent is answered as the sender's fault, and leaves nothing behind. */

import assert from "node:assert/strict";
import { CodemodeError } from "../../../src/base/errors.ts";
import { createLogger } from "../../../src/base/log.ts";
import { parseConfig } from "../../../src/config/mod.ts";
import { createMcpEndpoint } from "../../../src/door/mod.ts";
import type { Engine } from "../../../src/engine/mod.ts";
import { FakeClock } from "../../harness/fake_clock.ts";

const CALLER = { id: "alice", grant: {} };

function setUp() {
  const clock = new FakeClock();
  const endpoint = createMcpEndpoint({
    config: parseConfig({}).server.mcp,
    questions: parseConfig({}).executions.questions,
    engine: {} as Engine,
    onToolsChanged: () => ({ [Symbol.dispose]() {} }),
    onServerChange: () => ({ [Symbol.dispose]() {} }),
    passThrough() {
      throw new TypeError("Cannot show a server: none is configured");
    },
    clock,
    logger: createLogger([], "error"),
    version: "1.2.3",
    maxBodyBytes: 100_000,
  });
  return { clock, endpoint };
}

const MODERN = {
  "mcp-protocol-version": "2026-07-28",
  "mcp-method": "tools/call",
  "mcp-name": "execute",
};
const OLD = { "mcp-protocol-version": "2025-11-25" };

const BODIES = [
  "",
  "null",
  "[]",
  "{}",
  "7",
  '"text"',
  "{",
  "\ufeff{}",
  '{"jsonrpc":"1.0","id":1,"method":"ping"}',
  '{"jsonrpc":"2.0","id":{},"method":"ping"}',
  '{"jsonrpc":"2.0","id":1,"method":7}',
  '{"jsonrpc":"2.0","id":1,"method":"__proto__"}',
  '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"execute","arguments":7}}',
  '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"__proto__":{"name":"execute"}}}',
  '{"jsonrpc":"2.0","id":1,"result":{}}',
  `${"[".repeat(20_000)}${"]".repeat(20_000)}`,
  `[${
    '{"jsonrpc":"2.0","id":1,"method":"ping"},'.repeat(500)
  }{"jsonrpc":"2.0","id":1,"method":"ping"}]`,
];

Deno.test("bodies that are no requests are refused in the protocol's words", async () => {
  const { clock, endpoint } = setUp();
  for (const revision of [MODERN, OLD, {}]) {
    for (const body of BODIES) {
      const headers = {
        "content-type": "application/json",
        accept: "application/json, text/event-stream",
        ...revision,
      };
      const request = new Request("http://localhost/mcp", { method: "POST", headers, body });
      const response = await endpoint.fetch(request, CALLER);
      const told = `${response.status} ${body.slice(0, 80)}`;
      assert.ok(response.status >= 400 && response.status < 500, told);
      const answer = JSON.parse(await response.text());
      assert.equal(typeof answer.error?.code, "number", told);
    }
  }
  assert.equal(clock.pending, 0);
  await endpoint[Symbol.asyncDispose]();
});

Deno.test("a body that breaks off, or is too large, is its sender's fault", async () => {
  const { endpoint } = setUp();
  const tooLarge = new CodemodeError("PAYLOAD_TOO_LARGE", "The body is larger than 9 bytes");
  const statuses: number[] = [];
  for (const thrown of [tooLarge, new TypeError("The body broke off")]) {
    for (const revision of [MODERN, OLD]) {
      const request = new Request("http://localhost/mcp", {
        method: "POST",
        headers: {
          "content-type": "application/json",
          accept: "application/json, text/event-stream",
          ...revision,
        },
        body: new ReadableStream({ pull: (controller) => controller.error(thrown) }),
      });
      const response = await endpoint.fetch(request, CALLER);
      statuses.push(response.status);
      await response.body?.cancel();
    }
  }
  assert.deepEqual(statuses, [413, 413, 400, 400]);
  await endpoint[Symbol.asyncDispose]();
});
