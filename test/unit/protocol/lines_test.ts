/** Cutting bytes into lines, and telling frames from noise. */

import assert from "node:assert/strict";
import fc from "fast-check";
import { LineSplitter, openGuestLine, toGuestLine } from "../../../src/protocol/lines.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

function collect(splitter: LineSplitter, chunks: readonly Uint8Array[]): [string, number][] {
  const lines: [string, number][] = [];
  for (const chunk of chunks) {
    assert.equal(splitter.push(chunk, (line, size) => lines.push([line, size])), true);
  }
  return lines;
}

Deno.test("lines come out whole however the bytes are cut", () => {
  const input = fc.array(fc.string({ unit: "grapheme" }).map((text) => text.replaceAll("\n", "")), {
    maxLength: 8,
  });
  fc.assert(
    fc.property(input, fc.array(fc.nat(12), { minLength: 1 }), (lines, cuts) => {
      const all = bytes(lines.map((line) => `${line}\n`).join(""));
      const chunks: Uint8Array[] = [];
      for (let at = 0, turn = 0; at < all.length; turn += 1) {
        const size = cuts[turn % cuts.length]! + 1;
        chunks.push(all.subarray(at, at + size));
        at += size;
      }
      const kept = lines.filter((line) => line !== "");
      assert.deepEqual(
        collect(new LineSplitter(1 << 20), chunks),
        kept.map((line) => [line, bytes(line).length]),
      );
    }),
    { seed: 11, numRuns: 200 },
  );
});

Deno.test("a line of exactly the limit passes, one byte more does not", () => {
  assert.deepEqual(collect(new LineSplitter(4), [bytes("abcd\n")]), [["abcd", 4]]);
  assert.deepEqual(collect(new LineSplitter(4), [bytes("ab"), bytes("cd\n")]), [["abcd", 4]]);
  const refuse = () => assert.fail("no line is whole");
  assert.equal(new LineSplitter(4).push(bytes("abcde\n"), refuse), false);
  assert.equal(new LineSplitter(4).push(bytes("abcde"), refuse), false);
});

Deno.test("invalid UTF-8 becomes replacement characters", () => {
  assert.deepEqual(collect(new LineSplitter(9), [new Uint8Array([0xff, 0x61, 10])]), [[
    "\ufffda",
    2,
  ]]);
});

Deno.test("stray bytes in front of a frame cost a line of their own", () => {
  const stream = `garbage${toGuestLine("n_1", "{}")}`;
  const lines = collect(new LineSplitter(100), [bytes(stream)]).map(([line]) => line);
  assert.deepEqual(lines, ["garbage", "n_1 {}"]);
  assert.deepEqual(lines.map((line) => openGuestLine("n_1", line)), [undefined, "{}"]);
  assert.equal(openGuestLine("n_1", "n_12 {}"), undefined);
  assert.equal(openGuestLine("n_1", "n_1"), undefined);
});
