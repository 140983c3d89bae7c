/** Thrown → answered: the error body, its status and its headers. */

import type { Context } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { Clock } from "../base/clock.ts";
import { type CodemodeError, toCodemodeError } from "../base/errors.ts";
import { newId } from "../base/ids.ts";
import type { Logger } from "../base/log.ts";
import type { Counter } from "../base/metrics.ts";
import { toProblem } from "../contract/mod.ts";
import type { Env } from "./env.ts";

/** Seconds a caller is asked to wait before it retries, where nothing says how long it should. */
const RETRY_AFTER_SECONDS = 1;

/** What answering an error needs. */
export interface ProblemParts {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly refused: Counter;
}

/** The answer for whatever a handler threw. Host errors are logged with their cause, not shown. */
export function answerError(
  thrown: unknown,
  c: Context<Env>,
  { clock, logger, refused }: ProblemParts,
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
  if (error.code === "UNAUTHENTICATED") c.header("www-authenticate", "Bearer");
  const body = { success: false, error: toProblem(error, requestId, clock.now()) };
  return c.json(body, error.meaning.status as ContentfulStatusCode);
}

/** Whole seconds, rounded up: who comes back sooner comes in vain. */
function retryAfter({ details }: CodemodeError): string {
  const ms = details["retryAfterMs"];
  const seconds = typeof ms === "number" ? Math.ceil(ms / 1000) : RETRY_AFTER_SECONDS;
  return String(Math.max(RETRY_AFTER_SECONDS, seconds));
}
