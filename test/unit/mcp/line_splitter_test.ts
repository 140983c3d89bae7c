import assert from "node:assert/strict";
import { LineSplitter } from "../../../src/mcp/line_splitter.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

Deno.test("lines come out whole wherever the chunks are cut", () => {
  const all = bytes("one\r\nzwölf 🦕\n\nlast");
  for (let size = 1; size <= all.length; size += 1) {
    const splitter = new LineSplitter(100, "throw");
    const lines: string[] = [];
    for (let at = 0; at < all.length; at += size) {
      lines.push(...splitter.push(all.subarray(at, at + size)));
    }
    assert.deepEqual([...lines, ...splitter.flush()], ["one", "zwölf 🦕", "", "last"]);
  }
});

Deno.test("a line at the limit passes, one byte more throws or is cut", () => {
  assert.deepEqual(new LineSplitter(4, "throw").push(bytes("1234\n")), ["1234"]);
  assert.throws(() => new LineSplitter(4, "throw").push(bytes("12345")), {
    name: "RangeError",
    message: "Cannot read the line: it is longer than 4 bytes",
  });
  assert.deepEqual(new LineSplitter(4, "cut").push(bytes("123456\n78\n")), ["1234", "78"]);
});

Deno.test("what a reused buffer is overwritten with does not show", () => {
  const splitter = new LineSplitter(10, "throw");
  const buffer = bytes("ab");
  splitter.push(buffer);
  buffer.fill(120);
  assert.deepEqual(splitter.push(bytes("c\n")), ["abc"]);
});
