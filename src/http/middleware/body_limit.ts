/** Bounds bodies without reading them: nothing is kept of a body whose sender is not known yet. */

import type { MiddlewareHandler } from "hono";
import { CodemodeError } from "../../base/errors.ts";
import type { Env } from "../env.ts";

/**
 * Throws `PAYLOAD_TOO_LARGE` for a body that says it is larger than `maxBytes`; the reading of one that
 * does not say rejects with it.
 */
export function bodyLimit(maxBytes: number): MiddlewareHandler<Env> {
  return async (c, next) => {
    const { body, headers } = c.req.raw;
    if (Number(headers.get("content-length") ?? 0) > maxBytes) throw tooLarge(maxBytes);
    // SAFETY: a length that is told holds; a body in chunks is counted as it is read (test/unit/http).
    const isTold = headers.has("content-length") && !headers.has("transfer-encoding");
    if (body !== null && !isTold) {
      c.req.raw = new Request(c.req.raw, { body: counted(body, maxBytes) });
    }
    await next();
  };
}

function counted(body: ReadableStream<Uint8Array>, maxBytes: number): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  let bytes = 0;
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await reader.read();
      if (done) return controller.close();
      bytes += value.length;
      if (bytes <= maxBytes) return controller.enqueue(value);
      controller.error(tooLarge(maxBytes));
      await reader.cancel();
    },
    cancel: (reason) => reader.cancel(reason),
  }, { highWaterMark: 0 });
}

function tooLarge(maxBytes: number): CodemodeError {
  return new CodemodeError("PAYLOAD_TOO_LARGE", `The body is larger than ${maxBytes} bytes`, {
    details: { maxBytes },
  });
}
