/** Tools under the names that guest code uses for them. */

import type { JsonSchema, Tool, ToolGroup } from "../contract/mod.ts";
import { assignNames, canBeGlobal, compareCodeUnits, toCamelCase } from "./identifiers.ts";
import { normalizeSchema } from "./normalize_schema.ts";
import { hasManyProperties, positionalParameters } from "./parameters.ts";
import { SchemaBudget } from "./schema_budget.ts";
import { safeJson } from "./schema_docs.ts";

/** Parts of schemas that are read to find what can be given by position, for one server. */
const MAX_NAMING_PARTS = 10_000;
/** Parts of one of them: some scalars, each perhaps with all the values it may have. */
const MAX_POSITIONAL_PARTS = 600;

/** A tool with its guest names. */
export interface NamedTool {
  readonly tool: Tool;
  readonly name: string;
  /** Further names for the same tool: its camelCase form where nothing else has that name. */
  readonly aliases: readonly string[];
  /**
   * Input properties in the order of positional arguments; empty when the tool takes only an input
   * object. A first argument that is an object is the input, any other is the first of these.
   */
  readonly positional: readonly string[];
  /** What its results have looked like, where nothing promises what they will. */
  readonly observed?: Observed;
}

/** A type learned from results. */
export interface Observed {
  readonly schema: JsonSchema;
  /** Whether every result was bytes, which no schema can say. */
  readonly isBytes?: true;
  /** At least so many results were seen. */
  readonly results: number;
}

/** The tools of one server under the name of that server in guest code. */
export interface NamedNamespace {
  readonly server: string;
  readonly name: string;
  /** Whether the namespace may also be a global of its own name without hiding another. */
  readonly global: boolean;
  readonly description: string;
  readonly tools: readonly NamedTool[];
}

/**
 * Names every tool of every server. The result is sorted by name and depends on what is given, not on
 * its order. Groups of one server are joined; of two tools of one name on one server one is kept.
 * Name everything that exists and filter afterwards: then a grant never changes a name.
 */
export function nameTools(groups: readonly ToolGroup[]): readonly NamedNamespace[] {
  const joined = joinGroups(groups);
  const names = assignNames([...joined.keys()]);
  const namespaces = [...joined].map(([server, { description, tools }]): NamedNamespace => {
    const name = names.get(server) ?? server;
    return Object.freeze({
      server,
      name,
      global: canBeGlobal(name),
      description,
      tools: nameEach([...tools.values()]),
    });
  });
  return Object.freeze(namespaces.sort((a, b) => compareCodeUnits(a.name, b.name)));
}

interface JoinedGroup {
  description: string;
  readonly tools: Map<string, Tool>;
}

function joinGroups(groups: readonly ToolGroup[]): Map<string, JoinedGroup> {
  const joined = new Map<string, JoinedGroup>();
  for (const group of groups) {
    const known = joined.get(group.server) ?? { description: group.description, tools: new Map() };
    known.description = earlier(known.description, group.description, (text) => text);
    for (const tool of group.tools) {
      const other = known.tools.get(tool.name) ?? tool;
      known.tools.set(tool.name, tool === other ? tool : earlier<Tool>(other, tool, safeJson));
    }
    joined.set(group.server, known);
  }
  return joined;
}

function earlier<T>(a: T, b: T, textOf: (value: T) => string): T {
  return a === b || compareCodeUnits(textOf(a), textOf(b)) <= 0 ? a : b;
}

function nameEach(tools: readonly Tool[]): readonly NamedTool[] {
  const names = assignNames(tools.map((tool) => tool.name));
  const taken = new Set(names.values());
  const wanted = new Map<string, number>();
  for (const name of taken) {
    const camel = toCamelCase(name);
    if (camel !== undefined) wanted.set(camel, (wanted.get(camel) ?? 0) + 1);
  }
  const budget = new SchemaBudget(MAX_NAMING_PARTS, MAX_POSITIONAL_PARTS);
  const named = tools.map((tool): NamedTool => {
    const name = names.get(tool.name) ?? tool.name;
    const camel = toCamelCase(name);
    const isFree = camel !== undefined && !taken.has(camel) && wanted.get(camel) === 1;
    return Object.freeze({
      tool,
      name,
      aliases: Object.freeze(isFree ? [camel] : []),
      positional: Object.freeze(positionalNames(tool, budget)),
    });
  });
  return Object.freeze(named.sort((a, b) => compareCodeUnits(a.name, b.name)));
}

function positionalNames(tool: Tool, budget: SchemaBudget): string[] {
  if (hasManyProperties(tool.inputSchema)) return [];
  const input = normalizeSchema(tool.inputSchema, budget);
  return positionalParameters(input).map((parameter) => parameter.name);
}
