/** Types in the shape other code-mode frameworks expect: one alias a schema, one object of tools. */

import type { JsonSchema } from "../contract/mod.ts";
import { sanitizeToolName } from "./identifiers.ts";
import { normalizeSchema } from "./normalize_schema.ts";
import { NumberedNames } from "./numbered_names.ts";
import { printType } from "./print_type.ts";
import { isObject } from "./reference_resolver.ts";
import { MAX_TOOL_TEXT, printComment, toCommentLine } from "./schema_docs.ts";
import { TypeNames } from "./type_names.ts";

/**
 * A tool of another framework. A schema is a JSON Schema, an object that holds one as `jsonSchema`,
 * or a Standard Schema that can tell its JSON Schema (zod from 4.2 on can).
 */
export interface DescribedTool {
  readonly description?: string;
  readonly inputSchema?: unknown;
  readonly outputSchema?: unknown;
}

/**
 * A JSON Schema as `type <typeName> = …`, after the types it refers to. What is wrong in the schema
 * becomes `unknown`.
 */
export function jsonSchemaToType(schema: JsonSchema, typeName = "Schema"): string {
  return printAlias(schema, typeName, new TypeNames([typeName]));
}

/**
 * Types of all tools and `declare const <namespace>: { … }`. A schema that cannot be read is
 * `unknown`, as is a result without one.
 */
export function generateTypes(
  tools: Readonly<Record<string, DescribedTool>>,
  namespace = "codemode",
): string {
  const named = nameEach(Object.entries(tools));
  const names = new TypeNames(named.flatMap(({ type }) => [`${type}Input`, `${type}Output`]));
  const aliases = named.flatMap(({ type, tool }) => [
    printAlias(toJsonSchema(tool.inputSchema, "input"), `${type}Input`, names),
    printAlias(toJsonSchema(tool.outputSchema, "output"), `${type}Output`, names),
  ]);
  const members = named.map(({ key, name, type, tool }) => {
    const text = toCommentLine(tool.description || key, MAX_TOOL_TEXT);
    return `${printComment(text === "" ? [] : [text], "\t")}` +
      `\t${name}: (input: ${type}Input) => Promise<${type}Output>;\n`;
  });
  const body = members.length === 0 ? "{}" : `{\n${members.join("\n")}}`;
  const declaration = `declare const ${namespace}: ${body}`;
  return [aliases.join("\n"), declaration].filter((part) => part !== "").join("\n\n");
}

interface NamedEntry {
  readonly key: string;
  readonly name: string;
  readonly type: string;
  readonly tool: DescribedTool;
}

/** Names as frameworks sanitise them; further ones of a name or type are numbered. */
function nameEach(entries: readonly (readonly [string, DescribedTool])[]): NamedEntry[] {
  const names = new NumberedNames();
  const types = new NumberedNames();
  return entries.map(([key, tool]) => {
    const name = names.reserve(sanitizeToolName(key), "_");
    return { key, tool, name, type: types.reserve(toPascal(name), "_") };
  });
}

function toPascal(name: string): string {
  const camel = name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
  return camel.slice(0, 1).toUpperCase() + camel.slice(1);
}

function printAlias(schema: JsonSchema, typeName: string, names: TypeNames): string {
  const known = new Set(names.types.keys());
  const normalized = normalizeSchema(schema);
  const nameOf = names.adopt(normalized, `${typeName}Root`);
  const shared = [...names.types.values()].filter((type) => !known.has(type.name));
  const alias = `type ${typeName} = ${printType(normalized.root, { nameOf })}`;
  return [...shared.map((type) => type.text), alias].join("\n");
}

/** The JSON Schema of whatever a framework calls a schema; `true`, everything, when there is none. */
function toJsonSchema(schema: unknown, io: "input" | "output"): JsonSchema {
  if (typeof schema === "boolean") return schema;
  if (typeof schema !== "object" && typeof schema !== "function" || schema === null) return true;
  if ("~standard" in schema) return fromStandard(schema["~standard"], io);
  if ("jsonSchema" in schema) return isObject(schema.jsonSchema) ? schema.jsonSchema : true;
  return isObject(schema) ? schema : true;
}

function fromStandard(standard: unknown, io: "input" | "output"): JsonSchema {
  if (!isObject(standard)) return true;
  const converter = standard["jsonSchema"];
  if (!isObject(converter)) return true;
  const convert = converter[io];
  if (typeof convert !== "function") return true;
  try {
    const schema: unknown = convert.call(converter, { target: "draft-2020-12" });
    return isObject(schema) ? schema : true;
  } catch {
    // The converter refuses what JSON Schema cannot say, such as dates; the type is then open.
    return true;
  }
}
