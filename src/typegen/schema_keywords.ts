/** What the keywords of one schema say about it, before anything is read. */

import { isObject, type JsonObject } from "./reference_resolver.ts";

/** Keywords that hold branches. */
export const COMBINATORS = ["allOf", "anyOf", "oneOf"] as const;
const BRANCH_OWN_TYPE = ["type", "$ref", "$dynamicRef", "const", "enum", ...COMBINATORS] as const;
const OBJECT_KEYWORDS = ["properties", "required", "patternProperties", "propertyNames"] as const;
const ARRAY_KEYWORDS = ["items", "prefixItems"] as const;
const STRING_KEYWORDS = ["pattern", "minLength", "maxLength", "contentEncoding"] as const;
const NUMBER_KEYWORDS = [
  "minimum",
  "maximum",
  "exclusiveMinimum",
  "exclusiveMaximum",
  "multipleOf",
] as const;
const CONDITIONAL_KEYWORDS = ["then", "else", "dependentSchemas", "dependencies"] as const;

/** Whether the schema accepts everything. */
export function isEverything(schema: unknown): boolean {
  return schema === true || (isObject(schema) && Object.keys(schema).length === 0);
}

function hasAny(schema: JsonObject, words: readonly string[]): boolean {
  return words.some((word) => schema[word] !== undefined);
}

/** Whether the schema has branches. */
export function hasCombinator(schema: JsonObject): boolean {
  return hasAny(schema, COMBINATORS);
}

/** Whether the schema says more by itself than the name of a type. */
export function hasStructure(schema: JsonObject): boolean {
  return hasAny(schema, ["const", "enum", ...OBJECT_KEYWORDS, ...ARRAY_KEYWORDS]) ||
    hasAny(schema, CONDITIONAL_KEYWORDS) && schema["type"] === "object" ||
    isObject(schema["additionalProperties"]);
}

/** Whether a branch restricts nothing that a type can show. */
export function saysNothing(branch: unknown): boolean {
  return isObject(branch) && typesOf(branch).length === 0 && !hasCombinator(branch) &&
    !hasAny(branch, ["const", "enum", "$ref", "$dynamicRef", "then", "else"]);
}

/** Whether the schema is a plain built-in type, which needs no name. */
export function isLeaf(schema: JsonObject): boolean {
  return ["string", "number", "integer", "boolean", "null"].includes(String(schema["type"])) &&
    !hasCombinator(schema) && !hasAny(schema, ["enum", "$ref"]);
}

/** The names of the types of a schema; keywords that only fit one type stand in for a missing name. */
export function typesOf(schema: JsonObject): readonly unknown[] {
  const type = schema["type"];
  if (Array.isArray(type)) return type;
  if (type !== undefined) return [type];
  if (hasAny(schema, OBJECT_KEYWORDS)) return ["object"];
  if (schema["additionalProperties"] !== undefined) return ["object"];
  if (hasAny(schema, ARRAY_KEYWORDS)) return ["array"];
  if (hasAny(schema, NUMBER_KEYWORDS)) return ["number"];
  return hasAny(schema, STRING_KEYWORDS) ? ["string"] : [];
}

/** The built-in type of a value. */
export function widenedType(value: unknown): "null" | "string" | "number" | "boolean" | "object" {
  if (value === null) return "null";
  const type = typeof value;
  return type === "string" || type === "number" || type === "boolean" ? type : "object";
}

/** Whether a branch says itself what type it has. */
export function hasOwnType(branch: JsonObject): boolean {
  return BRANCH_OWN_TYPE.some((word) => word in branch);
}
