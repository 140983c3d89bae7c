/** A faulty document without its faulty parts, so that the rest can still be judged. */

import type { z } from "zod";

/** A copy of `value` without the places the issues name; a place already missing takes its parent along. */
export function withoutFaults(value: unknown, issues: readonly z.core.$ZodIssue[]): unknown {
  const copy: unknown = structuredClone(value);
  for (const issue of issues) {
    if (issue.code === "unrecognized_keys") {
      for (const key of issue.keys) remove(copy, [...issue.path, key]);
    } else {
      remove(copy, issue.path);
    }
  }
  return copy;
}

function remove(root: unknown, path: readonly PropertyKey[]): void {
  const [last] = path.slice(-1);
  if (last === undefined) return;
  const parent = path.slice(0, -1).reduce<unknown>(
    (inner, key) => (inner as Record<PropertyKey, unknown> | null | undefined)?.[key],
    root,
  );
  if (typeof parent !== "object" || parent === null) return;
  if (Object.hasOwn(parent, last)) Reflect.deleteProperty(parent, last);
  else remove(root, path.slice(0, -1));
}
