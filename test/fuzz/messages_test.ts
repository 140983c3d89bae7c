/** Lines of a hostile MCP server: a message of the protocol's outline, or nothing, never a throw. */

import assert from "node:assert/strict";
import fc from "fast-check";
import { readMessage } from "../../src/mcp/read_message.ts";
import { mutated, property } from "./property.ts";

const MESSAGES = [
  '{"jsonrpc":"2.0","id":1,"result":{"content":[{"type":"text","text":"x"}],"structuredContent":{"a":1}}}',
  '{"jsonrpc":"2.0","id":"a","error":{"code":-32000,"message":"m","data":[1]}}',
  '{"jsonrpc":"2.0","method":"notifications/tools/list_changed","params":{}}',
  '{"jsonrpc":"2.0","id":2,"method":"elicitation/create","params":{"message":"m"}}',
];

const SNIPPETS = [
  '"__proto__":{"jsonrpc":"2.0"},',
  '"id":1e999,',
  '"id":null,',
  '"id":1.5,',
  '"error":null,',
  '"result":[],',
  '"method":1,',
  '"params":[],',
  "[".repeat(200),
  '{"a":'.repeat(200),
  "\\ud800",
  "\u0000",
  '"',
  "{",
  "}",
  ",",
];

const lines = fc.oneof(
  { weight: 4, arbitrary: mutated(MESSAGES, SNIPPETS) },
  { weight: 1, arbitrary: fc.json() },
  { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 60 }) },
);

Deno.test(...property("any line is a message or nothing", lines, 10_000, (line) => {
  const message = readMessage(line) as Record<string, unknown> | undefined;
  if (message === undefined) return;
  assert.equal(message["jsonrpc"], "2.0");
  const { id, method, result, error } = message;
  assert.ok(id === undefined || typeof id === "string" || Number.isInteger(id), line);
  const kinds = [typeof method === "string", result !== undefined, error !== undefined];
  assert.ok(kinds.includes(true), line);
  assert.ok(readMessage(JSON.stringify(message)) !== undefined, line);
}));

Deno.test(...property(
  "the messages that are mutated are good ones",
  fc.constantFrom(...MESSAGES),
  20,
  (line) => {
    assert.deepEqual(readMessage(line), JSON.parse(line));
  },
));
