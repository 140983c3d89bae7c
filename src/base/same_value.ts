/** Whether two pieces of plain data are the same, secrets by what they hide. */

import { Secret } from "./secret.ts";

/** Compares values of configurations, which have no circles; the order of members does not count. */
export function sameValue(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (a instanceof Secret || b instanceof Secret) {
    return a instanceof Secret && b instanceof Secret && a.reveal() === b.reveal();
  }
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length &&
    keys.every((key) =>
      Object.hasOwn(b, key) &&
      sameValue(
        (a as Readonly<Record<string, unknown>>)[key],
        (b as Readonly<Record<string, unknown>>)[key],
      )
    );
}
