/** One tool as a Python program needs to see it to call it. */

import { compareCodeUnits, toTypeName } from "./identifiers.ts";
import type { NamedNamespace, NamedTool } from "./name_tools.ts";
import { isPythonName, pythonNames, toPythonName } from "./python_names.ts";
import { renderPythonTool } from "./python_tool.ts";
import { PythonTypes } from "./python_types.ts";
import { MAX_SIGNATURE_PARTS, SchemaBudget } from "./schema_budget.ts";

/**
 * The signature of a tool: a stub under the path by which it is called, such as
 * `async def mcp.memory.search_nodes(*, query: str) -> Any: ...`, after the types in it.
 */
export function pythonSignature(namespace: NamedNamespace, named: NamedTool): string {
  const types = new PythonTypes();
  const taken = new Set(namespace.tools.map(({ name }) => name));
  const { printAs } = renderPythonTool(
    named,
    taken,
    types,
    toTypeName(namespace.name),
    new SchemaBudget(MAX_SIGNATURE_PARTS, MAX_SIGNATURE_PARTS),
  );
  const name = pythonNames(named, taken)[0] ?? named.name;
  const path = `mcp${access(toPythonName(namespace.name))}${access(name)}`;
  const texts = [...types.types.values()].sort((a, b) => compareCodeUnits(a.name, b.name));
  return [...texts.map(({ text }) => `${text.trim()}\n\n`), printAs(path)].join("").trimEnd();
}

function access(name: string): string {
  return isPythonName(name) ? `.${name}` : `[${JSON.stringify(name)}]`;
}
