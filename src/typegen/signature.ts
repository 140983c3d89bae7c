/** One tool as an agent needs to see it to call it: ready to paste, nothing to look up. */

import type { NamedNamespace, NamedTool } from "./name_tools.ts";
import { printKey } from "./print_type.ts";
import { isPlainIdentifier } from "./identifiers.ts";
import { renderTool } from "./render_tool.ts";
import { printComment } from "./schema_docs.ts";
import { MAX_SIGNATURE_PARTS, SchemaBudget } from "./schema_budget.ts";
import { OBSERVED, TypeNames } from "./type_names.ts";

/**
 * The signature of a tool: its comment, a line for each way to call it, such as
 * `mcp.memory.search_nodes(input: { query: string }): Promise<any>;`, and the named types in them.
 */
export function signature(namespace: NamedNamespace, named: NamedTool): string {
  const names = new TypeNames();
  const { docs, parameters, results } = renderTool(named, {
    names,
    indent: "",
    budget: new SchemaBudget(MAX_SIGNATURE_PARTS, MAX_SIGNATURE_PARTS),
  });
  const path = `mcp${access(namespace.name)}${access(named.name)}`;
  const calls = parameters.map((list, index) => `${path}(${list}): ${results[index]};`);
  const types = [...names.types.values()].filter((type) => type.name !== OBSERVED)
    .map((type) => type.text);
  return printComment(docs, "") + [...calls, ...types].join("\n");
}

function access(name: string): string {
  return isPlainIdentifier(name) ? `.${name}` : `[${printKey(name)}]`;
}
