/** Lets a request through as somebody who may do what the route does, or not at all. */

import type { MiddlewareHandler } from "hono";
import { type Authenticator, hasScope, insufficientScope, type Scope } from "../../auth/mod.ts";
import { CodemodeError } from "../../base/errors.ts";
import type { Env } from "../env.ts";
import { NO_ADDRESS, remoteAddress } from "../remote_address.ts";
import type { FailedAttempts, RequestRate } from "../request_rate.ts";

/** What the middleware asks besides the authenticator. */
export interface AuthenticateOptions {
  readonly attempts: FailedAttempts;
  readonly rate: RequestRate;
  readonly trustedProxies: readonly string[];
  /** What the route does. */
  readonly scope: Scope;
}

/** Headers that carry a credential; a request without one guesses nothing. */
const CREDENTIALS: readonly string[] = Object.freeze(["authorization", "x-api-key"]);

/**
 * Puts the principal into the context; throws `UNAUTHENTICATED`, `RATE_LIMITED`, or `FORBIDDEN` without
 * the scope.
 */
export function authenticate(
  authenticator: Authenticator,
  { attempts, rate, trustedProxies, scope }: AuthenticateOptions,
): MiddlewareHandler<Env> {
  return async (c, next) => {
    const { headers } = c.req.raw;
    const socket = c.env?.remoteAddress ?? NO_ADDRESS;
    const forwarded = headers.get("x-forwarded-for") ?? undefined;
    const address = remoteAddress(socket, forwarded, trustedProxies);
    const guesses = CREDENTIALS.some((name) => headers.has(name));
    if (guesses) attempts.assertAllowed(address);
    try {
      c.set("principal", await authenticator.authenticate(headers));
    } catch (error) {
      const isWrong = error instanceof CodemodeError && error.code === "UNAUTHENTICATED";
      if (guesses && isWrong) attempts.failed(address);
      throw error;
    }
    const principal = c.get("principal");
    // Who watches the service must see it also when callers are too many.
    if (scope !== "codemode:metrics") rate.count(principal.id);
    if (!hasScope(principal, scope)) throw insufficientScope(scope);
    await next();
  };
}
