import assert from "node:assert/strict";
import { BoundedBytes, readBounded, TooManyBytes } from "../../../src/base/bounded_bytes.ts";
import { tinyChunks } from "../../harness/tiny_chunks.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const text = (given: Uint8Array) => new TextDecoder().decode(given);

Deno.test("one-byte views into large buffers hold less than twice their bytes", () => {
  const held = new BoundedBytes(1_000_000);
  const large = new Uint8Array(65_536).fill(7);
  for (let count = 1; count <= 5_000; count += 1) {
    held.push(large.subarray(0, 1));
    assert.ok(held.heldBytes <= Math.max(64, 2 * count), `${held.heldBytes} for ${count}`);
  }
  const taken = held.take();
  assert.deepEqual([taken.length, taken.buffer.byteLength, taken.at(-1)], [5_000, 5_000, 7]);
  assert.deepEqual([held.length, held.heldBytes], [0, 0]);
});

Deno.test("no more is held than there may be, and what is refused changes nothing", () => {
  const held = new BoundedBytes(5);
  held.push(bytes("abc"));
  assert.throws(() => held.push(bytes("def")), {
    name: "TooManyBytes",
    message: "Cannot take the bytes: there are more than 5",
  });
  held.push(bytes("de"));
  assert.equal(held.heldBytes, 5);
  assert.equal(text(held.take()), "abcde");
});

Deno.test("what a reused buffer is overwritten with does not show", async () => {
  assert.equal(text(await readBounded(tinyChunks("hello"), 5)), "hello");
  assert.equal(text(await readBounded(null, 5)), "");
});

Deno.test("a body over the bound is cancelled at once", async () => {
  let wasCancelled = false;
  const endless = new ReadableStream<Uint8Array>({
    pull: (controller) => controller.enqueue(bytes("x")),
    cancel: () => void (wasCancelled = true),
  });
  await assert.rejects(readBounded(endless, 10), TooManyBytes);
  assert.equal(wasCancelled, true);
});
