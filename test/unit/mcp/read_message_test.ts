import assert from "node:assert/strict";
import { EXCESS_FREE_LENGTH, MAX_EXTENT } from "../../../src/base/json_extent.ts";
import {
  MAX_MESSAGE_BYTES,
  MAX_MESSAGE_NESTING,
  MAX_MESSAGE_WEIGHT,
  OBJECT_WEIGHT,
  PLACE_WEIGHT,
} from "../../../src/mcp/message_meter.ts";
import { EXCESS_ERROR, NO_ANSWER, readMessage } from "../../../src/mcp/read_message.ts";

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
  { jsonrpc: "2.0", method: 4 },
  { jsonrpc: "2.0", method: "a", params: [1] },
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

Deno.test("an answer that is none fails whoever waits for it, at once", () => {
  const message = "The answer has neither a result nor an error that can be read";
  const answers = [
    ...[null, 5, "text", []].map((result) => ({ result })),
    ...[null, "no", { code: 1 }, { code: "x", message: "no" }].map((error) => ({ error })),
    {},
  ];
  for (const answer of answers) {
    assert.deepEqual(readMessage(JSON.stringify({ jsonrpc: "2.0", id: "a", ...answer })), {
      jsonrpc: "2.0",
      id: "a",
      error: { code: NO_ANSWER, message },
    });
  }
});

Deno.test("a message that is nested too deep is not parsed", () => {
  const nested = (levels: number) =>
    `{"jsonrpc":"2.0","id":1,"result":{"a":${"[".repeat(levels)}${"]".repeat(levels)}}}`;
  assert.ok(readMessage(nested(MAX_MESSAGE_NESTING - 2)));
  assert.throws(() => readMessage(nested(MAX_MESSAGE_NESTING - 1)), {
    name: "RangeError",
    message: "Cannot read the message: it is nested deeper than 10000 levels",
  });
});

Deno.test("a long message is no way around the bounds of depth and weight", () => {
  const long = (rest: string) =>
    `{"jsonrpc":"2.0","id":1,"result":{"text":"${"x".repeat(EXCESS_FREE_LENGTH)}","rest":${rest}}}`;
  const nested = (levels: number) => `${"[".repeat(levels)}${"]".repeat(levels)}`;
  assert.ok(readMessage(long(nested(MAX_MESSAGE_NESTING - 2))));
  assert.throws(() => readMessage(long(nested(MAX_MESSAGE_NESTING - 1))), {
    name: "RangeError",
    message: "Cannot read the message: it is nested deeper than 10000 levels",
  });
  assert.throws(() => readMessage(long(`[${"{},".repeat(2_000_000)}0]`)), {
    name: "RangeError",
    message: "Cannot read the message: it has too many values",
  });
  // The heaviest that has no excess.
  const { nodes } = MAX_EXTENT;
  assert.ok(MAX_MESSAGE_BYTES + nodes * (OBJECT_WEIGHT + PLACE_WEIGHT) <= MAX_MESSAGE_WEIGHT);
});

const WIDE = `{${Array.from({ length: 101_000 }, (_none, index) => `"k${index}":1`)}}`;

Deno.test("an answer with too much in it is an error to its request, wherever its number stands", () => {
  const error = {
    code: EXCESS_ERROR,
    message:
      "it has more than 100000 different names of members; take it in parts, or as a list of pairs",
  };
  const result = `"result":{"id":7,"a":["\\\\",{"id":8}],"structuredContent":${WIDE}}`;
  for (const text of [`{"jsonrpc":"2.0","id":1,${result}}`, `{${result},"x":"id","id" : 1 }`]) {
    assert.deepEqual(readMessage(text), { jsonrpc: "2.0", id: 1, error });
  }
  assert.deepEqual(readMessage(`{"id":"a\\"b",${result}}`), { jsonrpc: "2.0", id: 'a"b', error });
});

Deno.test("of requests and notices with too much in them nothing is told", () => {
  for (const head of ['"id":1,"method":"x"', '"method":"x"', '"id":null', '"id":[1]', '"x":1']) {
    assert.equal(readMessage(`{"jsonrpc":"2.0",${head},"params":${WIDE}}`), undefined, head);
  }
});
