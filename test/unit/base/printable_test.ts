/** What callers choose neither ends a line nor steers a terminal. */

import assert from "node:assert/strict";
import { printableJson } from "../../../src/base/printable.ts";

Deno.test("printableJson: what JSON leaves as it is becomes an escape that means the same", () => {
  const text = "a\u2028b\u2029\u009b31m\u0085\u202e\u2066\u007f\u001b ä";
  const printed = printableJson(JSON.stringify(text));
  assert.equal(
    printed,
    '"a\\u2028b\\u2029\\u009b31m\\u0085\\u202e\\u2066\\u007f\\u001b ä"',
  );
  assert.equal(JSON.parse(printed), text);
});
