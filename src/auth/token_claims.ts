/** What a verified token says of its sender, read strictly: who it is and which scopes it has. */

import type { JWTPayload } from "jose";
import { unauthenticated } from "./challenge.ts";

/** Longest id, and most scopes, of a principal. */
const MAX_ID_LENGTH = 256;
const MAX_SCOPES = 64;

/** Characters that could end a line of a log, or make an id look like another one. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;

/** The principal's id: `sub`, which RFC 9068 requires. Throws `UNAUTHENTICATED` for what is no name. */
export function principalIdOf({ sub }: JWTPayload): string {
  if (sub === undefined) throw unauthenticated("the token names nobody", "invalid_token");
  const isId = typeof sub === "string" && sub !== "" && sub.length <= MAX_ID_LENGTH &&
    !UNSEEN.test(sub);
  if (!isId) throw unauthenticated("the token's subject is not a name", "invalid_token");
  return sub;
}

/** The scopes of `scope` (RFC 8693) and of `scp`, which some issuers use; each a text or a list. */
export function scopesOf(claims: JWTPayload): readonly string[] {
  const given = [claims["scope"], claims["scp"]].flatMap((claim): unknown[] =>
    typeof claim === "string" ? claim.split(" ") : Array.isArray(claim) ? claim : []
  );
  // SAFETY: `*` is everything, for principals of the operator; no issuer can give it
  // (test/unit/auth/oauth_test.ts brings tokens with it).
  const scopes = given.filter((scope): scope is string =>
    typeof scope === "string" && scope !== "" && scope !== "*" && scope.length <= MAX_ID_LENGTH
  );
  return Object.freeze([...new Set(scopes)].slice(0, MAX_SCOPES));
}

/**
 * Throws `UNAUTHENTICATED` for a verified token that is not for callers of an API: another kind of
 * token, one that is bound to its sender, one of the future.
 */
export function assertAccessToken(type: unknown, claims: JWTPayload, latestMs: number): void {
  if (type !== undefined && !(typeof type === "string" && TOKEN_TYPES.has(type.toLowerCase()))) {
    throw unauthenticated("the token is not an access token", "invalid_token");
  }
  // SAFETY: such a token is good only together with its sender's key, which is not asked for here;
  // taken alone it would be good for whoever stole it (test/unit/auth/oauth_test.ts brings one).
  if (claims["cnf"] !== undefined) {
    throw unauthenticated(
      "the token is bound to a key, which cannot be proven here",
      "invalid_token",
    );
  }
  if (claims.iat !== undefined && claims.iat * 1000 > latestMs) {
    throw unauthenticated("the token was issued in the future", "invalid_token");
  }
}

/** Types of tokens that are for APIs; an ID token says nothing of its type, or `JWT`. */
const TOKEN_TYPES: ReadonlySet<string> = new Set(["jwt", "at+jwt", "application/at+jwt"]);
