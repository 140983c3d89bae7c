import assert from "node:assert/strict";
import {
  assertReadable,
  MAX_MESSAGE_NESTING,
  MAX_MESSAGE_WEIGHT,
  MessageMeter,
  readTooMuch,
} from "../../../src/mcp/message_meter.ts";

const TOO_DEEP = "Cannot read the message: it is nested deeper than 10000 levels";
const bytes = (text: string) => new TextEncoder().encode(text);

Deno.test("brackets count where they are brackets, in whatever parts they come", () => {
  const meter = new MessageMeter();
  const deepest = "[{".repeat(MAX_MESSAGE_NESTING / 2);
  for (const inside of ['"[[["', '"\\"[[["', '"\\\\"', '"a\\\\\\"[[["', '"é["', '""']) {
    const message = deepest + inside + "}]".repeat(MAX_MESSAGE_NESTING / 2);
    const encoded = bytes(message);
    meter.reset();
    meter.measure(encoded);
    meter.measure(encoded);
    for (const byte of encoded) meter.measure(Uint8Array.of(byte));
    assert.throws(() => meter.measure(bytes(deepest + inside + "[")), { message: TOO_DEEP });
  }
});

Deno.test("many small values weigh more than their bytes", () => {
  const meter = new MessageMeter();
  const objects = bytes("{},".repeat(100_000));
  const each = objects.length + 100_000 * (64 + 8);
  const fitting = Math.floor(MAX_MESSAGE_WEIGHT / each);
  for (let part = 0; part < fitting; part += 1) meter.measure(objects);
  assert.throws(() => meter.measure(objects), {
    name: "RangeError",
    message: "Cannot read the message: it has too many values",
  });
  meter.reset();
  meter.measure(objects);
});

Deno.test("a long text without values is readable", () => {
  assertReadable(`{"a":"${"[,".repeat(8_000_000)}"}`);
  assert.throws(() => assertReadable("[".repeat(10_001)), { message: TOO_DEEP });
});

Deno.test("what was too much is said to whoever waited; other reasons are the operator's", () => {
  assert.deepEqual(
    [
      TOO_DEEP,
      "Cannot read the message: it has too many values",
      "Cannot read the line: it is longer than 16777216 bytes",
      "it is longer than /home/me/secret",
      "Cannot read /home/me: it is gone",
    ].map(readTooMuch),
    [
      "because a message was nested deeper than 10000 levels",
      "because a message had too many values",
      "because a message was longer than 16777216 bytes",
      undefined,
      undefined,
    ],
  );
});
