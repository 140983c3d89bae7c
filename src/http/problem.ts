/** Thrown → answered: the error body, its status and its headers. */

import type { Context } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { Clock } from "../base/clock.ts";
import { type CodemodeError, toCodemodeError } from "../base/errors.ts";
import { newId } from "../base/ids.ts";
import type { ServerConfig } from "../config/mod.ts";
import type { Logger } from "../base/log.ts";
import type { Counter } from "../base/metrics.ts";
import { type AuditEntry, type AuditSink, toProblem } from "../contract/mod.ts";
import { toChallenge } from "./challenge.ts";
import type { Env } from "./env.ts";
import { NO_ADDRESS, remoteAddress } from "./remote_address.ts";

/** Seconds a caller is asked to wait before it retries, where nothing says how long it should. */
const RETRY_AFTER_SECONDS = 1;

/** Characters of a refused request's path that are kept. */
const MAX_PATH = 200;

/** What answering an error needs. */
export interface ProblemParts {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly audit: AuditSink | undefined;
  readonly refused: Counter;
  readonly config: Pick<ServerConfig, "behindTls" | "trustedProxies">;
}

/** Statuses that say the caller may not, whatever it asked. */
const REFUSED: ReadonlySet<number> = new Set([401, 403, 429]);

/** The answer for whatever a handler threw. Host errors are logged with their cause, not shown. */
export function answerError(
  thrown: unknown,
  c: Context<Env>,
  { clock, logger, audit, refused, config }: ProblemParts,
): Response {
  const error = toCodemodeError(thrown);
  const requestId = c.get("requestId") ?? newId("req");
  refused.increment({ code: error.code });
  if (error.code === "INTERNAL") logger.error("request failed", { requestId, error });
  else if (error.meaning.blame === "host") {
    // Without the error's stack: a caller can make as many of these as it likes.
    logger.warn("request refused", { requestId, code: error.code, reason: error.message });
  }
  if (error.meaning.retryable) c.header("retry-after", retryAfter(error));
  if (REFUSED.has(error.meaning.status)) {
    audit?.record(refusalOf(error, c, { requestId, ...config }));
  }
  const challenge = toChallenge(error, c, config);
  if (challenge !== undefined) c.header("www-authenticate", challenge);
  const body = { success: false, error: toProblem(error, requestId, clock.now()) };
  return c.json(body, error.meaning.status as ContentfulStatusCode);
}

function refusalOf(
  error: CodemodeError,
  c: Context<Env>,
  { requestId, trustedProxies }: { requestId: string; trustedProxies: readonly string[] },
): AuditEntry {
  const socket = c.env?.remoteAddress ?? NO_ADDRESS;
  return {
    type: "request.refused",
    principal: c.get("principal")?.id ?? "unknown",
    code: error.code,
    reason: error.message,
    requestId,
    method: c.req.method,
    path: c.req.path.slice(0, MAX_PATH),
    address: remoteAddress(socket, c.req.header("x-forwarded-for"), trustedProxies),
  };
}

/** Whole seconds, rounded up: who comes back sooner comes in vain. */
function retryAfter({ details }: CodemodeError): string {
  const ms = details["retryAfterMs"];
  const seconds = typeof ms === "number" ? Math.ceil(ms / 1000) : RETRY_AFTER_SECONDS;
  return String(Math.max(RETRY_AFTER_SECONDS, seconds));
}
