/** Refuses query parameters that a route does not have: a misspelt one would be passed over in silence. */

import type { MiddlewareHandler } from "hono";
import { routePath } from "hono/route";
import { CodemodeError } from "../../base/errors.ts";
import { nearestName } from "../../base/nearest.ts";
import type { Env } from "../env.ts";

/** The names that each route takes; a route that is not there takes none. */
export type RouteQueries = Readonly<Record<string, readonly string[]>>;

/** Parameters told at most, and characters of each. */
const MAX_TOLD = 20;
const MAX_NAME = 100;

/** Throws `INVALID_REQUEST` with `details.issues: [{ path, message }]`, one for each unknown name. */
export function knownQuery(queries: RouteQueries): MiddlewareHandler<Env> {
  return async (c, next) => {
    const given = Object.keys(c.req.query());
    if (given.length > 0) assertKnown(given, queries[routePath(c, -1)] ?? []);
    await next();
  };
}

function assertKnown(given: readonly string[], known: readonly string[]): void {
  const unknown = given.filter((name) => !known.includes(name)).slice(0, MAX_TOLD);
  if (unknown.length === 0) return;
  const issues = unknown.map((name) => ({
    path: name.slice(0, MAX_NAME),
    message: `there is no such query parameter; ${hintOf(name, known)}`,
  }));
  const told = issues.map(({ path, message }) => `${path}: ${message}`);
  throw new CodemodeError("INVALID_REQUEST", `The request is not valid: ${told.join("; ")}`, {
    details: { issues },
  });
}

function hintOf(name: string, known: readonly string[]): string {
  if (known.length === 0) return "none are known";
  const near = nearestName(name, known);
  const hint = near === undefined ? "" : `did you mean "${near}"? `;
  return `${hint}known: ${known.join(", ")}`;
}
