/** A shape as a JSON Schema, which is how the rest of the service speaks of types. */

import type { JsonSchema } from "../contract/mod.ts";
import { MAX_DEPTH, type Shape } from "./shape.ts";

/** Characters of a schema; deeper parts of a longer one are left open. */
export const MAX_SCHEMA_TEXT = 8_000;

/** The schema of every value the shape was learned from, as deep as it stays readable. */
export function toSchema(shape: Shape): JsonSchema {
  for (let depth = MAX_DEPTH; depth > 0; depth--) {
    const schema = schemaOf(shape, depth);
    if (JSON.stringify(schema).length <= MAX_SCHEMA_TEXT) return schema;
  }
  return schemaOf(shape, 0);
}

/** What is deeper than `depth` may be anything. */
function schemaOf(shape: Shape, depth: number): JsonSchema {
  // JSON Schema has no bytes.
  if (depth < 0 || shape.plain.has("unknown") || shape.plain.has("bytes")) return {};
  const plain = [...shape.plain].sort();
  const branches = [
    ...(plain.length === 0 ? [] : [{ type: plain.length === 1 ? plain[0] : plain }]),
    ...(shape.hasArray ? [arraySchema(shape.element, depth)] : []),
    ...(shape.object === undefined ? [] : [objectSchema(shape.object, depth)]),
  ];
  const [first] = branches;
  if (first === undefined) return {};
  return branches.length === 1 ? first : { anyOf: branches };
}

function arraySchema(element: Shape | undefined, depth: number): JsonSchema {
  return { type: "array", items: element === undefined ? {} : schemaOf(element, depth - 1) };
}

function objectSchema(object: NonNullable<Shape["object"]>, depth: number): JsonSchema {
  const { values, properties, seen, isOpen = false } = object;
  if (values !== undefined) {
    return { type: "object", additionalProperties: schemaOf(values, depth - 1) };
  }
  if (depth === 0 || seen === 0) return { type: "object" };
  const sorted = [...properties].sort(([a], [b]) => a < b ? -1 : 1);
  return {
    type: "object",
    properties: Object.fromEntries(
      sorted.map(([name, property]) => [name, schemaOf(property.shape, depth - 1)]),
    ),
    required: sorted.filter(([, property]) => property.seen === seen).map(([name]) => name),
    additionalProperties: isOpen,
  };
}
