/** Lets no body through that is too large, and says whose doing it is when one breaks off. */

import type { MiddlewareHandler } from "hono";
import { bodyLimit } from "hono/body-limit";
import { CodemodeError } from "../../base/errors.ts";
import type { ServerConfig } from "../../config/mod.ts";
import type { Env } from "../env.ts";

/** Throws `PAYLOAD_TOO_LARGE`, or `INVALID_REQUEST` for a body of unknown length that breaks off. */
export function boundedBody({ maxBodyBytes }: ServerConfig): MiddlewareHandler<Env> {
  const onError = () => {
    throw new CodemodeError(
      "PAYLOAD_TOO_LARGE",
      `The body is larger than ${maxBodyBytes} bytes`,
      { details: { maxBytes: maxBodyBytes } },
    );
  };
  const limit = bodyLimit({ maxSize: maxBodyBytes, onError });
  return async (c, next) => {
    let isRead = false;
    try {
      return await limit(c, () => {
        isRead = true;
        return next();
      });
    } catch (cause) {
      if (isRead || cause instanceof CodemodeError) throw cause;
      throw new CodemodeError("INVALID_REQUEST", "The body ended before it was complete", {
        cause,
      });
    }
  };
}
