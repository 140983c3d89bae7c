/** OAuth 2: callers bring JSON Web Tokens that the configured issuer has signed (RFC 9068). */

import { errors, type JWTPayload, jwtVerify } from "jose";
import type { Clock } from "../base/clock.ts";
import { CodemodeError } from "../base/errors.ts";
import { type CapabilitySet, NO_CAPABILITIES, union } from "../capability/mod.ts";
import type { AuthConfig } from "../config/mod.ts";
import type { Authenticator } from "./authenticator.ts";
import { unauthenticated } from "./challenge.ts";
import { readCredential } from "./credentials.ts";
import type { Principal } from "./principal.ts";
import { createSigningKeys } from "./signing_keys.ts";

// SAFETY: `none` and every symmetric algorithm stay out: with the latter a public key would do as the
// secret (test/integration/auth/oauth_test.ts sends both).
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

/** Types of tokens that are for APIs; an ID token says nothing of its type, or `JWT`. */
const TOKEN_TYPES: ReadonlySet<string> = new Set(["jwt", "at+jwt", "application/at+jwt"]);

/** Longest id, and most scopes, of a principal. */
const MAX_ID = 256;
const MAX_SCOPES = 64;

/** What an OAuth authenticator is made of. */
export interface OauthContext {
  /** Granted where no scope is mapped. */
  readonly usual: CapabilitySet;
  readonly clock: Clock;
}

/** Knows callers by the tokens of `auth.issuer` for `auth.audience`. */
export function createOauthAuthenticator(auth: AuthConfig, context: OauthContext): Authenticator {
  const { issuer = "", audience = "", jwksUri, clockSkewMs } = auth;
  const keys = createSigningKeys({ issuer, ...(jwksUri === undefined ? {} : { jwksUri }) });
  const verify = async (token: string): Promise<JWTPayload> => {
    const { payload, protectedHeader } = await jwtVerify(token, keys, {
      issuer,
      audience,
      algorithms: ALGORITHMS,
      requiredClaims: ["exp"],
      clockTolerance: clockSkewMs / 1000,
      currentDate: new Date(context.clock.now()),
    });
    const { typ } = protectedHeader;
    if (typ !== undefined && !TOKEN_TYPES.has(typ.toLowerCase())) throw new TypeError("its type");
    return payload;
  };
  return {
    issuer,
    async authenticate(headers) {
      const token = readCredential(headers);
      try {
        return toPrincipal(await verify(token), auth, context.usual);
      } catch (error) {
        if (error instanceof CodemodeError) throw error;
        throw unauthenticated(`the token is not valid: ${explain(error)}`, "invalid_token");
      }
    },
  };
}

function toPrincipal(payload: JWTPayload, auth: AuthConfig, usual: CapabilitySet): Principal {
  const id = [payload.sub, payload["client_id"], payload["azp"]].find(isName);
  if (id === undefined) throw new TypeError("it names nobody");
  const scopes = readScopes(payload);
  return Object.freeze({ id, scopes, grant: grantOf(scopes, auth, usual) });
}

function isName(value: unknown): value is string {
  return typeof value === "string" && value !== "" && value.length <= MAX_ID;
}

/** `scope` of RFC 8693, one text; `scp` of some issuers, a text or a list. `*` is nobody's to give. */
function readScopes(payload: JWTPayload): readonly string[] {
  const given = payload["scope"] ?? payload["scp"] ?? [];
  const names = typeof given === "string" ? given.split(" ") : Array.isArray(given) ? given : [];
  const scopes = names.filter((name) => isName(name) && name !== "*").slice(0, MAX_SCOPES);
  return Object.freeze([...new Set<string>(scopes)]);
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

function explain(error: unknown): string {
  if (error instanceof errors.JWTExpired) return "it has expired";
  if (error instanceof errors.JWTClaimValidationFailed) return `its claim "${error.claim}"`;
  if (error instanceof errors.JOSEAlgNotAllowed) return "its algorithm";
  if (error instanceof errors.JWKSNoMatchingKey) return "its key is not known";
  if (error instanceof errors.JWSSignatureVerificationFailed) return "its signature";
  return error instanceof TypeError && error.message.startsWith("it") ? error.message : "its form";
}
