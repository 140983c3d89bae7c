/** API keys: random texts of which only hashes are kept. */

import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { Buffer } from "node:buffer";
import type { CapabilitySet } from "../capability/mod.ts";
import type { ApiKeyConfig } from "../config/mod.ts";
import { unauthenticated } from "./challenge.ts";
import { readCredential } from "./credentials.ts";
import type { Principal } from "./principal.ts";
import type { Authenticator } from "./authenticator.ts";

const KEY_BYTES = 32;
const HASH_PREFIX = "sha256:";

/** A new key of 256 random bits and the hash that goes into the configuration. */
export function createApiKey(): { readonly key: string; readonly hash: string } {
  const key = `cm_${randomBytes(KEY_BYTES).toString("base64url")}`;
  return { key, hash: `${HASH_PREFIX}${digest(key).toString("hex")}` };
}

/**
 * Knows callers by their keys; `usual` is granted where a key's entry does not say. `isEqual` must take
 * the same time whatever it compares.
 */
export function createApiKeyAuthenticator(
  keys: readonly ApiKeyConfig[],
  usual: CapabilitySet,
  isEqual: (known: Uint8Array, given: Uint8Array) => boolean = timingSafeEqual,
): Authenticator {
  const entries = keys.map((key) => ({
    hash: Buffer.from(key.hash.slice(HASH_PREFIX.length), "hex"),
    principal: toPrincipal(key, usual),
  }));
  const find = (headers: Headers): Principal => {
    const hash = digest(readCredential(headers));
    let found: Principal | undefined;
    // SAFETY: every entry is compared, each in constant time, so that how long it takes tells
    // nothing about the keys (test/unit/auth/api_key_test.ts counts what is compared).
    for (const entry of entries) {
      if (isEqual(entry.hash, hash)) found = entry.principal;
    }
    if (found === undefined) throw unauthenticated("the key is not valid", "invalid_token");
    return found;
  };
  return { authenticate: (headers) => new Promise((resolve) => resolve(find(headers))) };
}

function toPrincipal({ id, scopes, capabilities }: ApiKeyConfig, usual: CapabilitySet): Principal {
  return Object.freeze({ id, scopes: Object.freeze([...scopes]), grant: capabilities ?? usual });
}

/** No salt and one round are enough: a key has 256 random bits, so there is nothing to guess. */
function digest(key: string): Buffer {
  return createHash("sha256").update(key).digest();
}
