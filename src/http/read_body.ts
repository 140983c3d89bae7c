/** A JSON body read strictly: right type, valid UTF-8, valid JSON, right shape, all faults at once. */

import type { Context } from "hono";
import type { z } from "zod";
import { readBounded } from "../base/bounded_bytes.ts";
import { CodemodeError } from "../base/errors.ts";
import { findExcess } from "../base/json_extent.ts";
import { parseRequest } from "../contract/mod.ts";

/** Characters told of why a text is not JSON. */
const MAX_REASON = 200;

/**
 * The body as `schema` reads it. Throws `UNSUPPORTED_MEDIA_TYPE`, `PAYLOAD_TOO_LARGE` or
 * `INVALID_REQUEST` with `details.issues: [{ path, message }]`.
 */
export async function readBody<T>(c: Context, schema: z.ZodType<T>): Promise<T> {
  assertJsonType(c.req.header("content-type"));
  return parseRequest(schema, parseJson(await readText(c)));
}

/** Query parameters as `schema` reads them; throws `INVALID_REQUEST`. */
export function readQuery<T>(c: Context, schema: z.ZodType<T>): T {
  return parseRequest(schema, c.req.query());
}

function assertJsonType(contentType = ""): void {
  // Anything but JSON is refused: a form of another site can be posted without asking its browser.
  if (/^application\/(?:[\w.+-]+\+)?json\s*(?:;|$)/i.test(contentType)) return;
  const given = contentType === "" ? "without one" : `as "${contentType.slice(0, 100)}"`;
  throw new CodemodeError(
    "UNSUPPORTED_MEDIA_TYPE",
    `The body must have the content-type application/json; it was sent ${given}`,
  );
}

async function readText(c: Context): Promise<string> {
  const bytes = await readBytes(c);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new CodemodeError("INVALID_REQUEST", "The body is not valid UTF-8");
  }
}

/** A body that breaks off is its sender's doing, not a failure of the service. */
async function readBytes(c: Context): Promise<Uint8Array> {
  try {
    // The bound is the middleware's, which cuts the stream off.
    return await readBounded(c.req.raw.body, Infinity);
  } catch (cause) {
    if (cause instanceof CodemodeError) throw cause;
    throw new CodemodeError("INVALID_REQUEST", "The body ended before it was complete", { cause });
  }
}

function parseJson(text: string): unknown {
  const excess = findExcess(text);
  if (excess !== undefined) {
    throw new CodemodeError("INVALID_REQUEST", `The body cannot be taken: ${excess.reason}`);
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : "it cannot be parsed";
    throw new CodemodeError(
      "INVALID_REQUEST",
      `The body is not valid JSON: ${reason.slice(0, MAX_REASON)}`,
    );
  }
}
