/** Gives each request an id, answers with it, logs it and counts it. */

import type { MiddlewareHandler } from "hono";
import { routePath } from "hono/route";
import type { Clock } from "../../base/clock.ts";
import { newId } from "../../base/ids.ts";
import type { Logger } from "../../base/log.ts";
import type { Metrics } from "../../base/metrics.ts";
import type { Env } from "../env.ts";

/** Ids a caller may bring along. */
const CALLER_ID = /^[\w.:-]{1,128}$/;

/** Parts the middleware needs. */
export interface RequestContextParts {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/** Request id, access log and `codemode_http_requests_total`. */
export function requestContext(parts: RequestContextParts): MiddlewareHandler<Env> {
  const requests = parts.metrics.counter(
    "codemode_http_requests_total",
    "HTTP requests by route and status",
  );
  const seconds = parts.metrics.histogram(
    "codemode_http_request_seconds",
    "Time to answer by route",
  );
  return async (c, next) => {
    const startedAt = parts.clock.monotonic();
    const given = c.req.header("x-request-id") ?? "";
    const requestId = CALLER_ID.test(given) ? given : newId("req");
    c.set("requestId", requestId);
    await next();
    c.res.headers.set("x-request-id", requestId);
    const durationMs = parts.clock.monotonic() - startedAt;
    // The route and not the path: labels must not grow with what callers send.
    const route = routePath(c, -1);
    requests.increment({ route, method: c.req.method, status: String(c.res.status) });
    seconds.observe(durationMs / 1000, { route });
    parts.logger.debug("http request", {
      requestId,
      route,
      method: c.req.method,
      status: c.res.status,
      durationMs,
    });
  };
}
