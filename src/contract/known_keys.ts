/** Which keys may stand at a place of a value, as its schema says; for whoever wrote another one. */

import { z } from "zod";

/** The keys at `path`; undefined where any may stand, or where what the value is decides among shapes. */
export function knownKeys(
  schema: z.ZodType,
  path: readonly PropertyKey[],
  value: unknown,
): readonly string[] | undefined {
  let at: unknown = chosen(schema, value);
  let inner = value;
  for (const step of path) {
    inner = memberOf(inner, step);
    at = chosen(childOf(at, step), inner);
  }
  return at instanceof z.ZodObject ? Object.keys(at.shape) : undefined;
}

/** The schema without what is wrapped around it; of those told apart by a key, the one that is meant. */
function chosen(schema: unknown, value: unknown): unknown {
  let inner = schema;
  while (
    inner instanceof z.ZodOptional || inner instanceof z.ZodNullable ||
    inner instanceof z.ZodDefault || inner instanceof z.ZodPrefault
  ) {
    inner = inner.unwrap();
  }
  if (!(inner instanceof z.ZodDiscriminatedUnion)) return inner;
  const { discriminator } = inner.def;
  const told = memberOf(value, discriminator);
  const meant = inner.options.find((option) =>
    option instanceof z.ZodObject && accepts(option.shape[discriminator], told)
  );
  return chosen(meant, value);
}

function accepts(schema: unknown, value: unknown): boolean {
  return schema instanceof z.ZodType && schema.safeParse(value).success;
}

function childOf(schema: unknown, step: PropertyKey): unknown {
  if (schema instanceof z.ZodArray) return schema.element;
  if (schema instanceof z.ZodRecord) return schema.valueType;
  if (!(schema instanceof z.ZodObject)) return undefined;
  const name = String(step);
  return Object.hasOwn(schema.shape, name) ? schema.shape[name] : undefined;
}

function memberOf(value: unknown, step: PropertyKey): unknown {
  const isThere = typeof value === "object" && value !== null && Object.hasOwn(value, step);
  return isThere ? (value as Record<PropertyKey, unknown>)[step] : undefined;
}
