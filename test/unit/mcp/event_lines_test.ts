import assert from "node:assert/strict";
import { EventLines } from "../../../src/mcp/event_lines.ts";

/** What is seen of a stream that comes in chunks of `size` bytes. */
function seenOf(text: string, size: number): string {
  const bytes = new TextEncoder().encode(text);
  const lines = new EventLines();
  const seen: number[] = [];
  for (let at = 0; at < bytes.length; at += size) {
    seen.push(...lines.push(bytes.subarray(at, at + size)));
  }
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(new Uint8Array(seen));
}

function assertSeen(text: string, expected: string): void {
  for (let size = 1; size <= text.length; size += 1) {
    assert.equal(seenOf(text, size), expected, `in chunks of ${size}`);
  }
}

Deno.test("event lines: fields are seen, by their name alone or with a value", () => {
  const fields = "data\ndata:\ndata: 1\nevent:x\nid\nid:7\nretry: 10\n";
  assertSeen(fields, fields);
});

Deno.test("event lines: what is no field is not seen", () => {
  assertSeen(
    ": comment\ndat\ndatax: 1\nData: 1\n data: 1\nids\nretry2:3\n\u00e4\ndata:1\n",
    "data:1\n",
  );
});

Deno.test("event lines: every end of a line is seen as LF", () => {
  assertSeen("data:1\rdata:2\r\ndata:3\ndata:4\r\r\n", "data:1\ndata:2\ndata:3\ndata:4\n\n");
});

Deno.test("event lines: one empty line ends an event, more of them mean nothing", () => {
  assertSeen("\n\ndata:1\n\n\n:x\n\ndata:2\r\r\r\n\r\nid\n\n", "data:1\n\ndata:2\n\nid\n\n");
});

Deno.test("event lines: the mark of a stream is none of its first line", () => {
  assertSeen("\ufeffdata:1\n\ufeffdata:2\n", "data:1\n");
  assertSeen("\ufeff\ndata:1\n", "data:1\n");
  assertSeen("\ufeff:\ndata:1\n", "data:1\n");
});

Deno.test("event lines: a value is seen as it comes, a line that is not told yet is not", () => {
  const lines = new EventLines();
  const push = (text: string) =>
    new TextDecoder().decode(lines.push(new TextEncoder().encode(text)));
  assert.deepEqual(["data", ": 123456", "789", "\r", "\n", "\n"].map(push), [
    "",
    "data: 123456",
    "789",
    "\n",
    "",
    "\n",
  ]);
});
