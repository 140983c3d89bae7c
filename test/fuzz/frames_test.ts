/** Lines and frames of a taken-over guest: a frame of the promised shape or a reason, never a throw. */

import assert from "node:assert/strict";
import fc from "fast-check";
import { LineSplitter, openGuestLine } from "../../src/protocol/lines.ts";
import { parseFrame } from "../../src/protocol/parse_frame.ts";
import { mutated, property } from "./property.ts";

const DEPTH = 5;

const KEYS: Readonly<Record<string, readonly string[]>> = {
  ready: ["type", "version"],
  log: ["type", "level", "text"],
  call: ["type", "id", "namespace", "tool", "args"],
  final: ["type", "ok", "value", "notes", "error"],
};

const FRAMES = [
  '{"type":"ready","version":1}',
  '{"type":"log","level":"warn","text":"w"}',
  '{"type":"call","id":1,"namespace":"memory","tool":"read","args":[{"a":[1,{"b":null}]}]}',
  '{"type":"final","ok":true,"value":{"$type":"Map","value":[["a",1]]},"notes":["n"]}',
  '{"type":"final","ok":false,"error":{"name":"E","message":"m","stack":"s","value":[1],"properties":{"code":"X"},"cause":{"name":"C","message":"c"}}}',
];

const SNIPPETS = [
  '"__proto__":{"type":"ready"},',
  '"constructor":{"prototype":{"x":1}},',
  '"type":"call",',
  '"ok":false,',
  '"error":{},',
  '"id":1e999,',
  '"id":-0,',
  '"args":[],',
  "[".repeat(40),
  '{"a":'.repeat(40),
  "9".repeat(400),
  "null",
  "\\ud800",
  "\u0000",
  '"',
  "}",
  ",",
  "\n",
];

function depthOf(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  return 1 + Math.max(0, ...Object.values(value).map(depthOf));
}

/** What comes out has exactly the promised shape, so reading it again changes nothing. */
function checkParsed(text: string): void {
  const parsed = parseFrame(text, DEPTH);
  if (!parsed.ok) return assert.match(parsed.reason, /^[\w.,() ]{1,60}$/);
  const { frame } = parsed;
  const known = KEYS[frame.type] ?? [];
  assert.deepEqual(Object.keys(frame).filter((key) => !known.includes(key)), []);
  assert.equal(Object.getPrototypeOf(frame), Object.prototype);
  if (frame.type === "call") assert.ok(frame.args.length <= 64 && depthOf(frame.args) <= DEPTH + 1);
  if (frame.type === "final" && frame.ok) assert.ok(depthOf(frame.value) <= DEPTH);
  // As text: JSON reads -0 and 1e999, and writes neither.
  const written = JSON.stringify(frame);
  assert.equal(JSON.stringify(parseFrame(written, DEPTH)), `{"ok":true,"frame":${written}}`);
}

Deno.test(...property(
  "any text is a frame or a refusal",
  fc.string({ unit: "binary", maxLength: 200 }),
  3000,
  checkParsed,
));

Deno.test(
  ...property(
    "mutated frames are frames or refusals",
    mutated(FRAMES, SNIPPETS),
    10_000,
    checkParsed,
  ),
);

const anyField = fc.oneof(
  fc.jsonValue(),
  fc.constantFrom(1, true, false, "log", "error", "", [], {}, null),
);

Deno.test(...property(
  "frames of any fields are frames or refusals",
  fc.record({
    type: fc.constantFrom("call", "log", "final", "ready", "start", "__proto__"),
    ok: fc.oneof(fc.boolean(), anyField),
    error: fc.oneof(
      anyField,
      fc.record({ name: fc.string(), message: fc.string(), cause: anyField, properties: anyField }),
    ),
    ...Object.fromEntries(
      ["id", "namespace", "tool", "args", "value", "notes", "level", "text", "version"]
        .map((key) => [key, anyField]),
    ),
  }, { requiredKeys: ["type"] }),
  2500,
  (frame) => checkParsed(JSON.stringify(frame)),
));

Deno.test(...property(
  "frames that are very deep or very long are frames or refusals",
  fc.tuple(
    fc.constantFrom("[", '{"a":', '{"cause":{"name":"n","message":"m"},"cause":', "[[],"),
    fc.integer({ min: 1, max: 200_000 }),
  ),
  25,
  ([part, count]) => {
    checkParsed(`{"type":"final","ok":true,"notes":[],"value":${part.repeat(count)}`);
    const closed = `${"[".repeat(count)}${"]".repeat(count)}`;
    checkParsed(`{"type":"final","ok":true,"notes":[],"value":${closed}}`);
    checkParsed(
      `{"type":"call","id":1,"namespace":"a","tool":"b","args":[${"1,".repeat(count)}1]}`,
    );
  },
));

Deno.test("fuzz: of two equal keys the last one counts, for every reader alike", () => {
  const parsed = parseFrame('{"type":"call","type":"ready","version":2,"version":1}', DEPTH);
  assert.deepEqual(parsed, { ok: true, frame: { type: "ready", version: 1 } });
});

/** What the splitter must give: the lines before the first one that is too long. */
function model(bytes: readonly number[], maxBytes: number): { sizes: number[]; fits: boolean } {
  const sizes: number[] = [];
  let size = 0;
  for (const byte of bytes) {
    if (byte !== 10) size++;
    else if (size > 0) {
      sizes.push(size);
      size = 0;
    }
    if (size > maxBytes) return { sizes, fits: false };
  }
  return { sizes, fits: true };
}

Deno.test(...property(
  "any bytes in any pieces are cut into the same lines, none longer than allowed",
  fc.record({
    bytes: fc.array(fc.oneof(fc.constant(10), fc.integer({ min: 0, max: 255 })), {
      maxLength: 300,
    }),
    cuts: fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 5 }),
    maxBytes: fc.integer({ min: 1, max: 60 }),
  }),
  5000,
  ({ bytes, cuts, maxBytes }) => {
    const sizes: number[] = [];
    const splitter = new LineSplitter(maxBytes);
    let fits = true;
    for (let at = 0, turn = 0; at < bytes.length && fits; turn++) {
      const size = cuts[turn % cuts.length] ?? 1;
      fits = splitter.push(Uint8Array.from(bytes.slice(at, at + size)), (line, lineBytes) => {
        sizes.push(lineBytes);
        openGuestLine("n_1", line);
        checkParsed(line);
      });
      at += size;
    }
    assert.deepEqual({ sizes, fits }, model(bytes, maxBytes));
  },
));
