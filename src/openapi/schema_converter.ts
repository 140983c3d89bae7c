/**
 * Schemas of a document → JSON Schemas that stand alone. What is referred to is converted once and
 * shared by all tools that need it, so a large document costs its own size. Whoever reads a tool reads
 * all of its schema, shared or not: so each is measured as if it were written out, and bounded.
 */

import type { JsonSchema } from "../contract/mod.ts";
import {
  type ApiDocument,
  DocumentFault,
  entriesOf,
  isObject,
  type JsonObject,
} from "./api_document.ts";
import { SchemaMeter } from "./schema_meter.ts";

/** Schemas of one tool that references lead to; one that needs more accepts everything. */
export const MAX_DEFINITIONS = 200;
/** Nesting of a schema without references; what is deeper accepts everything. */
const MAX_DEPTH = 48;
/** Objects in all schemas of a document. */
const MAX_NODES = 500_000;
/** Characters of one keyword's data; a longer list of values, text or example is left out. */
export const MAX_DATA_SIZE = 65_536;
/** Characters of one tool's input or output; what would make it longer accepts everything. */
export const MAX_SCHEMA_SIZE = 1_048_576;
/** Characters of all inputs or outputs of a document. */
export const MAX_TOTAL_SIZE = 67_108_864;

/** Characters that an object takes at least. */
const NODE_SIZE = 2;

const SCHEMA_MAPS = new Set([
  "properties",
  "patternProperties",
  "dependentSchemas",
]);
const SCHEMA_LISTS = new Set(["allOf", "anyOf", "oneOf", "prefixItems"]);
const SCHEMAS = new Set([
  "items",
  "additionalProperties",
  "unevaluatedProperties",
  "unevaluatedItems",
  "not",
  "if",
  "then",
  "else",
  "contains",
  "propertyNames",
]);
const DATA = new Set([
  "type",
  "enum",
  "const",
  "default",
  "required",
  "title",
  "description",
  "format",
  "pattern",
  "minLength",
  "maxLength",
  "minimum",
  "maximum",
  "multipleOf",
  "minItems",
  "maxItems",
  "uniqueItems",
  "minContains",
  "maxContains",
  "minProperties",
  "maxProperties",
  "deprecated",
  "dependentRequired",
  "contentEncoding",
  "contentMediaType",
]);

/** Which way a value goes: a request has no `readOnly` properties, an answer no `writeOnly` ones. */
export type Direction = "request" | "response";

/** A schema whose references still need their definitions. */
export interface OpenSchema {
  readonly schema: JsonSchema;
  /** References in it. */
  readonly uses: ReadonlySet<string>;
  /** Characters it takes when it is written, without what it refers to. */
  readonly size: number;
}

/** A schema of our own that refers to nothing. */
export function plainSchema(schema: JsonSchema): OpenSchema {
  return { schema, uses: new Set(), size: JSON.stringify(schema).length };
}

/** Converts the schemas of one document that go one way. */
export class SchemaConverter {
  readonly #document: ApiDocument;
  readonly #hidden: "readOnly" | "writeOnly";
  readonly #definitions = new Map<string, OpenSchema>();
  readonly #names = new Map<string, string>();
  readonly #taken = new Set(["__proto__"]);
  /** How often a name was wanted: a document may want one as often as it has references. */
  readonly #wanted = new Map<string, number>();
  readonly #converted = new WeakMap<object, OpenSchema>();
  readonly #meter = new SchemaMeter(MAX_DATA_SIZE);
  #nodes = 0;
  /** Of everything that was copied. */
  #size = 0;
  /** Of everything that was completed. */
  #total = 0;

  constructor(document: ApiDocument, direction: Direction) {
    this.#document = document;
    this.#hidden = direction === "request" ? "readOnly" : "writeOnly";
  }

