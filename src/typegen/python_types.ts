/** Types as data → Python's annotations. Objects become `TypedDict`s, each declared once under a name. */

import { toTypeName } from "./identifiers.ts";
import type { NormalizedSchema } from "./normalize_schema.ts";
import { NumberedNames } from "./numbered_names.ts";
import { isPythonName } from "./python_names.ts";
import { printString } from "./print_type.ts";
import type { PropertyNode, TypeNode } from "./type_node.ts";
import type { NamedType } from "./type_names.ts";

/** Characters of a name; what is longer is cut, and so are hints of it. */
const MAX_NAME = 80;
const RESERVED = ["Any", "Literal", "NotRequired", "TypedDict", "McpToolError", "Exception"];
const KEYWORDS = Object.freeze({
  string: "str",
  number: "float",
  boolean: "bool",
  null: "None",
  undefined: "None",
  object: "dict[str, Any]",
  unknown: "Any",
  never: "Any",
});

/** Names and texts of the `TypedDict`s of all namespaces. */
export class PythonTypes {
  readonly #types = new Map<string, NamedType>();
  readonly #names = new NumberedNames(RESERVED);
  readonly #known = new Map<string, string>();

  /** Every type so far, by name. */
  get types(): ReadonlyMap<string, NamedType> {
    return this.#types;
  }

  /** A printer for one schema; what it names begins with `prefix`. */
  printer(schema: NormalizedSchema, prefix: string): PythonTypePrinter {
    return new PythonTypePrinter(this, schema, prefix);
  }

  /** A name nobody has. */
  reserve(wanted: string): string {
    return this.#names.reserve(wanted.slice(0, MAX_NAME) || "Type");
  }

  /** Gives the text its name, or the one under which the same text is known; `$` in it is the name. */
  declare(name: string, text: (name: string) => string, needs: readonly string[]): string {
    const meaning = text("$");
    const known = this.#known.get(meaning);
    if (known !== undefined) return known;
    this.#known.set(meaning, name);
    this.#types.set(name, { name, text: text(name), needs });
    return name;
  }
}

/** Prints the types of one schema. */
export class PythonTypePrinter {
  readonly #types: PythonTypes;
  readonly #schema: NormalizedSchema;
  readonly #prefix: string;
  readonly #names = new Map<string, string>();
  /** Names of the types that were mentioned, each once. */
  readonly #needs: string[] = [];
  readonly #mentioned = new Set<string>();

  constructor(types: PythonTypes, schema: NormalizedSchema, prefix: string) {
    this.#types = types;
    this.#schema = schema;
    this.#prefix = prefix;
  }

  /** Names of the types that were mentioned. */
  get needs(): readonly string[] {
    return this.#needs;
  }

  /** The annotation; an object in it is called after `hint`. */
  print(node: TypeNode, hint: string): string {
    switch (node.kind) {
      case "keyword":
        return KEYWORDS[node.name];
      case "literal":
        return printLiterals([node.value]).join(" | ");
      case "array":
        return `list[${this.print(node.element, `${hint}Item`)}]`;
      case "tuple":
        return `list[${
          this.#printAny([...node.elements, ...(node.rest ? [node.rest] : [])], hint)
        }]`;
      case "object":
        return this.#printObject(node, hint);
      case "union":
        return this.#printAny(node.members, hint);
      case "intersection":
        return "dict[str, Any]";
      case "reference":
        return this.#printReference(node.key, hint);
    }
  }

  #printAny(members: readonly TypeNode[], hint: string): string {
    const literals = members.flatMap((member) => member.kind === "literal" ? [member.value] : []);
    const others = members.filter((member) => member.kind !== "literal")
      .map((member, index) => this.print(member, index === 0 ? hint : `${hint}${index + 1}`));
    const all = [...new Set([...printLiterals(literals), ...others])];
    return all.length === 0 || all.includes("Any") ? "Any" : all.join(" | ");
  }

  #printObject(node: Extract<TypeNode, { kind: "object" }>, hint: string): string {
    if (node.properties.length === 0) {
      return node.index === undefined
        ? "dict[str, Any]"
        : `dict[str, ${this.print(node.index, `${hint}Value`)}]`;
    }
    const name = this.#types.reserve(`${this.#prefix}${hint}`);
    return this.#declare(name, node.properties, hint);
  }

  #printReference(key: string, hint: string): string {
    const definition = this.#schema.definitions.get(key);
    if (definition === undefined) return "Any";
    const known = this.#names.get(key);
    if (known !== undefined) return this.#mention(known);
    const { node } = definition;
    const wanted = toTypeName(definition.name) || hint;
    if (node.kind !== "object" || node.properties.length === 0) {
      this.#names.set(key, "Any"); // What mentions itself outside of objects is not told.
      const text = this.print(node, wanted);
      this.#names.set(key, text);
      return text;
    }
    const name = this.#types.reserve(`${this.#prefix}${wanted}`);
    this.#names.set(key, name);
    const declared = this.#declare(name, node.properties, wanted);
    this.#names.set(key, declared);
    return declared;
  }

  #declare(name: string, properties: readonly PropertyNode[], hint: string): string {
    const before = this.#needs.length;
    const fields = properties.map((property) => {
      const type = this.print(property.type, toHint(property.name, hint));
      return { ...property, type: property.optional ? `NotRequired[${type}]` : type };
    });
    const needs = this.#needs.slice(before).filter((need) => need !== name);
    const isPlain = fields.every((field) => isPythonName(field.name));
    const text = isPlain ? toClass(fields) : toCall(fields);
    return this.#mention(this.#types.declare(name, text, needs));
  }

  #mention(name: string): string {
    if (!/^[A-Z_]\w*$/.test(name) || name === "Any" || this.#mentioned.has(name)) return name;
    this.#mentioned.add(name);
    this.#needs.push(name);
    return name;
  }
}

/** What an object behind the property is called after; no more of it than a name may have. */
export function toHint(property: string, hint = ""): string {
  return `${hint}${toTypeName(property.slice(0, MAX_NAME))}`.slice(0, MAX_NAME);
}

interface Field {
  readonly name: string;
  readonly type: string;
  readonly docs: readonly string[];
}

function toClass(fields: readonly Field[]): (name: string) => string {
  const lines = fields.map(({ name, type, docs }) => `    ${name}: ${type}${toRemark(docs)}\n`);
  return (name) => `class ${name}(TypedDict):\n${lines.join("")}`;
}

/** Keys that are no names need the other form. */
function toCall(fields: readonly Field[]): (name: string) => string {
  const lines = fields.map(({ name, type, docs }) =>
    `    ${printString(name)}: ${type},${toRemark(docs)}\n`
  );
  return (name) => `${name} = TypedDict("${name}", {\n${lines.join("")}})\n`;
}

/** A comment behind a line. */
export function toRemark(docs: readonly string[]): string {
  return docs.length === 0 ? "" : `  # ${docs.join(" ")}`;
}

function printLiterals(values: readonly (string | number | boolean)[]): readonly string[] {
  // Python has no literals of fractions.
  const isLiteral = (value: unknown) => typeof value !== "number" || Number.isSafeInteger(value);
  const literals = values.filter(isLiteral).map((value) =>
    typeof value === "string" ? printString(value) : printScalar(value)
  );
  const rest = values.every(isLiteral) ? [] : ["float"];
  return literals.length === 0 ? rest : [`Literal[${literals.join(", ")}]`, ...rest];
}

function printScalar(value: string | number | boolean): string {
  return value === true ? "True" : value === false ? "False" : String(value);
}
