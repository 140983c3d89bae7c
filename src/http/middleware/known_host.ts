/** Refuses requests that were meant for another name than the service's. */

import type { MiddlewareHandler } from "hono";
import { CodemodeError } from "../../base/errors.ts";
import { isLoopback, type ServerConfig } from "../../config/mod.ts";
import type { Env } from "../env.ts";

/** Characters of a name that an error repeats. */
const MAX_SHOWN_NAME = 200;

/**
 * Throws `FORBIDDEN` for a name that is neither this machine's nor in `allowedHosts`, where the service
 * listens on a loopback address or names are listed; elsewhere callers must say who they are, so any
 * name will do.
 */
export function knownHost({ host, allowedHosts }: ServerConfig): MiddlewareHandler<Env> {
  const isGuarded = isLoopback(host) || allowedHosts.length > 0;
  const allowed = new Set([host, ...allowedHosts].map((name) => name.toLowerCase()));
  return async (c, next) => {
    const { hostname } = new URL(c.req.url);
    // SAFETY: a web site can point a name of its own at 127.0.0.1; for the browser, requests to that
    // name are the site's own, so neither its preflight nor its same-origin rule would stop them.
    if (isGuarded && !isLoopback(hostname) && !allowed.has(hostname)) {
      const name = hostname.slice(0, MAX_SHOWN_NAME);
      throw new CodemodeError(
        "FORBIDDEN",
        `The service does not answer to the name "${name}"; see server.allowedHosts`,
      );
    }
    await next();
  };
}
