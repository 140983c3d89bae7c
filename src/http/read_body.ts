/** A JSON body read strictly: right type, valid UTF-8, valid JSON, right shape, all faults at once. */

import type { Context } from "hono";
import { z } from "zod";
import { CodemodeError } from "../base/errors.ts";
import { nearestName } from "../base/nearest.ts";

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
  return readValue(parseJson(await readBodyText(c)), schema);
}

/** Parsed JSON as `schema` reads it; throws `INVALID_REQUEST`. */
export function readValue<T>(value: unknown, schema: z.ZodType<T>): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw invalid(parsed.error, schema);
}

/** Query parameters as `schema` reads them; throws `INVALID_REQUEST`. */
export function readQuery<T>(c: Context, schema: z.ZodType<T>): T {
  const parsed = schema.safeParse(c.req.query());
  if (parsed.success) return parsed.data;
  throw invalid(parsed.error, schema);
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

async function readBodyText(c: Context): Promise<string> {
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

function invalid(error: z.ZodError, schema: z.ZodType): CodemodeError {
  const issues = error.issues.slice(0, MAX_ISSUES).map((issue) => ({
    path: issue.path.map(String).join(".").slice(0, MAX_TEXT),
    message: messageOf(issue, schema).slice(0, MAX_TEXT),
  }));
  const told = issues.map(({ path, message }) => path === "" ? message : `${path}: ${message}`);
  return new CodemodeError("INVALID_REQUEST", `The request is not valid: ${told.join("; ")}`, {
    details: { issues },
  });
}

/** An absent field is said to be required, and an unknown one is given the name that was meant. */
function messageOf(issue: z.core.$ZodIssue, schema: z.ZodType): string {
  if (issue.code === "invalid_type" && issue.message.endsWith("received undefined")) {
    return `Required: ${issue.expected}`;
  }
  if (issue.code !== "unrecognized_keys" || issue.path.length > 0) return issue.message;
  const known = schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
  const [key = "", ...others] = issue.keys;
  const near = others.length > 0 ? undefined : nearestName(key, known);
  const hint = near === undefined ? `known: ${known.join(", ")}` : `did you mean "${near}"?`;
  return `${issue.message.slice(0, MAX_TEXT / 2)}; ${hint}`;
}
