import assert from "node:assert/strict";
import { isForgotten } from "../../../src/mcp/forgotten_session.ts";

const at = (status: number, text: unknown) => isForgotten({ status, data: { status, text } });
const json = (message: unknown) =>
  JSON.stringify({ jsonrpc: "2.0", id: null, error: { code: -32000, message } });

Deno.test("what servers say of a session that they do not know", () => {
  const sentences = [
    "Bad Request: No valid session ID provided",
    "Bad Request: Missing session ID",
    "Bad Request: Server not initialized",
    "Bad Request: Mcp-Session-Id header is required",
    "Invalid session ID",
    "Invalid or missing session ID",
    "Invalid or expired session ID.",
    "Session not found",
    "Session ID is required",
  ];
  for (const sentence of sentences) {
    assert.deepEqual([sentence, at(400, `${sentence}\n`)], [sentence, true]);
    assert.deepEqual([sentence, at(400, json(sentence))], [sentence, true]);
  }
  assert.equal(at(404, ""), true);
});

Deno.test("what servers say of an argument is nothing about the session", () => {
  const sentences = [
    "",
    "Bad argument: session_length must be positive",
    "Invalid session ID format in the argument customer",
    "The tool says: Invalid session ID",
    "Session not found in calendar 7",
    "Bad Request: No valid session ID provided, said the booking system",
    "Invalid session ID\nInvalid argument",
  ];
  for (const sentence of sentences) {
    assert.deepEqual([sentence, at(400, sentence)], [sentence, false]);
    assert.deepEqual([sentence, at(400, json(sentence))], [sentence, false]);
  }
  assert.equal(at(400, json({ message: "Invalid session ID" })), false);
  assert.equal(at(400, "null"), false);
  assert.equal(at(400, undefined), false);
  assert.equal(at(422, "Invalid session ID"), false);
});

Deno.test("a body is looked into up to its limit", () => {
  const padded = (length: number) => "Invalid session ID".padEnd(length);
  assert.equal(at(400, padded(1_000)), true);
  assert.equal(at(400, padded(1_001)), false);
});
