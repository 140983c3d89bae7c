/** Refuses what a page of another site sends through its visitor's browser. */

import type { MiddlewareHandler } from "hono";
import { CodemodeError } from "../../base/errors.ts";
import type { ServerConfig } from "../../config/mod.ts";
import type { Env } from "../env.ts";

/** Characters of an origin that an error repeats. */
const MAX_SHOWN_ORIGIN = 200;

/** Says whether a request comes from a page that is neither the service's own nor allowed. */
export type ForeignOrigin = (headers: Headers, url: string) => boolean;

/**
 * The rule of `server.cors`, for requests and for upgrades of connections. Programs that are no
 * browsers send neither `Origin` nor `Sec-Fetch-Site` and are foreign to nothing.
 */
export function foreignOrigin({ cors, behindTls }: ServerConfig): ForeignOrigin {
  const allowed = new Set(cors.enabled ? cors.origins : []);
  return (headers, url) => {
    const origin = headers.get("origin");
    if (origin !== null) return !allowed.has(origin) && !isOwn(origin, url, behindTls);
    // Another port of this machine is the same site, and as little trusted as another one.
    const site = headers.get("sec-fetch-site") ?? "none";
    return site !== "none" && site !== "same-origin";
  };
}

/** Throws `FORBIDDEN` for requests of foreign pages, but for preflights and for following a link. */
export function knownOrigin(config: ServerConfig): MiddlewareHandler<Env> {
  const isForeign = foreignOrigin(config);
  return async (c, next) => {
    const { headers, method, url } = c.req.raw;
    // SAFETY: a browser sends simple requests without asking, and only keeps their answers to itself.
    if (method !== "OPTIONS" && isForeign(headers, url) && !isLink(method, headers)) {
      throw refused(headers.get("origin"), config.cors);
    }
    await next();
  };
}

/** Says what would let the origin in: another key where it is listed already. */
function refused(origin: string | null, { origins }: ServerConfig["cors"]): CodemodeError {
  const shown = (origin ?? "another site").slice(0, MAX_SHOWN_ORIGIN);
  const why = origin !== null && origins.includes(origin)
    ? "server.cors.enabled is false"
    : "see server.cors.origins";
  return new CodemodeError("FORBIDDEN", `Requests from ${shown} are not accepted; ${why}`);
}

/** The scheme is looked at only where it is known: a proxy may end the TLS a page came by. */
function isOwn(origin: string, url: string, behindTls: boolean): boolean {
  if (!URL.canParse(origin)) return false;
  const { host, protocol } = new URL(origin);
  return host === new URL(url).host && (!behindTls || protocol === "https:");
}

/** A person follows a link: the answer is shown as a page of its own, which the other cannot read. */
function isLink(method: string, headers: Headers): boolean {
  return method === "GET" && !headers.has("origin") &&
    headers.get("sec-fetch-mode") === "navigate" && headers.get("sec-fetch-dest") === "document";
}
