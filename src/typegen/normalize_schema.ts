/**
 * JSON Schema (draft-07, 2020-12, OpenAPI's nullable) → types as data. Never throws and never takes
 * long: what is wrong, too deep, too large or not in the document becomes `unknown` and a problem;
 * the rest of the schema is read all the same. Objects and arrays have their own files.
 */

import { readArray } from "./array_schema.ts";
import { findProperties, readObject } from "./object_schema.ts";
import { isObject, type JsonObject, ReferenceResolver } from "./reference_resolver.ts";
import { SCHEMA_LIMITS, type SchemaBudget } from "./schema_budget.ts";
import {
  COMBINATORS,
  hasCombinator,
  hasOwnType,
  hasStructure,
  isEverything,
  isLeaf,
  saysNothing,
  typesOf,
  widenedType,
} from "./schema_keywords.ts";
import {
  immediateReferences,
  intersection,
  keyword,
  NEVER,
  type TypeNode,
  union,
  UNKNOWN,
  withoutImmediate,
} from "./type_node.ts";

/** Objects looked at for ids and anchors, for each part that may be read. */
const INDEXED_PER_PART = 10;

/** A named type of a schema. */
export interface Definition {
  readonly key: string;
  /** Name in the document, not yet legal; empty for the document itself. */
  readonly name: string;
  readonly node: TypeNode;
}

/** What a schema says, as types. */
export interface NormalizedSchema {
  readonly root: TypeNode;
  /** Types that references in `root` and in each other stand for. */
  readonly definitions: ReadonlyMap<string, Definition>;
  readonly problems: readonly string[];
  /** Parts that were read for it. */
  readonly parts: number;
}

/** Reads a schema document; what it takes is spent of `budget`. */
export function normalizeSchema(schema: unknown, budget?: SchemaBudget): NormalizedSchema {
  const reader = new SchemaReader(schema, budget?.allow(SCHEMA_LIMITS.nodes));
  const normalized = reader.readDocument();
  budget?.spend(normalized.parts);
  return normalized;
}

/** Reads the schemas of one document, once. */
export class SchemaReader {
  readonly #root: unknown;
  readonly resolver: ReferenceResolver;
  readonly #problems = new Set<string>();
  readonly #keys = new Map<object, string>();
  readonly #names = new Map<string, { readonly name: string; readonly schema: object }>();
  readonly #most: number;
  #nodes = 0;

  /** `most` bounds the parts that are read. */
  constructor(root: unknown, most: number = SCHEMA_LIMITS.nodes) {
    this.#root = root;
    this.#most = most;
    this.resolver = new ReferenceResolver(root, INDEXED_PER_PART * most);
  }

