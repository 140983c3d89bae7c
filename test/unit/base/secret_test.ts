/** A secret is shown by `reveal` and by nothing else. */

import assert from "node:assert/strict";
import { inspect } from "node:util";
import { Secret } from "../../../src/base/secret.ts";

Deno.test("Secret: every way of printing shows [secret]", () => {
  const secret = new Secret("hush");
  assert.equal(secret.reveal(), "hush");
  assert.deepEqual(
    [`${secret}`, String(secret), secret + "", JSON.stringify(secret), inspect(secret)],
    ["[secret]", "[secret]", "[secret]", '"[secret]"', "[secret]"],
  );
  assert.equal(Deno.inspect({ secret }), "{ secret: [secret] }");
  assert.deepEqual(Object.getOwnPropertyNames(secret), []);
  assert.deepEqual(structuredClone(secret), {});
});
