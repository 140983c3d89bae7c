/** OAuth 2: callers bring JSON Web Tokens that the configured issuer has signed (RFC 9068). */

import { errors, type JWTPayload, jwtVerify } from "jose";
import type { Clock } from "../base/clock.ts";
import { CodemodeError } from "../base/errors.ts";
import { type CapabilitySet, NO_CAPABILITIES, union } from "../capability/mod.ts";
import type { AuthConfig } from "../config/mod.ts";
import type { Authenticator } from "./authenticator.ts";
import { unauthenticated } from "./challenge.ts";
import { readCredential } from "./credentials.ts";
import type { IssuerKeys } from "./issuer_keys.ts";
import type { Principal } from "./principal.ts";
import { assertAccessToken, principalIdOf, scopesOf } from "./token_claims.ts";

// SAFETY: `none` and every symmetric algorithm stay out: with the latter a public key would do as the
// secret (test/unit/auth/oauth_test.ts brings both).
const ALGORITHMS = [
  "RS256",
  "RS384",
  "RS512",
  "PS256",
  "PS384",
  "PS512",
  "ES256",
  "ES384",
  "ES512",
  "EdDSA",
  "Ed25519",
];

/** The configuration with what this provider cannot be without. */
export type OauthConfig = AuthConfig & { readonly issuer: string; readonly audience: string };

/** What an OAuth authenticator is made of. */
export interface OauthContext {
  /** Granted where no scope is mapped. */
  readonly usual: CapabilitySet;
  readonly keys: Pick<IssuerKeys, "find">;
  readonly clock: Clock;
}

/** Knows callers by the tokens of `auth.issuer` for `auth.audience`. */
export function createOauthAuthenticator(auth: OauthConfig, context: OauthContext): Authenticator {
  const { issuer, audience, clockSkewMs } = auth;
  const { keys, clock, usual } = context;
  const verify = async (token: string): Promise<JWTPayload> => {
    const { payload, protectedHeader } = await jwtVerify(token, keys.find, {
      issuer,
      audience,
      algorithms: ALGORITHMS,
      requiredClaims: ["exp"],
      clockTolerance: clockSkewMs / 1000,
      currentDate: new Date(clock.now()),
    });
    assertAccessToken(protectedHeader.typ, payload, clock.now() + clockSkewMs);
    return payload;
  };
  return {
    issuer,
    async authenticate(headers) {
      const token = readCredential(headers);
      try {
        const payload = await verify(token);
        const scopes = scopesOf(payload);
        const grant = grantOf(scopes, auth, usual);
        const expiresAt = expiryOf(payload, clockSkewMs);
        return Object.freeze({ id: principalIdOf(payload), scopes, grant, ...expiresAt });
      } catch (error) {
        if (error instanceof CodemodeError) throw error;
        throw unauthenticated(reasonOf(error), "invalid_token");
      }
    },
  };
}

/** When the token will be refused; its `exp` was asked for and looked at. */
function expiryOf({ exp }: JWTPayload, clockSkewMs: number): Pick<Principal, "expiresAt"> {
  return exp === undefined ? {} : { expiresAt: exp * 1000 + clockSkewMs };
}

/** What mapped scopes grant together; where none is mapped, what everybody is granted. */
function grantOf(
  scopes: readonly string[],
  { scopes: mapped }: AuthConfig,
  usual: CapabilitySet,
): CapabilitySet {
  if (Object.keys(mapped).length === 0) return usual;
  return scopes.filter((scope) => Object.hasOwn(mapped, scope))
    .map((scope) => mapped[scope]!)
    .reduce(union, NO_CAPABILITIES);
}

/**
 * SAFETY: claims are judged after the signature, so only what was signed by the issuer is told what is
 * wrong with it. All else is one message, which tells neither keys nor algorithms apart
 * (test/unit/auth/oauth_test.ts compares them).
 */
function reasonOf(error: unknown): string {
  if (error instanceof errors.JWTExpired) return "the token has expired";
  if (!(error instanceof errors.JWTClaimValidationFailed)) return "the token is not valid";
  switch (error.claim) {
    case "aud":
      return "the token is for another audience";
    case "iss":
      return "the token is of another issuer";
    case "nbf":
      return "the token is not valid yet";
    default:
      return `the token's ${error.claim} is not valid`;
  }
}
