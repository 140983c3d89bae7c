/**
 * The issuer's public keys: found through its metadata, kept, fetched again when a token names an
 * unknown one (at most every 30 s), and used on while the issuer cannot be reached.
 */

import {
  createLocalJWKSet,
  createRemoteJWKSet,
  customFetch,
  errors,
  type JWTVerifyGetKey,
} from "jose";
import { CodemodeError } from "../base/errors.ts";
import { fetchDocument } from "./fetch_document.ts";

/** Milliseconds between two fetches for the sake of unknown keys. */
const COOLDOWN_MS = 30_000;
/** Milliseconds after which keys are fetched again. */
const MAX_AGE_MS = 10 * 60_000;

/** Where the keys are. */
export interface KeySource {
  readonly issuer: string;
  /** @default what the issuer's metadata says */
  readonly jwksUri?: string;
}

/** Finds the key of a token. Nothing is fetched before the first token comes. */
export function createSigningKeys({ issuer, jwksUri }: KeySource): JWTVerifyGetKey {
  let opened: Promise<JWTVerifyGetKey> | undefined;
  const forget = (error: unknown) => {
    opened = undefined; // A discovery that failed is tried again with the next token.
    throw error;
  };
  const open = async () => keysAt(jwksUri ?? await discoverKeys(issuer));
  return async (header, token) => {
    try {
      const keys = await (opened ??= open().catch(forget));
      return await keys(header, token);
    } catch (error) {
      throw isAboutToken(error) ? error : unavailable(issuer, error);
    }
  };
}

function keysAt(url: string): JWTVerifyGetKey {
  const remote = createRemoteJWKSet(new URL(url), {
    cooldownDuration: COOLDOWN_MS,
    cacheMaxAge: MAX_AGE_MS,
    [customFetch]: (address, { headers }) => fetchDocument(address, { headers }),
  });
  return async (header, token) => {
    try {
      return await remote(header, token);
    } catch (error) {
      const kept = remote.jwks();
      if (isAboutToken(error) || kept === undefined) throw error;
      return await createLocalJWKSet(kept)(header, token);
    }
  };
}

/** RFC 8414 first, then OpenID Connect Discovery. */
async function discoverKeys(issuer: string): Promise<string> {
  const { origin, pathname } = new URL(issuer);
  const path = pathname.replace(/\/$/, "");
  const places = [
    `${origin}/.well-known/oauth-authorization-server${path}`,
    `${origin}${path}/.well-known/openid-configuration`,
  ];
  for (const place of places) {
    const answer = await fetchDocument(place);
    if (!answer.ok) continue;
    const metadata = await answer.json() as { issuer?: unknown; jwks_uri?: unknown };
    // SAFETY: metadata of another issuer would let it name its own keys (RFC 8414, section 3.3);
    // test/integration/auth/oauth_test.ts serves such a document.
    if (metadata.issuer !== issuer) throw new Error(`${place} is about another issuer`);
    if (typeof metadata.jwks_uri === "string") return metadata.jwks_uri;
  }
  throw new Error(`the metadata of ${issuer} names no keys`);
}

function isAboutToken(error: unknown): boolean {
  return error instanceof errors.JWKSNoMatchingKey ||
    error instanceof errors.JWKSMultipleMatchingKeys || error instanceof errors.JOSENotSupported;
}

function unavailable(issuer: string, cause: unknown): CodemodeError {
  const message = `The keys of ${issuer} cannot be had, so no token can be checked`;
  return new CodemodeError("IDENTITY_PROVIDER_UNAVAILABLE", message, { cause });
}
