/** One tool → its TypeScript: what it takes, what it gives, in every way it can be called. */

import type { JsonSchema } from "../contract/mod.ts";
import { isPlainIdentifier, toTypeName } from "./identifiers.ts";
import type { NamedTool, Observed } from "./name_tools.ts";
import { normalizeSchema } from "./normalize_schema.ts";
import { acceptsEmpty, positionalParameters } from "./parameters.ts";
import { printType } from "./print_type.ts";
import { RESERVED_WORDS } from "./reserved_names.ts";
import type { SchemaBudget } from "./schema_budget.ts";
import { MAX_TOOL_TEXT, toCommentLine } from "./schema_docs.ts";
import { OBSERVED, type TypeNames } from "./type_names.ts";
import type { PropertyNode } from "./type_node.ts";

/** A result type longer than this gets a name when it is needed twice. */
const MAX_REPEATED = 40;
/** Code units of one schema's type; a longer one is `unknown`. */
const MAX_TYPE_TEXT = 65_536;
/** What is said of a result whose type nobody declared. */
const UNTYPED_RESULT = "@returns untyped: the tool declares no output schema";

/** What is said of a result whose type was learned. */
export function observedRemark({ results }: Observed): string {
  const times = results === 1 ? "1 result" : `at least ${results} results`;
  return `@returns observed in ${times}; not promised`;
}

/** The parts of a tool's declaration. */
export interface RenderedTool {
  /** Comment lines. */
  readonly docs: readonly string[];
  /** One or two parameter lists, without parentheses. */
  readonly parameters: readonly string[];
  /** The result of each of these, such as `Promise<any>`. */
  readonly results: readonly string[];
  /** Names of the shared types it mentions. */
  readonly needs: readonly string[];
  /** What its schemas say that could not be expressed. */
  readonly problems: readonly string[];
}

/** Where types go, and how far multi-line types are indented. */
export interface RenderOptions {
  readonly names: TypeNames;
  readonly indent: string;
  /** @default each schema has its own bound and no other */
  readonly budget?: SchemaBudget;
}

/** Renders a tool. Types it shares with others are declared in `options.names`. */
export function renderTool(named: NamedTool, options: RenderOptions): RenderedTool {
  const { tool } = named;
  const needs = new Set<string>();
  const base = toTypeName(named.name);
  const input = renderSchema(tool.inputSchema, `${base}Input`, needs, options);
  const inputText = reindent(tool.printed?.input, options.indent) ?? input.text;
  const parameters = [`input${input.optional ? "?" : ""}: ${inputText}`];
  if (named.positional.length > 0 && input.positional.length > 0) {
    parameters.push(printPositional(input.positional, input.nameOf));
  }
  const output = renderOutput(
    named,
    { name: `${base}Output`, uses: parameters.length },
    needs,
    options,
  );
  const description = toCommentLine(tool.description, MAX_TOOL_TEXT);
  return {
    docs: [
      ...(description === "" ? [] : [description]),
      ...output.docs,
    ],
    parameters,
    results: output.types.map((type) => `Promise<${type}>`),
    needs: [...needs],
    problems: [
      ...input.problems.map((problem) => `input: ${problem}`),
      ...output.problems.map((problem) => `output: ${problem}`),
    ],
  };
}

interface RenderedOutput {
  /** One for each way to call the tool. */
  readonly types: readonly string[];
  readonly docs: readonly string[];
  readonly problems: readonly string[];
}

/** What the result is called if it needs a name, and how often it stands. */
interface OutputUse {
  readonly name: string;
  readonly uses: number;
}

function renderOutput(
  { tool, observed }: NamedTool,
  { name, uses }: OutputUse,
  needs: Set<string>,
  options: RenderOptions,
): RenderedOutput {
  const output = tool.outputSchema === undefined
    ? undefined
    : renderSchema(tool.outputSchema, name, needs, options);
  const text = reindent(tool.printed?.output, options.indent) ?? output?.text;
  if (text !== undefined) {
    const type = nameResult(text, { name, uses }, needs, options);
    return { types: Array(uses).fill(type), docs: [], problems: output?.problems ?? [] };
  }
  const untyped = Array<string>(uses).fill("any");
  if (observed === undefined) return { types: untyped, docs: [UNTYPED_RESULT], problems: [] };
  // The type has no name that a program could use: the checker is not told of it.
  const seen = observed.isBytes
    ? "Uint8Array"
    : renderSchema(observed.schema, name, needs, options).text;
  options.names.declareObserved();
  needs.add(OBSERVED);
  const types = [`${OBSERVED}<${seen}>`, ...untyped.slice(1)];
  return { types, docs: [observedRemark(observed)], problems: [] };
}

interface RenderedSchema {
  readonly text: string;
  readonly optional: boolean;
  readonly positional: readonly PropertyNode[];
  readonly problems: readonly string[];
  readonly nameOf: (key: string) => string;
}

function renderSchema(
  schema: JsonSchema,
  rootName: string,
  needs: Set<string>,
  options: RenderOptions,
): RenderedSchema {
  const normalized = normalizeSchema(schema, options.budget);
  const adopted = options.names.adopt(normalized, rootName);
  const nameOf = (key: string) => {
    needs.add(adopted(key));
    return adopted(key);
  };
  const text = printType(normalized.root, { nameOf, indent: options.indent });
  const isTooLong = text.length > MAX_TYPE_TEXT;
  const tooLong = `The type is longer than ${MAX_TYPE_TEXT} characters`;
  return {
    text: isTooLong ? "unknown" : text,
    optional: acceptsEmpty(normalized.root, normalized),
    positional: positionalParameters(normalized),
    problems: isTooLong ? [...normalized.problems, tooLong] : normalized.problems,
    nameOf,
  };
}

/** The result's type; a long one that stands twice gets a name. */
function nameResult(
  text: string,
  { name: wanted, uses }: OutputUse,
  needs: Set<string>,
  options: RenderOptions,
): string {
  if (uses < 2 || text.length <= MAX_REPEATED) return text;
  const name = options.names.reserve(wanted);
  options.names.declare(name, text, [...needs]);
  needs.add(name);
  return name;
}

function printPositional(
  parameters: readonly PropertyNode[],
  nameOf: (key: string) => string,
): string {
  const used = new Set<string>();
  return parameters.map((parameter, index) => {
    const isFree = isPlainIdentifier(parameter.name) && !RESERVED_WORDS.has(parameter.name) &&
      !used.has(parameter.name);
    const name = isFree ? parameter.name : `argument${index + 1}`;
    used.add(name);
    return `${name}${parameter.optional ? "?" : ""}: ${printType(parameter.type, { nameOf })}`;
  }).join(", ");
}

function reindent(text: string | undefined, indent: string): string | undefined {
  return text?.replaceAll("\n", `\n${indent}`);
}
