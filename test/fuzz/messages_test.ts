/** Lines and tools of a hostile MCP server: what has the protocol's shape, or nothing, never a throw. */

import assert from "node:assert/strict";
import fc from "fast-check";
import { LineSplitter } from "../../src/mcp/line_splitter.ts";
import { MAX_ENTRIES } from "../../src/mcp/paged_list.ts";
import { readMessage } from "../../src/mcp/read_message.ts";
import { type ListedTool, readListedTool, siftTools, toTools } from "../../src/mcp/tool_list.ts";
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

const anything = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }),
  fc.constantFrom<unknown>("", [], {}, null, true, "object", "x".repeat(300), undefined),
);

/** A schema nested deeper than what recurses into it can take. */
const deep = fc.integer({ min: 150, max: 3000 }).map((levels): unknown =>
  JSON.parse(`${'{"items":'.repeat(levels)}{}${"}".repeat(levels)}`)
);

const tools = fc.record({
  name: fc.oneof(fc.string(), fc.constantFrom("__proto__", "a", "a", "toString"), anything),
  description: fc.oneof(fc.string({ unit: "binary" }), anything),
  inputSchema: fc.oneof(
    { weight: 9, arbitrary: fc.oneof(fc.constant({ type: "object" }), anything) },
    { weight: 1, arbitrary: deep },
  ),
  outputSchema: anything,
  annotations: fc.oneof(
    fc.record({ readOnlyHint: anything, title: anything, __proto__: anything }),
    anything,
  ),
  execute: anything,
}, { requiredKeys: [] });

Deno.test(...property(
  "any list of tools is sifted into tools of the promised shape and reasons",
  fc.array(fc.oneof({ weight: 4, arbitrary: tools }, { weight: 1, arbitrary: anything })),
  600,
  (listed) => {
    const message: { result: { tools: unknown[] } } = { result: { tools: [...listed] } };
    const refused = siftTools(message);
    const kept = message.result.tools as ListedTool[];
    assert.equal(refused.length + kept.length, listed.length);
    assert.ok(refused.every((reason) => reason.length > 0 && reason.length < 200));
    for (const tool of kept) assert.deepEqual(readListedTool(tool), { tool });
    const shown = toTools("s", kept);
    assert.equal(new Set(shown.map(({ name }) => name)).size, shown.length);
    assert.ok(shown.length <= Math.min(MAX_ENTRIES, kept.length));
    for (const { name, description, inputSchema } of shown) {
      assert.ok(name.length > 0 && name.length <= 256 && description.length <= 64 * 1024);
      assert.equal((inputSchema as { type?: unknown }).type, "object");
    }
  },
));

Deno.test(...property("any message is sifted without a throw", lines, 2000, (line) => {
  const message = readMessage(line);
  const before = JSON.stringify(message);
  const refused = siftTools(message);
  if (refused.length === 0 && !line.includes("tools")) {
    assert.equal(JSON.stringify(message), before);
  }
}));

Deno.test(...property(
  "any bytes in any pieces are the same lines, cut or refused at the bound",
  fc.record({
    bytes: fc.array(fc.oneof(fc.constantFrom(10, 13), fc.integer({ min: 0, max: 255 })), {
      maxLength: 200,
    }),
    size: fc.integer({ min: 1, max: 40 }),
    maxBytes: fc.integer({ min: 1, max: 50 }),
  }),
  3000,
  ({ bytes, size, maxBytes }) => {
    const all = Uint8Array.from(bytes);
    const linesOf = (pieceBytes: number, longLine: "cut" | "throw") => {
      const splitter = new LineSplitter(maxBytes, longLine);
      const lines: string[] = [];
      for (let at = 0; at < all.length; at += pieceBytes) {
        lines.push(...splitter.push(all.subarray(at, at + pieceBytes)));
      }
      return [...lines, ...splitter.flush()];
    };
    const whole = linesOf(Math.max(1, all.length), "cut");
    assert.deepEqual(linesOf(size, "cut"), whole);
    assert.ok(whole.every((line) => line.length <= maxBytes));
    const longest = Math.max(0, ...lineSizes(bytes));
    if (longest <= maxBytes) assert.deepEqual(linesOf(size, "throw"), whole);
    else assert.throws(() => linesOf(size, "throw"), { name: "RangeError" });
  },
));

function lineSizes(bytes: readonly number[]): number[] {
  const sizes = [0];
  for (const byte of bytes) {
    if (byte === 10) sizes.push(0);
    else sizes.push((sizes.pop() ?? 0) + 1);
  }
  return sizes;
}