  /**
   * Converts one schema, each object of the document once. Throws a {@link DocumentFault} for a
   * reference that leaves the document or leads to nothing.
   */
  convert(schema: unknown): OpenSchema {
    const known = isObject(schema) ? this.#converted.get(schema) : undefined;
    if (known) return known;
    const uses = new Set<string>();
    const before = this.#size;
    const copy = this.#copy(schema, uses, 0);
    const converted = Object.freeze({ schema: copy, uses, size: this.#size - before });
    if (isObject(schema)) this.#converted.set(schema, converted);
    return converted;
  }

  /**
   * The schema with all that it refers to in `$defs`. Throws a {@link DocumentFault} where it is too
   * large without them, or the document's schemas are in all.
   */
  complete({ schema, uses, size }: OpenSchema): JsonSchema {
    const definitions: Record<string, JsonSchema> = {};
    let room = MAX_SCHEMA_SIZE - size;
    if (room < 0) throw new DocumentFault("its schema is too large");
    // The set grows while it is walked.
    const all = new Set(uses);
    let walked = 0;
    for (const reference of all) {
      const definition = walked++ < MAX_DEFINITIONS ? this.#define(reference) : undefined;
      const fits = definition !== undefined && definition.size <= room;
      // Beyond the bounds a reference must still lead somewhere.
      definitions[this.#nameOf(reference)] = fits ? definition.schema : true;
      if (!fits) continue;
      room -= definition.size;
      for (const inner of definition.uses) all.add(inner);
    }
    this.#count(MAX_SCHEMA_SIZE - room);
    if (uses.size === 0 || typeof schema === "boolean") return schema;
    return Object.freeze({ ...schema, $defs: Object.freeze(definitions) });
  }

  #count(size: number): void {
    this.#total += size;
    if (this.#total > MAX_TOTAL_SIZE) {
      throw new DocumentFault("the schemas of this document are too large in all");
    }
  }

  #define(reference: string): OpenSchema {
    const known = this.#definitions.get(reference);
    if (known) return known;
    const definition = this.convert(this.#document.target(reference));
    this.#definitions.set(reference, definition);
    return definition;
  }

  #nameOf(reference: string): string {
    const known = this.#names.get(reference);
    if (known !== undefined) return known;
    const last = reference.slice(reference.lastIndexOf("/") + 1).replaceAll(/[^\w-]+/g, "_");
    const wanted = last || "Schema";
    let count = (this.#wanted.get(wanted) ?? 0) + 1;
    let name = count === 1 ? wanted : `${wanted}_${count}`;
    while (this.#taken.has(name)) name = `${wanted}_${++count}`;
    this.#wanted.set(wanted, count);
    this.#taken.add(name);
    this.#names.set(reference, name);
    return name;
  }

  #copy(schema: unknown, uses: Set<string>, depth: number): JsonSchema {
    if (typeof schema === "boolean") return schema;
    if (!isObject(schema) || depth > MAX_DEPTH) return true;
    if (++this.#nodes > MAX_NODES) throw new DocumentFault("it has too many schemas");
    this.#size += NODE_SIZE;
    const reference = schema["$ref"];
    const copy: Record<string, unknown> = {};
    if (typeof reference === "string") {
      this.#document.target(reference);
      uses.add(reference);
      const inner = `#/$defs/${this.#nameOf(reference)}`;
      copy["$ref"] = inner;
      this.#size += inner.length;
      // In 3.0 what stands beside a reference means nothing.
      if (this.#document.isOld) return Object.freeze(copy);
    }
    for (const [keyword, value] of Object.entries(schema)) {
      const copied = this.#copyKeyword(keyword, value, uses, depth);
      if (copied !== undefined) copy[keyword] = copied;
    }
    this.#hide(copy, schema);
    return Object.freeze(modernised(copy, schema));
  }

  #copyKeyword(keyword: string, value: unknown, uses: Set<string>, depth: number): unknown {
    if (DATA.has(keyword)) return this.#data(keyword, value);
    if (SCHEMAS.has(keyword)) {
      return Array.isArray(value) ? undefined : this.#copy(value, uses, depth + 1);
    }
    if (SCHEMA_LISTS.has(keyword) && Array.isArray(value)) {
      return value.map((inner) => this.#copy(inner, uses, depth + 1));
    }
    if (SCHEMA_MAPS.has(keyword) && isObject(value)) {
      // SAFETY: own entries only; a member named "__proto__" sets no prototype here.
      return Object.fromEntries(
        Object.entries(value).map(([name, inner]) => {
          this.#size += name.length;
          return [name, this.#copy(inner, uses, depth + 1)];
        }),
      );
    }
    return undefined;
  }

  /** Data as it is, or nothing where it is too long: without it a schema accepts more, never less. */
  #data(keyword: string, value: unknown): unknown {
    const size = this.#meter.measure(value);
    if (size > MAX_DATA_SIZE) return undefined;
    this.#size += keyword.length + size;
    return value;
  }

  /** Takes away properties that do not go this way. */
  #hide(copy: Record<string, unknown>, { properties, required }: JsonObject): void {
    const gone = new Set(
      entriesOf(properties)
        .filter(([, inner]) => isObject(inner) && inner[this.#hidden] === true)
        .map(([name]) => name),
    );
    if (gone.size === 0) return;
    const kept = entriesOf(copy["properties"]).filter(([name]) => !gone.has(name));
    copy["properties"] = Object.fromEntries(kept);
    if (Array.isArray(required)) {
      copy["required"] = required.filter((name) => !gone.has(name));
    }
  }
}

/** What 3.0 says in its own way, said as JSON Schema does. */
function modernised(copy: Record<string, unknown>, schema: JsonObject): JsonObject {
  for (const [exclusive, bound] of BOUNDS) {
    const value = schema[exclusive];
    if (typeof value === "number") copy[exclusive] = value;
    if (value !== true || copy[bound] === undefined) continue;
    copy[exclusive] = copy[bound];
    delete copy[bound];
  }
  if (schema["format"] === "binary" || schema["format"] === "byte") {
    delete copy["format"];
    copy["contentEncoding"] = "base64";
  }
  return schema["nullable"] === true ? nullable(copy) : copy;
}

const BOUNDS = [["exclusiveMinimum", "minimum"], ["exclusiveMaximum", "maximum"]] as const;

function nullable(copy: Record<string, unknown>): JsonObject {
  const { type } = copy;
  const hasBranches = ["allOf", "anyOf", "oneOf", "not", "const"].some((word) => word in copy);
  if (hasBranches) return { anyOf: [copy, { type: "null" }] };
  const values = copy["enum"];
  if (Array.isArray(values) && !values.includes(null)) copy["enum"] = [...values, null];
  if (typeof type === "string" && type !== "null") copy["type"] = [type, "null"];
  else if (Array.isArray(type) && !type.includes("null")) copy["type"] = [...type, "null"];
  return copy;
}
