/** The built guest is the one its sources make. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { builtPath, bundleGuest } from "../../../scripts/build_guest.ts";

Deno.test("the built guest is what its sources say", () => {
  assert.equal(readFileSync(builtPath("deno"), "utf8"), bundleGuest("deno"));
});

Deno.test("the built guest has no comment, which would slow each start", () => {
  assert.ok(!/^\s*(\/\/|\/\*)/m.test(readFileSync(builtPath("deno"), "utf8")));
});
