/** One namespace → its TypeScript, in pieces that can be left out one by one. */

import { compareCodeUnits, toTypeSpace } from "./identifiers.ts";
import { RESERVED_TYPE_NAMES } from "./reserved_names.ts";
import type { NamedNamespace, NamedTool } from "./name_tools.ts";
import { printKey } from "./print_type.ts";
import { renderTool } from "./render_tool.ts";
import { SchemaBudget } from "./schema_budget.ts";
import { MAX_TOOL_TEXT, printComment, toCommentLine } from "./schema_docs.ts";
import { type NamedType, TypeNames } from "./type_names.ts";

/** Something a schema says that its declaration does not. */
export interface DeclarationProblem {
  readonly server: string;
  readonly tool: string;
  readonly message: string;
}

/** One tool's members of its interface. */
export interface RenderedMember {
  readonly name: string;
  readonly text: string;
  readonly needs: readonly string[];
}

/** A namespace in pieces. */
export interface RenderedNamespace {
  readonly name: string;
  /** Name of the TypeScript namespace of its types, inside `mcp`. */
  readonly typeSpace: string;
  /** Name of the interface of its tools, inside that namespace. */
  readonly typeName: string;
  readonly global: boolean;
  readonly comment: string;
  readonly members: readonly RenderedMember[];
  readonly types: ReadonlyMap<string, NamedType>;
  readonly problems: readonly DeclarationProblem[];
}

const TYPE_INDENT = "  ";
const MEMBER_INDENT = "    ";

/** Renders every tool of a namespace. */
export function renderNamespace(namespace: NamedNamespace): RenderedNamespace {
  const typeSpace = toTypeSpace(namespace.name);
  const typeName = RESERVED_TYPE_NAMES.has(typeSpace) ? `${typeSpace}_` : typeSpace;
  const names = new TypeNames([typeName, typeSpace], TYPE_INDENT);
  const budget = new SchemaBudget();
  const problems: DeclarationProblem[] = [];
  const members = namespace.tools.map((named) => {
    const { member, messages } = renderMember(named, typeName, { names, budget });
    const { server, name: tool } = named.tool;
    problems.push(...messages.map((message) => ({ server, tool, message })));
    return member;
  });
  const description = toCommentLine(namespace.description, MAX_TOOL_TEXT);
  const comment = printComment(description === "" ? [] : [description], TYPE_INDENT);
  const { name, global } = namespace;
  return { name, typeSpace, typeName, global, comment, members, types: names.types, problems };
}

function renderMember(
  named: NamedTool,
  typeName: string,
  { names, budget }: { readonly names: TypeNames; readonly budget: SchemaBudget },
): { readonly member: RenderedMember; readonly messages: readonly string[] } {
  const { docs, parameters, results, needs, problems } = renderTool(named, {
    names,
    budget,
    indent: MEMBER_INDENT,
  });
  const type = printCalls(parameters, results);
  const member = `${printComment(docs, MEMBER_INDENT)}${MEMBER_INDENT}readonly ${
    printKey(named.name)
  }: ${type};\n`;
  const aliases = named.aliases.map((alias) =>
    `${MEMBER_INDENT}readonly ${printKey(alias)}: ${typeName}[${JSON.stringify(named.name)}];\n`
  );
  return {
    member: { name: named.name, text: member + aliases.join(""), needs },
    messages: problems,
  };
}

function printCalls(parameters: readonly string[], results: readonly string[]): string {
  const [only = ""] = parameters;
  if (parameters.length === 1) return `(${only}) => ${results[0]}`;
  const calls = parameters.map((list, index) => `(${list}): ${results[index]}`);
  const line = `{ ${calls.join("; ")} }`;
  if (!line.includes("\n")) return line;
  return `{\n${calls.map((call) => `${MEMBER_INDENT}${call};\n`).join("")}${MEMBER_INDENT}}`;
}

/** The types in `needs` and all they need in turn, as text. */
export function printTypes(namespace: RenderedNamespace, needs: Iterable<string>): string {
  return [...closure(namespace, needs)].sort(compareCodeUnits)
    .map((name) => `${TYPE_INDENT}${namespace.types.get(name)?.text ?? ""}\n`)
    .join("");
}

/** Names of the types in `needs` and of all they need in turn. */
export function closure(
  namespace: RenderedNamespace,
  needs: Iterable<string>,
): ReadonlySet<string> {
  const all = new Set<string>();
  const pending = [...needs];
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    const type = namespace.types.get(name);
    if (type === undefined || all.has(name)) continue;
    all.add(name);
    pending.push(...type.needs);
  }
  return all;
}

/** The declaration of a namespace's types and tools; `left` are tools to be named only. */
export function printNamespace(
  namespace: RenderedNamespace,
  members: readonly RenderedMember[],
  left: string,
): string {
  const types = printTypes(namespace, members.flatMap((member) => member.needs));
  const body = members.map((member) => member.text).join("");
  const rest = left === "" ? "" : `${MEMBER_INDENT}// ${left}\n`;
  return `declare namespace mcp.${namespace.typeSpace} {\n${types}${namespace.comment}` +
    `${TYPE_INDENT}interface ${namespace.typeName} {\n${body}${rest}${TYPE_INDENT}}\n}\n`;
}

/** The namespace as a member of `mcp`. */
export function printMember({ name, typeSpace, typeName }: RenderedNamespace): string {
  return `  readonly ${printKey(name)}: mcp.${typeSpace}.${typeName};\n`;
}

/** The namespace as a global, where it is one. */
export function printGlobal({ name, global }: RenderedNamespace): string {
  return global ? `declare const ${name}: typeof mcp.${name};\n` : "";
}

/** Characters it costs to declare the namespace without any tool. */
export function frameCost(namespace: RenderedNamespace): number {
  return printNamespace(namespace, [], "").length + printMember(namespace).length +
    printGlobal(namespace).length;
}
