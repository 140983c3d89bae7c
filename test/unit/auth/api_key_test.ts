/** How a key is looked up: by its hash, all entries compared, whichever is right. */

import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { createApiKey, createApiKeyAuthenticator } from "../../../src/auth/api_key.ts";

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
const made = [createApiKey(), createApiKey(), createApiKey()];
const KEYS = made.map(({ hash }, index) => ({ id: `key-${index}`, hash, scopes: [] }));

/** Looks a key up; who it is, and what was compared with what. */
async function lookUp(key: string) {
  const compared: [string, string][] = [];
  const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");
  const { authenticate } = createApiKeyAuthenticator(KEYS, {}, (known, given) => {
    compared.push([hex(known), hex(given)]);
    return hex(known) === hex(given);
  });
  const id = await authenticate(new Headers({ "x-api-key": key }))
    .then((principal) => principal.id, (error) => error.message);
  return { id, compared };
}

Deno.test("a key is looked up by its hash, and every entry is compared", async () => {
  const keys = made.map(({ key }) => key);
  const unknown = "The caller is not known: the key is not valid";
  for (const [index, key] of [...keys, createApiKey().key, `${keys[0]}x`].entries()) {
    const { id, compared } = await lookUp(key);
    assert.equal(id, index < made.length ? `key-${index}` : unknown);
    assert.deepEqual(
      compared,
      made.map(({ hash }) => [hash.slice("sha256:".length), sha256(key)]),
    );
  }
});

Deno.test("what leaks of a configuration lets nobody in", async () => {
  for (const { hash } of made) {
    for (const told of [hash, hash.slice("sha256:".length), hash.toUpperCase()]) {
      assert.equal((await lookUp(told)).id, "The caller is not known: the key is not valid");
    }
  }
});
