/** Base64, with and without a built-in. */

import assert from "node:assert/strict";
import fc from "fast-check";
import {
  decodeBase64,
  decodeBase64Slowly,
  encodeBase64,
  encodeBase64Slowly,
} from "../../../src/protocol/base64.ts";

Deno.test("both ways of base64 agree with each other and come back", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 50 }), (bytes) => {
      const text = encodeBase64(bytes);
      assert.equal(encodeBase64Slowly(bytes), text);
      assert.deepEqual(decodeBase64(text), bytes);
      assert.deepEqual(decodeBase64Slowly(text), bytes);
    }),
    { seed: 7, numRuns: 200 },
  );
});

Deno.test("text that is not base64 throws", () => {
  for (const text of ["A", "AB", "ABC", "A===", "AB=C", "A*==", "éé=="]) {
    assert.throws(() => decodeBase64(text), text);
    assert.throws(() => decodeBase64Slowly(text), text);
  }
});
