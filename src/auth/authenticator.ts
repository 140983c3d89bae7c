/** Says who sent a request. */

import type { Clock } from "../base/clock.ts";
import type { CapabilitySet } from "../capability/mod.ts";
import type { SecurityConfig } from "../config/mod.ts";
import { createApiKeyAuthenticator } from "./api_key.ts";
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

/** The configured authenticator. */
export function createAuthenticator(
  { auth, capabilities }: SecurityConfig,
  clock: Clock,
): Authenticator {
  const usual = defaultGrant(capabilities);
  if (auth.provider === "api-key") return createApiKeyAuthenticator(auth.keys, usual);
  if (auth.provider === "oauth2") return createOauthAuthenticator(auth, { usual, clock });
  return createAnonymous(usual);
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