  /** Whether no further part is read; says so where one is left out. */
  isSpent(): boolean {
    if (this.#nodes < this.#most) return false;
    this.#refuseSize();
    return true;
  }

  /** Parts that may still be read. */
  get left(): number {
    return Math.max(0, this.#most - this.#nodes);
  }

  /** Counts what is told without being read. */
  count(): void {
    this.#nodes += 1;
  }

  readDocument(): NormalizedSchema {
    const read = this.read(this.#root, 0);
    const definitions = new Map<string, Definition>();
    // The map grows while it is walked: reading a definition can meet further references.
    for (const [key, { name, schema }] of this.#names) {
      definitions.set(key, { key, name, node: this.read(schema, 0) });
    }
    this.#breakCycles(definitions);
    const rootKey = isObject(this.#root) ? this.#keys.get(this.#root) : undefined;
    const root: TypeNode = rootKey === undefined ? read : { kind: "reference", key: rootKey };
    const parts = Math.min(this.#nodes, this.#most);
    return { root, definitions, problems: [...this.#problems], parts };
  }

  /** Notes what could not be expressed. */
  report(problem: string): void {
    if (this.#problems.size < SCHEMA_LIMITS.problems) this.#problems.add(problem);
  }

  /** The type of `schema`, nested `depth` deep. */
  read(schema: unknown, depth: number): TypeNode {
    if (typeof schema === "boolean") return schema ? UNKNOWN : NEVER;
    if (!isObject(schema)) return this.#refuse("A schema is neither an object nor a boolean");
    if (depth > SCHEMA_LIMITS.depth) {
      return this.#refuse(`The schema nests deeper than ${SCHEMA_LIMITS.depth} levels`);
    }
    if (++this.#nodes > this.#most) return this.#refuseSize();
    if (isEverything(schema["not"])) return NEVER;
    const node = intersection(this.#readParts(schema, depth));
    return schema["nullable"] === true ? union([node, keyword("null")]) : node;
  }

  #refuse(problem: string): TypeNode {
    this.report(problem);
    return UNKNOWN;
  }

  #refuseSize(): TypeNode {
    return this.#refuse(`The schema has more than ${this.#most} parts`);
  }

  #readParts(schema: JsonObject, depth: number): TypeNode[] {
    const parts = [this.#readOwn(schema, depth)];
    const reference = schema["$ref"] ?? schema["$dynamicRef"] ?? schema["$recursiveRef"];
    if (typeof reference === "string") parts.unshift(this.#readReference(reference, schema));
    for (const combinator of COMBINATORS) {
      const branches = schema[combinator];
      if (!Array.isArray(branches)) continue;
      const nodes = this.#readBranches(schema, branches, combinator, depth);
      if (combinator === "allOf") parts.push(...nodes);
      else parts.push(union(nodes));
    }
    if ("then" in schema && "else" in schema && !hasStructure(schema)) {
      const branches = [schema["then"], schema["else"]];
      parts.push(union(this.#readBranches(schema, branches, "if", depth)));
    }
    return parts;
  }

  #readBranches(
    schema: JsonObject,
    branches: readonly unknown[],
    combinator: string,
    depth: number,
  ): TypeNode[] {
    if (branches.length > SCHEMA_LIMITS.branches) {
      return [this.#refuse(`${combinator} has more than ${SCHEMA_LIMITS.branches} branches`)];
    }
    const narrows = combinator === "anyOf" || combinator === "oneOf";
    const told = hasStructure(schema) && narrows
      ? branches.filter((branch) => !saysNothing(branch))
      : branches;
    if (told.length < branches.length) return [UNKNOWN];
    return told.map((branch) => this.read(this.#inherit(schema, branch), depth + 1));
  }

  /** A branch with what it leaves for its parent to say: the type, and required properties' types. */
  #inherit(schema: JsonObject, branch: unknown): unknown {
    if (!isObject(branch) || hasOwnType(branch)) return branch;
    const inherited: Record<string, unknown> = { ...branch };
    if ("type" in schema) inherited["type"] = schema["type"];
    if (!Array.isArray(branch["required"])) return inherited;
    const own = isObject(branch["properties"]) ? branch["properties"] : {};
    const borrowed = branch["required"].slice(0, SCHEMA_LIMITS.branches).flatMap((name) => {
      if (typeof name !== "string" || Object.hasOwn(own, name)) return [];
      const [found] = findProperties(schema, name, this.resolver);
      return found === undefined ? [] : [[name, found] as const];
    });
    inherited["properties"] = { ...Object.fromEntries(borrowed), ...own };
    return inherited;
  }

  #readReference(reference: string, from: JsonObject): TypeNode {
    let found = this.resolver.resolve(reference, from);
    for (let hops = 0; found !== undefined; hops++) {
      const { schema, name } = found;
      if (!isObject(schema)) return this.read(schema, 0);
      const next = schema["$ref"];
      if (typeof next !== "string" || hasStructure(schema) || hasCombinator(schema)) {
        return this.#define(schema, name);
      }
      if (hops >= SCHEMA_LIMITS.hops) break;
      found = this.resolver.resolve(next, schema);
    }
    return this.#refuse(
      found === undefined
        ? `The reference ${JSON.stringify(reference.slice(0, 100))} leads to nothing in the schema`
        : `The reference ${JSON.stringify(reference.slice(0, 100))} leads in a circle or too far`,
    );
  }

  #define(schema: JsonObject, name: string): TypeNode {
    const known = this.#keys.get(schema);
    if (known !== undefined) return { kind: "reference", key: known };
    if (isLeaf(schema)) return this.read(schema, 0);
    if (this.#names.size >= SCHEMA_LIMITS.definitions) {
      return this.#refuse(`The schema has more than ${SCHEMA_LIMITS.definitions} named types`);
    }
    const key = `d${this.#names.size}`;
    this.#keys.set(schema, key);
    this.#names.set(key, { name, schema });
    return { kind: "reference", key };
  }

  /** What the schema says by itself, `unknown` when nothing or when its branches say it all. */
  #readOwn(schema: JsonObject, depth: number): TypeNode {
    if ("const" in schema) return this.#readValue(schema["const"], depth);
    if (Array.isArray(schema["enum"])) return this.#readEnum(schema["enum"], depth);
    const types = typesOf(schema);
    const isCovered = hasCombinator(schema) || "$ref" in schema;
    if (types.length === 0 || (isCovered && !hasStructure(schema))) return UNKNOWN;
    return union(types.map((type) => this.#readType(type, schema, depth)));
  }

  #readType(type: unknown, schema: JsonObject, depth: number): TypeNode {
    switch (type) {
      case "string":
      case "boolean":
      case "null":
        return keyword(type);
      case "number":
      case "integer":
        return keyword("number");
      case "object":
        return readObject(this, schema, depth);
      case "array":
        return readArray(this, schema, depth);
      default:
        return this.#refuse(`There is no type ${JSON.stringify(String(type).slice(0, 100))}`);
    }
  }

  #readEnum(values: readonly unknown[], depth: number): TypeNode {
    if (values.length <= SCHEMA_LIMITS.enumValues) {
      return union(values.map((value) => this.#readValue(value, depth)));
    }
    return union([...new Set(values.map(widenedType))].map((name) => keyword(name)));
  }

  /** The type of exactly this value. */
  #readValue(value: unknown, depth: number): TypeNode {
    if (depth > SCHEMA_LIMITS.depth || ++this.#nodes > this.#most) {
      return this.#refuse("A constant is too large");
    }
    if (value === null) return keyword("null");
    if (Array.isArray(value)) {
      const elements = value.map((element) => this.#readValue(element, depth + 1));
      return { kind: "tuple", elements, optionalFrom: elements.length };
    }
    if (typeof value === "number") {
      return Number.isFinite(value) ? { kind: "literal", value } : keyword("number");
    }
    if (typeof value === "string" || typeof value === "boolean") return { kind: "literal", value };
    if (!isObject(value)) return this.#refuse("A constant is not JSON");
    const properties = Object.entries(value).map(([name, property]) => ({
      name,
      optional: false,
      type: this.#readValue(property, depth + 1),
      docs: [],
    }));
    return { kind: "object", properties };
  }

  /** TypeScript refuses a type that is itself a part of itself; such parts become `unknown`. */
  #breakCycles(definitions: Map<string, Definition>): void {
    const done = new Set<string>();
    const visit = (key: string, path: ReadonlySet<string>): void => {
      const definition = definitions.get(key);
      if (definition === undefined || done.has(key)) return;
      const inside = new Set([...path, key]);
      const references = immediateReferences(definition.node);
      if (references.some((other) => inside.has(other))) {
        this.report(`The type ${JSON.stringify(definition.name.slice(0, 100))} consists of itself`);
        definitions.set(key, { ...definition, node: withoutImmediate(definition.node, inside) });
      }
      for (const other of references) if (!inside.has(other)) visit(other, inside);
      done.add(key);
    };
    for (const key of definitions.keys()) visit(key, new Set());
  }
}
