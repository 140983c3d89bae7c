/** Lets a request through as somebody, or not at all. */

import type { MiddlewareHandler } from "hono";
import type { Authenticator } from "../../auth/mod.ts";
import type { Env } from "../env.ts";

/** Puts the principal into the context; throws `UNAUTHENTICATED`. */
export function authenticate(authenticator: Authenticator): MiddlewareHandler<Env> {
  return async (c, next) => {
    c.set("principal", await authenticator.authenticate(c.req.raw.headers));
    await next();
  };
}
