/** Lets a request through as somebody who may do what the route does, or not at all. */

import type { MiddlewareHandler } from "hono";
import { type Authenticator, hasScope, insufficientScope, type Scope } from "../../auth/mod.ts";
import type { Env } from "../env.ts";

/** Puts the principal into the context; throws `UNAUTHENTICATED`, or `FORBIDDEN` without the scope. */
export function authenticate(authenticator: Authenticator, scope: Scope): MiddlewareHandler<Env> {
  return async (c, next) => {
    const principal = await authenticator.authenticate(c.req.raw.headers);
    if (!hasScope(principal, scope)) throw insufficientScope(scope);
    c.set("principal", principal);
    await next();
  };
}
