/** What a caller asks for, read strictly: every door tells the same faults in the same words. */

import type { z } from "zod";
import { CodemodeError } from "../base/errors.ts";
import { nearestName } from "../base/nearest.ts";
import { knownKeys } from "./known_keys.ts";

/** Faults told at most. */
const MAX_ISSUES = 20;
/** Characters of one fault's path or message. */
const MAX_TEXT = 200;

/** The request as `schema` reads it; throws `INVALID_REQUEST` with `details.issues: [{ path, message }]`. */
export function parseRequest<T>(schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw invalid(parsed.error, (path) => knownKeys(schema, path, value));
}

/** One fault of a request; `path` is keys joined by dots, empty for all of it. */
export interface RequestIssue {
  readonly path: string;
  readonly message: string;
}

/** The refusal of a request for its faults, bounded: both their parts may hold what the caller sent. */
export function invalidRequest(faults: readonly RequestIssue[]): CodemodeError {
  const issues = faults.slice(0, MAX_ISSUES).map(({ path, message }) => ({
    path: path.slice(0, MAX_TEXT),
    message: message.slice(0, MAX_TEXT),
  }));
  const told = issues.map(({ path, message }) => path === "" ? message : `${path}: ${message}`);
  return new CodemodeError("INVALID_REQUEST", `The request is not valid: ${told.join("; ")}`, {
    details: { issues },
  });
}

type KnownKeys = (path: readonly PropertyKey[]) => readonly string[] | undefined;

function invalid(error: z.ZodError, known: KnownKeys): CodemodeError {
  return invalidRequest(
    error.issues.slice(0, MAX_ISSUES).map((issue) => ({
      path: issue.path.map(String).join("."),
      message: messageOf(issue, known),
    })),
  );
}

/** An absent field is said to be required, and an unknown one is given the name that was meant. */
function messageOf(issue: z.core.$ZodIssue, knownAt: KnownKeys): string {
  if (issue.code === "invalid_type" && issue.message.endsWith("received undefined")) {
    return `Required: ${issue.expected}`;
  }
  const known = issue.code === "unrecognized_keys" ? knownAt(issue.path) : undefined;
  if (issue.code !== "unrecognized_keys" || known === undefined) return issue.message;
  const [key = "", ...others] = issue.keys;
  const near = others.length > 0 ? undefined : nearestName(key, known);
  const hint = near === undefined ? `known: ${known.join(", ")}` : `did you mean "${near}"?`;
  return `${issue.message.slice(0, MAX_TEXT / 2)}; ${hint}`;
}
