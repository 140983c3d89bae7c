/** What every answer tells a browser: keep it to this origin, do not guess, do not store, do not frame. */

import type { MiddlewareHandler } from "hono";
import type { ServerConfig } from "../../config/mod.ts";
import type { Env } from "../env.ts";

const HEADERS: Readonly<Record<string, string>> = Object.freeze({
  "cache-control": "no-store",
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
});

const ONE_YEAR_OF_TLS = "max-age=31536000";

/** Adds the headers that a handler has not set itself; HSTS only where TLS is known to be in front. */
export function securityHeaders({ behindTls }: ServerConfig): MiddlewareHandler<Env> {
  const all = {
    ...HEADERS,
    ...(behindTls ? { "strict-transport-security": ONE_YEAR_OF_TLS } : {}),
  };
  return async (c, next) => {
    await next();
    // The headers themselves: `c.header` would make a new response for each.
    const { headers } = c.res;
    for (const [name, value] of Object.entries(all)) {
      if (!headers.has(name)) headers.set(name, value);
    }
  };
}
