/**
 * The stubs of everything a Python program may call, as one `.pyi`. The same tools give the same text
 * and hash, in whatever order they come. The first line says whether it is COMPLETE.
 */

import { createHash } from "node:crypto";
import type { DeclarationOptions, Declarations } from "./declarations.ts";
import { compareCodeUnits, toTypeName } from "./identifiers.ts";
import type { NamedNamespace } from "./name_tools.ts";
import { isPythonGlobal, isPythonName, toPythonName } from "./python_names.ts";
import { renderPythonTool, toDocstring } from "./python_tool.ts";
import { PythonTypes } from "./python_types.ts";
import { closure, type RenderedNamespace } from "./render_namespace.ts";
import { SchemaBudget } from "./schema_budget.ts";
import { type Selection, selectWithin } from "./select_within.ts";

const CHARACTERS_A_TOKEN = 4;

const AMBIENT =
  `# Calls are awaited, arguments given by keyword: await mcp.server.tool(name="value")
from typing import Any, Literal, NotRequired, TypedDict

class McpToolError(Exception):
    """What a failed tool call raises."""
    code: str  # Such as MCP_TOOL_ERROR, TOOL_INPUT_INVALID, TOOL_TIMEOUT, MCP_SERVER_UNAVAILABLE.
    server: str
    tool: str
    details: Any

class _Codemode:
    """Finding and calling tools by name; a path is such as 'mcp.memory.search_nodes'."""
    async def search(
        self,
        query: str,
        options: dict[str, Any] = ...,
        *,
        limit: int = ...,
        detail: Literal["brief", "detailed", "full"] = ...,
    ) -> list[dict[str, Any]]: ...
    async def describe(self, path: str) -> dict[str, Any]: ...
    async def call(self, path: str, input: dict[str, Any] = ..., **more: Any) -> Any: ...

codemode: _Codemode
`;

/** Declares the tools of `namespaces` for Python. Never throws for a schema: see `problems`. */
export function createPythonStubs(
  namespaces: readonly NamedNamespace[],
  options: DeclarationOptions = {},
): Declarations {
  const types = new PythonTypes();
  const rendered = [...namespaces].sort((a, b) => compareCodeUnits(a.name, b.name))
    .map((namespace) => renderNamespace(namespace, types));
  const everything = rendered.map(({ members }) => ({ members, left: "" }));
  const complete = printStubs(rendered, everything);
  const hash = createHash("sha256").update(complete).digest("hex");
  const problems = rendered.flatMap((namespace) => namespace.problems);
  const budget = (options.budgetTokens ?? Infinity) * CHARACTERS_A_TOKEN;
  if (complete.length <= budget) return { text: complete, hash, complete: true, problems };
  const left = budget - printStubs([], []).length;
  const text = printStubs(rendered, selectWithin(rendered, left, frameCost));
  return { text, hash, complete: false, problems };
}

function renderNamespace(namespace: NamedNamespace, types: PythonTypes): RenderedNamespace {
  const { name, server, global } = namespace;
  const taken = new Set(namespace.tools.map((tool) => tool.name));
  const sorted = [...namespace.tools].sort((a, b) => compareCodeUnits(a.name, b.name));
  const budget = new SchemaBudget();
  const tools = sorted.map((named) => ({
    named,
    ...renderPythonTool(named, taken, types, toTypeName(name), budget),
  }));
  return {
    name,
    typeSpace: "",
    typeName: `_Server_${isPythonName(toPythonName(name)) ? name : toTypeName(name)}`,
    global: global && isPythonGlobal(toPythonName(name)),
    comment: toDocstring(namespace.description),
    members: tools.map(({ member }) => member),
    types: types.types,
    problems: tools.flatMap(({ named, problems }) =>
      problems.map((message) => ({ server, tool: named.tool.name, message }))
    ),
  };
}

function printStubs(
  rendered: readonly RenderedNamespace[],
  selections: readonly Selection[],
): string {
  const shown = rendered.map((namespace, index) => ({
    namespace,
    ...(selections[index] ?? { members: [], left: "" }),
  }));
  const needs = shown.flatMap(({ members }) => members.flatMap((member) => member.needs));
  const [first] = rendered;
  const used = first === undefined ? [] : [...closure(first, needs)].sort(compareCodeUnits);
  const types = used.map((name) => `\n${first?.types.get(name)?.text ?? ""}`);
  const declared = shown.filter(({ members, left }) => members.length > 0 || left === "");
  const rest = shown.filter((one) => !declared.includes(one));
  return [
    header(rendered, shown.reduce((sum, { members }) => sum + members.length, 0)),
    AMBIENT,
    ...types,
    ...declared.map((one) => printClass(one.namespace, one.members, one.left)),
    printValues(declared.map(({ namespace }) => namespace)),
    ...rest.map(({ namespace, left }) => `# mcp.${namespace.name}: ${left}\n`),
  ].join("");
}

function header(rendered: readonly RenderedNamespace[], shown: number): string {
  const tools = rendered.reduce((sum, namespace) => sum + namespace.members.length, 0);
  if (shown === tools) return `# COMPLETE: ${tools} tools in ${rendered.length} namespaces.\n`;
  return `# PARTIAL: ${shown} of ${tools} tools in ${rendered.length} namespaces; ` +
    `codemode.search(query) gives the signatures of the others.\n`;
}

function printClass(
  { typeName, comment }: RenderedNamespace,
  members: readonly { readonly text: string }[],
  left: string,
): string {
  const docs = comment === "" ? "" : `    ${comment}\n`;
  const rest = left === "" ? "" : `    # ${left}\n`;
  const body = docs + members.map(({ text }) => text).join("") + rest;
  return `\nclass ${typeName}:\n${body}${
    members.length === 0 && comment === "" ? "    ...\n" : ""
  }`;
}

function printValues(rendered: readonly RenderedNamespace[]): string {
  const members = rendered.map(printMember).join("");
  return `\nclass _Servers:\n${members === "" ? "    ...\n" : members}\nmcp: _Servers\n${
    rendered.map(printGlobal).join("")
  }`;
}

function printMember({ name, typeName }: RenderedNamespace): string {
  const legal = toPythonName(name);
  return isPythonName(legal) ? `    ${legal}: ${typeName}\n` : `    # ["${name}"]: ${typeName}\n`;
}

function printGlobal({ name, typeName, global }: RenderedNamespace): string {
  return global ? `${toPythonName(name)}: ${typeName}\n` : "";
}

/** Characters it costs to declare the namespace without any tool. */
function frameCost(namespace: RenderedNamespace): number {
  return printClass(namespace, [], "").length + printMember(namespace).length +
    printGlobal(namespace).length;
}
