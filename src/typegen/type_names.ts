/**
 * Names for the types that schemas of one namespace share. Definitions that mean the same in several
 * schemas become one type; different ones that want one name are numbered.
 */

import { createHash } from "node:crypto";
import { RESERVED_TYPE_NAMES, RESERVED_WORDS } from "./reserved_names.ts";
import { toTypeName } from "./identifiers.ts";
import type { NormalizedSchema } from "./normalize_schema.ts";
import { NumberedNames } from "./numbered_names.ts";
import { printType } from "./print_type.ts";

/** A named type, ready to be declared. */
export interface NamedType {
  readonly name: string;
  readonly text: string;
  /** Names of the types it mentions. */
  readonly needs: readonly string[];
}

/** Longest name taken from a schema, in code units. */
const MAX_TYPE_NAME = 60;

/** The name of a type that says what something has looked like, and is anything. */
export const OBSERVED = "Observed";

/** The type names of one namespace. */
export class TypeNames {
  readonly #types = new Map<string, NamedType>();
  /** Meaning of a definition → its name. */
  readonly #known = new Map<string, string>();
  readonly #names: NumberedNames;
  readonly #indent: string;

  /** `taken` are names that no type may have. */
  constructor(taken: readonly string[] = [], indent = "") {
    this.#names = new NumberedNames(
      taken,
      (name) => RESERVED_TYPE_NAMES.has(name) || RESERVED_WORDS.has(name),
    );
    this.#indent = indent;
  }

  /** Every type so far, by name. */
  get types(): ReadonlyMap<string, NamedType> {
    return this.#types;
  }

  /** A name nobody has, as close to `wanted` as can be. */
  reserve(wanted: string): string {
    const base = wanted === "" ? "Type" : wanted.slice(0, MAX_TYPE_NAME).toWellFormed();
    return this.#names.reserve(base);
  }

  /** Declares a type whose text is known. */
  declare(name: string, text: string, needs: readonly string[]): void {
    this.#types.set(name, { name, text: `type ${name} = ${text};`, needs });
  }

  /** Declares {@link OBSERVED}. The compiler accepts every use of it: nothing is promised. */
  declareObserved(): void {
    this.#types.set(OBSERVED, {
      name: OBSERVED,
      text: `type ${OBSERVED}<Shape> = any;`,
      needs: [],
    });
  }

  /**
   * Declares the definitions of a schema; the answer gives the name of each by its key.
   * `rootName` is what a definition is called that has no name in its document.
   */
  adopt(schema: NormalizedSchema, rootName: string): (key: string) => string {
    const meanings = meaningsOf(schema);
    const names = new Map<string, string>();
    const fresh: string[] = [];
    for (const [key, definition] of schema.definitions) {
      const wanted = toTypeName(definition.name) || rootName;
      const meaning = `${wanted}=${meanings.get(key)}`;
      const known = this.#known.get(meaning);
      const name = known ?? this.reserve(wanted);
      if (known === undefined) fresh.push(key);
      this.#known.set(meaning, name);
      names.set(key, name);
    }
    const nameOf = (key: string) => names.get(key) ?? "unknown";
    for (const key of fresh) this.#declareDefinition(schema, key, nameOf);
    return nameOf;
  }

  #declareDefinition(schema: NormalizedSchema, key: string, nameOf: (key: string) => string): void {
    const definition = schema.definitions.get(key);
    if (definition === undefined) return;
    const needs = new Set<string>();
    const text = printType(definition.node, {
      indent: this.#indent,
      nameOf(other) {
        needs.add(nameOf(other));
        return nameOf(other);
      },
    });
    this.declare(nameOf(key), text, [...needs]);
  }
}

/** A digest for each definition, equal where the printed types are equal all the way down. */
function meaningsOf(schema: NormalizedSchema): ReadonlyMap<string, string> {
  const meanings = new Map<string, string>();
  const path = new Set<string>();
  const visit = (key: string): void => {
    const definition = schema.definitions.get(key);
    if (definition === undefined || meanings.has(key) || path.has(key)) return;
    path.add(key);
    const mentioned = new Set<string>();
    const collect = (other: string) => {
      mentioned.add(other);
      return "";
    };
    printType(definition.node, { nameOf: collect });
    for (const other of mentioned) visit(other);
    const nameOf = (other: string) => meanings.get(other) ?? `^${nameIn(schema, other)}`;
    meanings.set(key, digest(printType(definition.node, { nameOf })));
    path.delete(key);
  };
  for (const key of schema.definitions.keys()) visit(key);
  return meanings;
}

function nameIn(schema: NormalizedSchema, key: string): string {
  return schema.definitions.get(key)?.name ?? "";
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("base64");
}
