/** The built guests are the ones their sources make. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { builtPath, bundleGuest, ENTRIES } from "../../../scripts/build_guest.ts";

for (const entry of ENTRIES) {
  Deno.test(`the built guest ${entry} is what its sources say`, () => {
    assert.equal(readFileSync(builtPath(entry), "utf8"), bundleGuest(entry));
  });

  Deno.test(`the built guest ${entry} has no comment, which would slow each start`, () => {
    assert.ok(!/^\s*(\/\/|\/\*)/m.test(readFileSync(builtPath(entry), "utf8")));
  });
}
