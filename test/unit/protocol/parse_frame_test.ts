/** What is a frame, what is refused and why, and that nothing throws. */

import assert from "node:assert/strict";
import fc from "fast-check";
import { parseFrame } from "../../../src/protocol/parse_frame.ts";

const call = { type: "call", id: 1, namespace: "memory", tool: "read", args: [{ a: 1 }] };
const failure = {
  type: "final",
  ok: false,
  error: {
    name: "E",
    message: "m",
    stack: "s",
    place: { line: 2, column: 3 },
    cause: { name: "C", message: "c" },
    properties: { code: "X" },
  },
};

Deno.test("well-formed frames come out as they are", () => {
  const frames = [
    { type: "ready", version: 1 },
    { type: "log", level: "warn", text: "w" },
    call,
    { type: "final", ok: true, value: [1], notes: ["n"] },
    failure,
    { type: "final", ok: false, error: { name: "Error", message: "", value: null } },
    { type: "final", ok: true, value: 1, notes: [], usage: { cpuMs: 0.5, memoryBytes: 0 } },
    { ...failure, usage: { cpuMs: 0, memoryBytes: 1 } },
    { type: "yield", reason: "lacks", what: "Intl" },
    { type: "yield", reason: "cpu", what: "", usage: { cpuMs: 100, memoryBytes: 1 } },
  ];
  for (const frame of frames) {
    assert.deepEqual(parseFrame(JSON.stringify(frame), 8), { ok: true, frame });
  }
});

Deno.test("unknown properties of a frame are dropped", () => {
  const parsed = parseFrame(JSON.stringify({ ...call, __proto__x: 1, extra: {} }), 8);
  assert.deepEqual(parsed, { ok: true, frame: call });
});

const REFUSED: readonly (readonly [string, string])[] = [
  ["", "it is not JSON"],
  ["{", "it is not JSON"],
  ["null", "the frame is not an object"],
  ["[]", "the frame is not an object"],
  ['{"type":"start"}', "its type is unknown"],
  ['{"__proto__":{"type":"ready","version":1}}', "its type is unknown"],
  ['{"type":"ready","version":"1"}', "version is not a positive integer"],
  ['{"type":"log","level":"fatal","text":""}', "level is unknown"],
  ['{"type":"yield","reason":"lost","what":""}', "reason is unknown"],
  ['{"type":"yield","reason":"cpu","what":1}', "what is not text"],
  ['{"type":"yield","reason":"cpu","what":"","usage":1}', "usage is not an object"],
  [
    '{"type":"yield","reason":"cpu","what":"","usage":{"cpuMs":-1,"memoryBytes":0}}',
    "usage.cpuMs is not an amount",
  ],
  [
    '{"type":"final","ok":true,"value":1,"notes":[],"usage":{"cpuMs":1}}',
    "usage.memoryBytes is not an amount",
  ],
  ['{"type":"log","level":"log","text":{}}', "text is not text"],
  ['{"type":"call","id":0,"namespace":"a","tool":"b","args":[]}', "id is not a positive integer"],
  ['{"type":"call","id":1.5,"namespace":"a","tool":"b","args":[]}', "id is not a positive integer"],
  ['{"type":"call","id":1,"namespace":1,"tool":"b","args":[]}', "namespace is not text"],
  [
    `{"type":"call","id":1,"namespace":"a","tool":"${"b".repeat(513)}","args":[]}`,
    "tool is too long",
  ],
  ['{"type":"call","id":1,"namespace":"a","tool":"b","args":{}}', "args is not a list"],
  [
    `{"type":"call","id":1,"namespace":"a","tool":"b","args":[${"1,".repeat(64)}1]}`,
    "args has more than 64 entries",
  ],
  [
    '{"type":"call","id":1,"namespace":"a","tool":"b","args":[[[[[1]]]]]}',
    "args is nested too deep",
  ],
  ['{"type":"final","ok":true,"notes":[]}', "value is missing"],
  ['{"type":"final","ok":true,"value":1,"notes":[1]}', "notes is not text"],
  ['{"type":"final","value":1,"notes":[]}', "ok is neither true nor false"],
  ['{"type":"final","ok":true,"value":[[[[1]]]],"notes":[]}', "value is nested too deep"],
  ['{"type":"final","ok":false}', "error is not an object"],
  ['{"type":"final","ok":false,"error":{"name":"E"}}', "error.message is not text"],
  [
    '{"type":"final","ok":false,"error":{"name":"E","message":"m","stack":1}}',
    "error.stack is not text",
  ],
  [
    '{"type":"final","ok":false,"error":{"name":"E","message":"m","place":{"line":1,"column":0}}}',
    "error.place.column is not a positive integer",
  ],
  [
    '{"type":"final","ok":false,"error":{"name":"E","message":"m","properties":[]}}',
    "error.properties is not an object",
  ],
];

for (const [text, reason] of REFUSED) {
  Deno.test(`refused: ${text.slice(0, 60)} (${reason})`, () => {
    assert.deepEqual(parseFrame(text, 3), { ok: false, reason });
  });
}

Deno.test("a chain of causes is bounded", () => {
  let error: unknown = { name: "E", message: "0" };
  for (let depth = 0; depth < 9; depth += 1) error = { name: "E", message: "m", cause: error };
  assert.deepEqual(parseFrame(JSON.stringify({ type: "final", ok: false, error }), 3), {
    ok: false,
    reason: "error has too many causes",
  });
});

Deno.test("100,000 levels of nesting are refused, not a crash", () => {
  const text = `{"type":"final","ok":true,"notes":[],"value":${"[".repeat(1e5)}${"]".repeat(1e5)}}`;
  assert.equal(parseFrame(text, 64).ok, false);
});

Deno.test("never throws", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => void parseFrame(text, 4)), {
    seed: 3,
    numRuns: 300,
  });
  const frames = fc.record({
    type: fc.constantFrom("call", "log", "final", "ready"),
    id: fc.jsonValue(),
    ok: fc.jsonValue(),
    value: fc.jsonValue(),
    error: fc.jsonValue(),
    args: fc.jsonValue(),
    level: fc.jsonValue(),
  }, { requiredKeys: ["type"] });
  fc.assert(
    fc.property(
      frames,
      (frame) => assert.equal(typeof parseFrame(JSON.stringify(frame), 4).ok, "boolean"),
    ),
    { seed: 5, numRuns: 500 },
  );
});
