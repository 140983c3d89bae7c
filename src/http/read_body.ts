/** A JSON body read strictly: right type, valid UTF-8, valid JSON, right shape, all faults at once. */

import type { Context } from "hono";
import type { z } from "zod";
import { CodemodeError } from "../base/errors.ts";

/** Faults told at most. */
const MAX_ISSUES = 20;
/** Characters of one fault's path or message: both may hold what the caller sent. */
const MAX_TEXT = 200;

/**
 * The body as `schema` reads it. Throws `UNSUPPORTED_MEDIA_TYPE`, `PAYLOAD_TOO_LARGE` or
 * `INVALID_REQUEST` with `details.issues: [{ path, message }]`.
 */
export async function readBody<T>(c: Context, schema: z.ZodType<T>): Promise<T> {
  assertJsonType(c.req.header("content-type"));
  const parsed = schema.safeParse(parseJson(await readText(c)));
  if (parsed.success) return parsed.data;
  throw invalid(parsed.error);
}

/** Query parameters as `schema` reads them; throws `INVALID_REQUEST`. */
export function readQuery<T>(c: Context, schema: z.ZodType<T>): T {
  const parsed = schema.safeParse(c.req.query());
  if (parsed.success) return parsed.data;
  throw invalid(parsed.error);
}

function assertJsonType(contentType = ""): void {
  // Anything but JSON is refused: a form of another site can be posted without asking its browser.
  if (/^application\/(?:[\w.+-]+\+)?json\s*(?:;|$)/i.test(contentType)) return;
  throw new CodemodeError(
    "UNSUPPORTED_MEDIA_TYPE",
    `The body must be sent as content-type application/json, not "${contentType.slice(0, 100)}"`,
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
async function readBytes(c: Context): Promise<ArrayBuffer> {
  try {
    return await c.req.arrayBuffer();
  } catch (cause) {
    if (cause instanceof CodemodeError) throw cause;
    throw new CodemodeError("INVALID_REQUEST", "The body ended before it was complete", { cause });
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : "it cannot be parsed";
    throw new CodemodeError(
      "INVALID_REQUEST",
      `The body is not valid JSON: ${reason.slice(0, MAX_TEXT)}`,
    );
  }
}

function invalid(error: z.ZodError): CodemodeError {
  const issues = error.issues.slice(0, MAX_ISSUES).map((issue) => ({
    path: issue.path.map(String).join(".").slice(0, MAX_TEXT),
    message: issue.message.slice(0, MAX_TEXT),
  }));
  const told = issues.map(({ path, message }) => path === "" ? message : `${path}: ${message}`);
  return new CodemodeError("INVALID_REQUEST", `The request is not valid: ${told.join("; ")}`, {
    details: { issues },
  });
}
