import assert from "node:assert/strict";
import { readMessage } from "../../../src/mcp/read_message.ts";

const MESSAGES = [
  { jsonrpc: "2.0", id: 1, method: "tools/call", params: { name: "x" } },
  { jsonrpc: "2.0", method: "notifications/initialized" },
  { jsonrpc: "2.0", id: "a", result: {} },
  { jsonrpc: "2.0", id: 7, error: { code: -32601, message: "no" } },
  { jsonrpc: "2.0", error: { code: -32700, message: "unreadable" } },
];

const NO_MESSAGES: readonly unknown[] = [
  null,
  [],
  "text",
  {},
  { jsonrpc: "1.0", id: 1, result: {} },
  { jsonrpc: "2.0" },
  { jsonrpc: "2.0", id: null, result: {} },
  { jsonrpc: "2.0", id: 1.5, result: {} },
  { jsonrpc: "2.0", result: {} },
  { jsonrpc: "2.0", id: 1, result: "text" },
  { jsonrpc: "2.0", id: 1, result: [] },
  { jsonrpc: "2.0", method: 4 },
  { jsonrpc: "2.0", method: "a", params: [1] },
  { jsonrpc: "2.0", id: 1, error: { code: "x", message: "no" } },
  { jsonrpc: "2.0", id: 1, error: { code: 1 } },
];

Deno.test("requests, notifications, results and errors are read as they are", () => {
  for (const message of MESSAGES) {
    assert.deepEqual(readMessage(JSON.stringify(message)), message);
  }
});

Deno.test("anything else is no message", () => {
  for (const value of NO_MESSAGES) {
    assert.equal(readMessage(JSON.stringify(value)), undefined, JSON.stringify(value));
  }
  assert.equal(readMessage('{"jsonrpc":'), undefined);
});
