/** Says who sent a request. */

import type { Clock } from "../base/clock.ts";
import { CodemodeError } from "../base/errors.ts";
import { type Logger, silentLogger } from "../base/log.ts";
import type { CapabilitySet } from "../capability/mod.ts";
import type { SecurityConfig } from "../config/mod.ts";
import { createApiKeyAuthenticator } from "./api_key.ts";
import { IssuerKeys } from "./issuer_keys.ts";
import { createOauthAuthenticator } from "./oauth.ts";
import type { Principal } from "./principal.ts";

/**
 * Headers in, principal out; rejects with `UNAUTHENTICATED`, or `IDENTITY_PROVIDER_UNAVAILABLE` when
 * the issuer's keys cannot be had.
 */
export interface Authenticator {
  authenticate(headers: Headers): Promise<Principal>;
  /** The authorization server that callers get their tokens of; absent where there is none. */
  readonly issuer?: string;
}

/** What authenticators are made of besides the configuration. */
export interface AuthenticatorParts {
  readonly clock: Clock;
  /** Told when an issuer's keys cannot be had. @default nobody */
  readonly logger?: Logger;
  /** @default globalThis.fetch */
  readonly fetch?: typeof globalThis.fetch;
}

/** The configured authenticator; throws `CONFIG_INVALID` for one that lacks what it needs. */
export function createAuthenticator(
  { auth, capabilities }: SecurityConfig,
  parts: AuthenticatorParts,
): Authenticator {
  const usual = defaultGrant(capabilities);
  switch (auth.provider) {
    case "none":
      return createAnonymous(usual);
    case "api-key":
      return createApiKeyAuthenticator(auth.keys, usual);
    case "oauth2":
      return createOauth(auth, usual, parts);
    default:
      // SAFETY: a provider that is not known must stop the start, not let everybody in
      // (test/unit/auth/authenticator_test.ts names one).
      throw unusable(`the provider ${auth.provider satisfies never} is not known`);
  }
}

function createOauth(
  auth: SecurityConfig["auth"],
  usual: CapabilitySet,
  { clock, logger = silentLogger, fetch = globalThis.fetch }: AuthenticatorParts,
): Authenticator {
  const { issuer, audience, jwksUri } = auth;
  if (issuer === undefined || audience === undefined) {
    throw unusable("oauth2 needs an issuer and an audience");
  }
  const where = jwksUri === undefined ? { issuer } : { issuer, jwksUri };
  const keys = new IssuerKeys({ ...where, clock, logger, fetch });
  return createOauthAuthenticator({ ...auth, issuer, audience }, { usual, keys, clock });
}

function unusable(what: string): CodemodeError {
  return new CodemodeError("CONFIG_INVALID", `security.auth: ${what}`);
}

/** Everybody is the same nobody, who may do everything the configuration grants. */
function createAnonymous(grant: CapabilitySet): Authenticator {
  const anonymous: Principal = Object.freeze({
    id: "anonymous",
    scopes: Object.freeze(["*"]),
    grant,
  });
  return { authenticate: () => Promise.resolve(anonymous) };
}

/** The configured grant; where it says nothing of servers, all configured ones are granted. */
export function defaultGrant(capabilities: CapabilitySet): CapabilitySet {
  const { allowedServers = ["*"], ...mcp } = capabilities.mcp ?? {};
  return Object.freeze({ ...capabilities, mcp: Object.freeze({ ...mcp, allowedServers }) });
}
