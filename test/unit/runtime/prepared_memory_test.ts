/** Memories that VMs are copies of. */

import assert from "node:assert/strict";
import { PIECE_BYTES, PreparedMemory } from "../../../workers/quickjs/prepared_memory.ts";

/** Eight pieces; the third and the last are not zero, each by its last byte alone. */
function prepared() {
  const bytes = new Uint8Array(8 * PIECE_BYTES);
  bytes[3 * PIECE_BYTES - 1] = 7;
  bytes[8 * PIECE_BYTES - 1] = 9;
  return { bytes, memory: new PreparedMemory(bytes) };
}

Deno.test("a prepared memory knows where it is not zero", () => {
  const { memory } = prepared();
  assert.deepEqual(memory.parts.map((part) => part.map((at) => at / PIECE_BYTES)), [[2, 3], [
    7,
    8,
  ]]);
});

// What a program leaves in a memory must not be there for the next one.
Deno.test("whatever a memory was, a copy makes all of it what the prepared one is", () => {
  const { bytes, memory } = prepared();
  const full = new Uint8Array(bytes.length).fill(255);
  const words = Array.from({ length: 8 }, (_none, word) => {
    const one = new Uint8Array(bytes.length);
    for (let at = word * 4; at < one.length; at += 32) one[at + word % 4] = 1;
    return one;
  });
  const single = [0, PIECE_BYTES - 1, 5 * PIECE_BYTES + 31, bytes.length - 2].map((at) => {
    const one = new Uint8Array(bytes.length);
    one[at] = 1;
    return one;
  });
  for (const used of [new Uint8Array(bytes.length), full, ...words, ...single]) {
    memory.copyTo(used.buffer);
    assert.deepEqual(used, bytes);
  }
});
