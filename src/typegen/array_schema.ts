/** Array schemas → arrays and tuples, in the spelling of draft-07 and of 2020-12. */

import type { SchemaReader } from "./normalize_schema.ts";
import { isObject, type JsonObject } from "./reference_resolver.ts";
import { NEVER, type TypeNode, union, UNKNOWN } from "./type_node.ts";

/** Elements of a tuple; a longer one is an array of any of them. */
const MAX_TUPLE = 64;

/** The type of the arrays that `schema` describes. */
export function readArray(reader: SchemaReader, schema: JsonObject, depth: number): TypeNode {
  const items = schema["items"];
  const prefix = Array.isArray(schema["prefixItems"]) ? schema["prefixItems"] : undefined;
  if (prefix !== undefined) return readTuple(reader, schema, prefix, items, depth);
  if (Array.isArray(items)) {
    return readTuple(reader, schema, items, schema["additionalItems"], depth);
  }
  const element = items === undefined ? UNKNOWN : reader.read(items, depth + 1);
  return { kind: "array", element };
}

/** A tuple is closed unless a schema is given for the rest, and complete unless `minItems` is less. */
function readTuple(
  reader: SchemaReader,
  schema: JsonObject,
  prefix: readonly unknown[],
  restSchema: unknown,
  depth: number,
): TypeNode {
  const elements = prefix.map((item) => reader.read(item, depth + 1));
  const rest = isObject(restSchema) ? reader.read(restSchema, depth + 1) : undefined;
  if (elements.length === 0) return { kind: "array", element: rest ?? restOf(restSchema) };
  if (elements.length > MAX_TUPLE) {
    return { kind: "array", element: union([...elements, ...(rest === undefined ? [] : [rest])]) };
  }
  const least = schema["minItems"];
  const optionalFrom = typeof least === "number" && least >= 0 && least < elements.length
    ? Math.ceil(least)
    : elements.length;
  return { kind: "tuple", elements, optionalFrom, ...(rest === undefined ? {} : { rest }) };
}

function restOf(schema: unknown): TypeNode {
  return schema === false ? NEVER : UNKNOWN;
}
