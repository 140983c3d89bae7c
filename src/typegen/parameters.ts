/** What a call looks like: whether the input may be left out, and which tools also take positions. */

import type { JsonSchema } from "../contract/mod.ts";
import type { NormalizedSchema } from "./normalize_schema.ts";
import { isObject } from "./reference_resolver.ts";
import { isKeyword, isScalar, type PropertyNode, type TypeNode } from "./type_node.ts";

/** Parameters a tool may have to be callable by position. */
const MAX_POSITIONAL = 4;

/**
 * The properties of an input in the order of positional arguments: the schema's own, required ones
 * before optional ones. Empty when the tool takes none, too many, further ones, or any that is not a
 * string, number, boolean or null: a lone object argument is then always the input itself.
 */
export function positionalParameters(input: NormalizedSchema): readonly PropertyNode[] {
  const root = dereference(input.root, input);
  if (root.kind !== "object" || root.index !== undefined) return [];
  const scalar = root.properties.every((property) => isScalar(dereference(property.type, input)));
  if (!scalar || root.properties.length > MAX_POSITIONAL) return [];
  return [
    ...root.properties.filter((property) => !property.optional),
    ...root.properties.filter((property) => property.optional),
  ];
}

/** Whether a schema lists too many properties at once; spares reading the whole of it. */
export function hasManyProperties(schema: JsonSchema): boolean {
  if (!isObject(schema) || !isObject(schema["properties"])) return false;
  return Object.keys(schema["properties"]).length > MAX_POSITIONAL;
}

/** Whether `{}` is a value of the type, so that a call may leave the input out. */
export function acceptsEmpty(node: TypeNode, schema: NormalizedSchema, hops = 0): boolean {
  if (hops > 16) return false;
  switch (node.kind) {
    case "object":
      return node.properties.every((property) => property.optional);
    case "union":
      return node.members.some((member) => acceptsEmpty(member, schema, hops + 1));
    case "intersection":
      return node.members.every((member) => acceptsEmpty(member, schema, hops + 1));
    case "reference":
      return acceptsEmpty(dereference(node, schema), schema, hops + 1);
    default:
      return isKeyword(node, "unknown") || isKeyword(node, "object");
  }
}

function dereference(node: TypeNode, schema: NormalizedSchema): TypeNode {
  if (node.kind !== "reference") return node;
  return schema.definitions.get(node.key)?.node ?? node;
}
