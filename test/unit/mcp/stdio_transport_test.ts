import assert from "node:assert/strict";
import { printable } from "../../../src/mcp/stdio_transport.ts";

Deno.test("printable: colours go, what else could draw on a terminal becomes a mark", () => {
  assert.equal(
    printable("\x1b[0m\x1b[1;31merror\x1b[0m: no\x1b]0;title\x07\x1b[2J"),
    "error: no\ufffd]0;title\ufffd\ufffd[2J",
  );
});
