/** Object schemas → object types: listed, required, conditional, patterned and further properties. */

import type { SchemaReader } from "./normalize_schema.ts";
import { isObject, type JsonObject, type ReferenceResolver } from "./reference_resolver.ts";
import { docsOf } from "./schema_docs.ts";
import {
  NEVER,
  openObject,
  type PropertyNode,
  type TypeNode,
  union,
  UNKNOWN,
} from "./type_node.ts";

/** Schemas looked into for the type of a property that is only required. */
const MAX_SEARCHED = 100;

/** The type of the objects that `schema` describes. */
export function readObject(reader: SchemaReader, schema: JsonObject, depth: number): TypeNode {
  const listed = listProperties(schema, reader.left + 1);
  const required = new Set(Array.isArray(schema["required"]) ? schema["required"] : []);
  const properties: PropertyNode[] = [];
  let isCut = false;
  for (const [name, property] of listed) {
    isCut = reader.isSpent();
    if (isCut) break;
    const type = reader.read(property, depth + 1);
    properties.push({ name, optional: !required.has(name), type, docs: docsOf(property) });
  }
  for (const name of required) {
    if (typeof name !== "string" || listed.has(name)) continue;
    isCut ||= reader.isSpent();
    if (isCut) break;
    reader.count();
    properties.push({
      name,
      optional: false,
      type: readUnlisted(reader, schema, name, depth),
      docs: [],
    });
  }
  // What is not told may be there all the same.
  if (isCut) return openObject(properties, UNKNOWN);
  const index = readIndex(reader, schema, depth);
  if (index !== undefined) return openObject(properties, index);
  if (properties.length > 0) return { kind: "object", properties };
  return { kind: "object", properties, index: isClosed(schema) ? NEVER : UNKNOWN };
}

/** Properties by name, `most` of them: listed ones first, then those that conditions and key lists add. */
function listProperties(schema: JsonObject, most: number): Map<string, unknown> {
  const listed = new Map<string, unknown>();
  const add = (properties: unknown) => {
    if (!isObject(properties)) return;
    for (const name in properties) {
      if (listed.size >= most) return;
      if (!listed.has(name) && Object.hasOwn(properties, name)) listed.set(name, properties[name]);
    }
  };
  add(schema["properties"]);
  for (const condition of ["then", "else"]) {
    const branch = schema[condition];
    if (isObject(branch)) add(branch["properties"]);
  }
  for (const dependents of ["dependentSchemas", "dependencies"]) {
    const branches = schema[dependents];
    if (!isObject(branches)) continue;
    for (const branch of Object.values(branches)) if (isObject(branch)) add(branch["properties"]);
  }
  for (const name of listedKeys(schema)) {
    if (!listed.has(name)) listed.set(name, schema["additionalProperties"] ?? true);
  }
  return listed;
}

/** The keys that `propertyNames` allows, when it lists them. */
function listedKeys(schema: JsonObject): readonly string[] {
  const names = schema["propertyNames"];
  if (!isObject(names) || !Array.isArray(names["enum"]) || names["enum"].length > MAX_SEARCHED) {
    return [];
  }
  return names["enum"].filter((name) => typeof name === "string");
}

function readUnlisted(
  reader: SchemaReader,
  schema: JsonObject,
  name: string,
  depth: number,
): TypeNode {
  const found = findProperties(schema, name, reader.resolver);
  if (found.length > 0) return union(found.map((property) => reader.read(property, depth + 1)));
  const further = schema["additionalProperties"];
  return isObject(further) ? reader.read(further, depth + 1) : UNKNOWN;
}

/** The schemas of property `name` in `schema`, behind its references and in its branches. */
export function findProperties(
  schema: JsonObject,
  name: string,
  resolver: ReferenceResolver,
): readonly unknown[] {
  const found: unknown[] = [];
  const seen = new Set<unknown>();
  const pending: unknown[] = [schema];
  while (pending.length > 0 && seen.size < MAX_SEARCHED) {
    const next = pending.pop();
    if (!isObject(next) || seen.has(next)) continue;
    seen.add(next);
    const properties = next["properties"];
    if (isObject(properties) && Object.hasOwn(properties, name)) found.push(properties[name]);
    const reference = next["$ref"];
    if (typeof reference === "string") pending.push(resolver.resolve(reference, next)?.schema);
    for (const branches of [next["allOf"], next["anyOf"], next["oneOf"]]) {
      if (Array.isArray(branches)) pending.push(...branches.slice(0, MAX_SEARCHED));
    }
  }
  return found;
}

function isClosed(schema: JsonObject): boolean {
  return schema["additionalProperties"] === false;
}

/** The type of properties that are not listed; `undefined` when there shall be none. */
function readIndex(reader: SchemaReader, schema: JsonObject, depth: number): TypeNode | undefined {
  if (listedKeys(schema).length > 0) return undefined;
  const patterns = isObject(schema["patternProperties"])
    ? Object.values(schema["patternProperties"])
    : [];
  const further = schema["additionalProperties"] ?? schema["unevaluatedProperties"];
  const schemas = further === true || isObject(further) ? [...patterns, further] : patterns;
  if (schemas.length === 0) return undefined;
  return union(schemas.map((pattern) => reader.read(pattern, depth + 1)));
}
