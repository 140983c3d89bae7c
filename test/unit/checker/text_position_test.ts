import assert from "node:assert/strict";
import { PositionedText, SNIPPET_WIDTH } from "../../../src/checker/text_position.ts";

Deno.test("lines end with LF, CRLF, CR and the Unicode separators", () => {
  const text = new PositionedText("a\nb\r\nc\rd\u2028e");
  const lines = [0, 2, 5, 7, 9].map((offset) => text.rangeOf(offset, offset + 1).line);
  assert.deepEqual(lines, [1, 2, 3, 4, 5]);
  assert.deepEqual(text.rangeOf(5, 6), { line: 3, column: 1, endLine: 3, endColumn: 2 });
});

Deno.test("an empty range covers one column, even at the end", () => {
  const text = new PositionedText("ab");
  const range = text.rangeOf(2, 2);
  assert.deepEqual(range, { line: 1, column: 3, endLine: 1, endColumn: 4 });
  assert.equal(text.snippetOf(range), "ab\n  ^");
});

Deno.test("tabs stay tabs before the caret", () => {
  const text = new PositionedText("\t\tfoo(bar)");
  assert.equal(text.snippetOf(text.rangeOf(6, 9)), "\t\tfoo(bar)\n\t\t    ^^^");
});

Deno.test("a range over several lines is marked to the end of its first", () => {
  const text = new PositionedText("ab(\n1)");
  assert.equal(text.snippetOf(text.rangeOf(1, 6)), "ab(\n ^^");
});

Deno.test("long lines are cut around the place", () => {
  const text = new PositionedText("x".repeat(200) + "HERE" + "y".repeat(200));
  const [line = "", carets = ""] = text.snippetOf(text.rangeOf(200, 204)).split("\n");
  assert.equal(line, "…" + "x".repeat(40) + "HERE" + "y".repeat(SNIPPET_WIDTH - 44) + "…");
  assert.equal(carets, " ".repeat(41) + "^^^^");
  const end = new PositionedText("x".repeat(200) + "E");
  assert.equal(
    end.snippetOf(end.rangeOf(200, 201)),
    "…" + "x".repeat(119) + "E\n" + " ".repeat(120) + "^",
  );
});

Deno.test("what cannot be printed becomes one replacement character each", () => {
  const text = new PositionedText("a\0\ud800\x1bb");
  assert.equal(text.snippetOf(text.rangeOf(4, 5)), "a\uFFFD\uFFFD\uFFFDb\n    ^");
});
