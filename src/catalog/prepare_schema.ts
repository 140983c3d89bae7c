/**
 * Makes a hostile schema fit to compile: a bounded copy that refers to nothing outside itself and in
 * which every part counts its evaluations. Pure.
 */

import type { JsonSchema } from "../contract/mod.ts";

/** Keyword added to each part of a schema; the validator counts by it. */
export const STEP_KEYWORD = "codemode:step";

/** What one evaluation of a part costs besides the parts in it. */
export interface StepWork {
  /** For its own names, alternatives and allowed values, whatever the value. */
  readonly own: number;
  /** Whether the size of a value is counted. */
  readonly isMeasuring: boolean;
}

/** Objects and arrays in a schema. */
export const MAX_SCHEMA_NODES = 5_000;

/** Alternatives in one list of a schema: compiling takes a time that grows with the square. */
export const MAX_ALTERNATIVES = 200;

/** Nesting of a schema. */
export const MAX_SCHEMA_DEPTH = 64;

/** Characters of all names and texts in a schema. */
export const MAX_SCHEMA_CHARACTERS = 512 * 1024;

/** A schema fit to compile, or why there is none. */
export type PreparedSchema = { readonly schema: JsonSchema } | { readonly refused: string };

/** Members that are names of the server's choice, each with a schema. */
const SCHEMA_MAPS = new Set([
  "properties",
  "patternProperties",
  "$defs",
  "definitions",
  "dependentSchemas",
  "dependencies",
]);

/** Members that are data, not schemas. */
const DATA = new Set([
  "const",
  "enum",
  "default",
  "examples",
  "required",
  "type",
  "dependentRequired",
]);

/** Members without meaning for validation here, or with one that must not count. */
const DROPPED = new Set([
  "$schema",
  "$id",
  "id",
  "$async",
  "$comment",
  "$vocabulary",
  "title",
  "description",
  "default",
  "examples",
  "__proto__",
]);

type Place = "schema" | "map" | "data";

/** A copy of `schema` that may be compiled. */
export function prepareSchema(schema: JsonSchema): PreparedSchema {
  const copier = new Copier();
  const copy = copier.copy(schema, "schema", 0) as JsonSchema;
  return copier.refused === undefined ? { schema: copy } : { refused: copier.refused };
}

class Copier {
  refused: string | undefined;
  #nodes = 0;
  #characters = 0;

  copy(value: unknown, place: Place, depth: number): unknown {
    if (this.refused !== undefined) return true;
    if (typeof value === "string") this.#countText(value);
    if (typeof value !== "object" || value === null) return value;
    this.#nodes += 1;
    if (this.#nodes > MAX_SCHEMA_NODES) {
      return this.#refuse(`it has more than ${MAX_SCHEMA_NODES} parts`);
    }
    if (depth > MAX_SCHEMA_DEPTH) {
      return this.#refuse(`it is nested deeper than ${MAX_SCHEMA_DEPTH}`);
    }
    if (Array.isArray(value)) return this.#copyList(value, place, depth);
    return this.#copyObject(value, place, depth);
  }

  #copyList(list: readonly unknown[], place: Place, depth: number): unknown {
    if (place === "schema" && list.length > MAX_ALTERNATIVES) {
      return this.#refuse(`it has more than ${MAX_ALTERNATIVES} alternatives in one place`);
    }
    return list.map((item) => this.copy(item, place, depth + 1));
  }

  #copyObject(value: object, place: Place, depth: number): Record<string, unknown> {
    const copy: Record<string, unknown> = {};
    for (const [key, member] of Object.entries(value)) {
      this.#countText(key);
      if (place === "schema" ? DROPPED.has(key) : key === "__proto__") continue;
      if (place === "schema") this.#checkReference(key, member);
      copy[key] = this.copy(member, placeOf(key, place), depth + 1);
    }
    if (place === "schema") copy[STEP_KEYWORD] = workOf(copy);
    return copy;
  }

  #checkReference(key: string, member: unknown): void {
    if (key === "$dynamicRef" || key === "$recursiveRef") this.#refuse(`it uses ${key}`);
    if (key === "$ref" && (typeof member !== "string" || !member.startsWith("#"))) {
      this.#refuse("it refers to another document");
    }
  }

  #countText(text: string): void {
    this.#characters += text.length;
    if (this.#characters > MAX_SCHEMA_CHARACTERS) {
      this.#refuse(`it has more than ${MAX_SCHEMA_CHARACTERS} characters`);
    }
  }

  #refuse(reason: string): true {
    this.refused ??= reason;
    return true;
  }
}

/** Members that go through all characters of a text or all names of an object. */
const MEASURING = [
  "minLength",
  "maxLength",
  "format",
  "minProperties",
  "maxProperties",
  "additionalProperties",
  "patternProperties",
  "propertyNames",
  "unevaluatedProperties",
];

function workOf(part: Readonly<Record<string, unknown>>): StepWork {
  let own = 0;
  for (const [key, member] of Object.entries(part)) {
    if (key === "const" || key === "enum") own += Math.ceil(JSON.stringify(member).length / 8);
    else own += countOf(member);
  }
  return Object.freeze({ own, isMeasuring: MEASURING.some((name) => Object.hasOwn(part, name)) });
}

function countOf(member: unknown): number {
  return typeof member === "object" && member !== null ? Object.keys(member).length : 0;
}

function placeOf(key: string, place: Place): Place {
  if (place === "map") return "schema";
  if (place === "data" || DATA.has(key)) return "data";
  return SCHEMA_MAPS.has(key) ? "map" : "schema";
}
