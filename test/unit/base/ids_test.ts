/** Identifiers have their form and do not repeat. */

import assert from "node:assert/strict";
import { newId } from "../../../src/base/ids.ts";

Deno.test("newId: the prefix, an underscore, 32 hex digits", () => {
  assert.match(newId("exec"), /^exec_[0-9a-f]{32}$/);
});

Deno.test("newId: a thousand are a thousand", () => {
  assert.equal(new Set(Array.from({ length: 1000 }, () => newId("req"))).size, 1000);
});
