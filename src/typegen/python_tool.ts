/** One tool → its Python stub: parameters by keyword, by position where the tool takes them so. */

import { toTypeName } from "./identifiers.ts";
import type { NamedTool } from "./name_tools.ts";
import { normalizeSchema } from "./normalize_schema.ts";
import { acceptsEmpty } from "./parameters.ts";
import { isPythonName, pythonNames, toPythonName } from "./python_names.ts";
import { type PythonTypes, toHint, toRemark } from "./python_types.ts";
import type { RenderedMember } from "./render_namespace.ts";
import type { SchemaBudget } from "./schema_budget.ts";
import { observedRemark } from "./render_tool.ts";
import { MAX_TOOL_TEXT, toCommentLine } from "./schema_docs.ts";
import type { TypeNode } from "./type_node.ts";

/** Longest line of parameters. */
const MAX_LINE = 96;
const INDENT = "    ";

/** A tool's stub, and what its schemas say that it does not. */
export interface PythonTool {
  readonly member: RenderedMember;
  /** The stub as that of a function which has this path instead of its name. */
  readonly printAs: (path: string) => string;
  readonly problems: readonly string[];
}

/** Renders a tool; `prefix` begins the names of its types. */
export function renderPythonTool(
  named: NamedTool,
  taken: ReadonlySet<string>,
  types: PythonTypes,
  prefix: string,
  budget?: SchemaBudget,
): PythonTool {
  const { tool } = named;
  const [name, ...aliases] = pythonNames(named, taken);
  const input = normalizeSchema(tool.inputSchema, budget);
  const output = tool.outputSchema === undefined
    ? undefined
    : normalizeSchema(tool.outputSchema, budget);
  const base = toTypeName(named.name);
  const inputs = types.printer(input, prefix);
  const parameters = printParameters(named, input, (node, hint) => inputs.print(node, base + hint));
  const outputs = output && types.printer(output, prefix);
  const result = output === undefined ? "Any" : outputs!.print(output.root, `${base}Output`);
  const seen = renderObserved(named, types, prefix);
  const text = name === undefined
    ? `${INDENT}# ["${toCommentLine(named.name, 100)}"](…): a name that Python does not have\n`
    : seen.comment +
      printFunction(name, [plain("self"), ...parameters], result, tool.description) +
      aliases.map((alias) => `${INDENT}${alias} = ${name}\n`).join("");
  const needs = [...inputs.needs, ...outputs?.needs ?? [], ...seen.needs];
  return {
    member: { name: named.name, text, needs },
    printAs: (path) =>
      printFunction(path, parameters, result, tool.description).replaceAll(/^ {4}/gm, ""),
    problems: [
      ...input.problems.map((problem) => `input: ${problem}`),
      ...(output?.problems ?? []).map((problem) => `output: ${problem}`),
    ],
  };
}

/** What results have looked like stands in a comment, so that no type checker holds a program to it. */
function renderObserved(
  { name, tool, observed }: NamedTool,
  types: PythonTypes,
  prefix: string,
): { readonly comment: string; readonly needs: Iterable<string> } {
  if (observed === undefined || tool.outputSchema !== undefined) return { comment: "", needs: [] };
  const schema = normalizeSchema(observed.schema);
  const printer = types.printer(schema, prefix);
  const type = observed.isBytes
    ? "bytes"
    : printer.print(schema.root, `${toTypeName(name)}Observed`);
  const remark = observedRemark(observed).replace(/^@returns /, "");
  return { comment: `${INDENT}# ${remark}: ${type}\n`, needs: printer.needs };
}

interface Parameter {
  readonly text: string;
  readonly remark: string;
}

type Print = (node: TypeNode, hint: string) => string;

function printParameters(
  { positional }: NamedTool,
  schema: ReturnType<typeof normalizeSchema>,
  print: Print,
): readonly Parameter[] {
  const root = schema.root.kind === "reference"
    ? schema.definitions.get(schema.root.key)?.node ?? schema.root
    : schema.root;
  const isPlain = root.kind === "object" &&
    root.properties.every(({ name }) => isPythonName(toPythonName(name)));
  if (!isPlain) {
    const missing = acceptsEmpty(schema.root, schema) ? " = ..." : "";
    return [plain(`input: ${print(schema.root, "Input")}${missing}`), plain("/")];
  }
  const listed = positional.length === 0 ? root.properties : inOrder(root.properties, positional);
  const parameters = listed.map(({ name, type, optional, docs }) => ({
    text: `${toPythonName(name)}: ${print(type, toHint(name))}${optional ? " = ..." : ""}`,
    remark: toRemark(docs),
  }));
  const star = positional.length > 0 || listed.length === 0 ? [] : [plain("*")];
  const isOpen = root.index !== undefined &&
    !(root.index.kind === "keyword" && root.index.name === "never");
  return [...star, ...parameters, ...(isOpen ? [plain("**more: Any")] : [])];
}

function inOrder<Named extends { readonly name: string }>(
  properties: readonly Named[],
  names: readonly string[],
): readonly Named[] {
  return names.flatMap((name) => properties.find((property) => property.name === name) ?? []);
}

function plain(text: string): Parameter {
  return { text, remark: "" };
}

function printFunction(
  name: string,
  all: readonly Parameter[],
  result: string,
  description: string,
): string {
  const line = `${INDENT}async def ${name}(${
    all.map(({ text }) => text).join(", ")
  }) -> ${result}:`;
  const isShort = line.length <= MAX_LINE && all.every(({ remark }) => remark === "");
  const lines = all.map(({ text, remark }) => `${INDENT}${INDENT}${text},${remark}\n`);
  const head = isShort
    ? line
    : `${INDENT}async def ${name}(\n${lines.join("")}${INDENT}) -> ${result}:`;
  const docs = toDocstring(description);
  return docs === "" ? `${head} ...\n` : `${head}\n${INDENT}${INDENT}${docs}\n`;
}

/** A description as a docstring; nothing in it can end the string. */
export function toDocstring(description: string): string {
  const text = toCommentLine(description, MAX_TOOL_TEXT);
  // SAFETY: a server's text must not leave its string (test/unit/typegen: python_stubs).
  const safe = text.replaceAll("\\", "\\\\").replaceAll('"', "'");
  return safe === "" ? "" : `"""${safe}"""`;
}
