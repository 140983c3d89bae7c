/** Who sent a request: the authenticator's word, and a count of wrong ones by the address they came from. */

import type { Context } from "hono";
import type { Authenticator, Principal } from "../auth/mod.ts";
import { CodemodeError } from "../base/errors.ts";
import type { Env } from "./env.ts";
import { KnownCredentials } from "./known_credentials.ts";
import { NO_ADDRESS, remoteAddress } from "./remote_address.ts";
import type { FailedAttempts } from "./request_rate.ts";

/** Rejects with `UNAUTHENTICATED`, `RATE_LIMITED`, or `IDENTITY_PROVIDER_UNAVAILABLE`. */
export type Identify = (c: Context<Env>) => Promise<Principal>;

/** What {@link createIdentify} asks. */
export interface IdentifyParts {
  readonly authenticator: Authenticator;
  readonly attempts: FailedAttempts;
  readonly trustedProxies: readonly string[];
}

/** Headers that carry a credential; a request without one guesses nothing. */
const CREDENTIALS: readonly string[] = Object.freeze(["authorization", "x-api-key"]);

/** Whether a request says who sent it, truly or not. */
export function hasCredentials(headers: Headers): boolean {
  return CREDENTIALS.some((name) => headers.has(name));
}

/** The one place where credentials are looked at, so that none can be guessed through another. */
export function createIdentify(
  { authenticator, attempts, trustedProxies }: IdentifyParts,
): Identify {
  const known = new KnownCredentials(CREDENTIALS);
  return async (c) => {
    const { headers } = c.req.raw;
    if (!hasCredentials(headers)) return await authenticator.authenticate(headers);
    const forwarded = headers.get("x-forwarded-for") ?? undefined;
    const address = remoteAddress(c.env?.remoteAddress ?? NO_ADDRESS, forwarded, trustedProxies);
    // Who was let in before guesses nothing: others at its address cannot lock it out.
    if (!known.has(headers)) attempts.assertAllowed(address);
    try {
      const principal = await authenticator.authenticate(headers);
      known.remember(headers);
      return principal;
    } catch (error) {
      if (error instanceof CodemodeError && error.code === "UNAUTHENTICATED") {
        known.forget(headers);
        attempts.failed(address);
      }
      throw error;
    }
  };
}
