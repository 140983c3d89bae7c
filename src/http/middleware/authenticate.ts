/** Lets a request through as somebody who may do what the route does, or not at all. */

import type { MiddlewareHandler } from "hono";
import { hasScope, insufficientScope, type Scope } from "../../auth/mod.ts";
import type { Env } from "../env.ts";
import type { Identify } from "../identify.ts";
import type { RequestRate } from "../request_rate.ts";

/** What the middleware asks besides who it is. */
export interface AuthenticateOptions {
  readonly rate: RequestRate;
  /** What the route does. */
  readonly scope: Scope;
}

/**
 * Puts the principal into the context; throws `UNAUTHENTICATED`, `RATE_LIMITED`, or `FORBIDDEN` without
 * the scope.
 */
export function authenticate(
  identify: Identify,
  { rate, scope }: AuthenticateOptions,
): MiddlewareHandler<Env> {
  return async (c, next) => {
    const principal = await identify(c);
    c.set("principal", principal);
    // Who watches the service must see it also when callers are too many.
    if (scope !== "codemode:metrics") rate.count(principal.id);
    if (!hasScope(principal, scope)) throw insufficientScope(scope);
    await next();
  };
}
