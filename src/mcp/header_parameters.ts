/**
 * The parameters of a tool that its server wants as HTTP headers as well, for those between that route
 * by them (`x-mcp-header` of revision 2026-07-28). Pure.
 */

/** A parameter that goes along as the header `Mcp-Param-<name>`. */
export interface HeaderParameter {
  readonly name: string;
  /** Names of properties, from the input to the parameter. */
  readonly path: readonly string[];
}

/** The parameters, or why the tool cannot be called over HTTP. */
export type HeaderParameters =
  | { readonly parameters: readonly HeaderParameter[] }
  | { readonly fault: string };

const KEY = "x-mcp-header";
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const TYPES: readonly unknown[] = ["string", "integer", "boolean"];

/** Keywords whose values are no schemas. */
const DATA: readonly string[] = ["const", "default", "enum", "examples", KEY];
/** Keywords whose values are schemas by name. */
const MAPS: readonly string[] = [
  "$defs",
  "definitions",
  "patternProperties",
  "dependentSchemas",
];

/** Reads the declarations of an input schema; one wrong declaration makes the tool unusable. */
export function readHeaderParameters(inputSchema: unknown): HeaderParameters {
  const parameters: HeaderParameter[] = [];
  const fault = visit(inputSchema, [], true, parameters);
  return fault === undefined ? { parameters: Object.freeze(parameters) } : { fault };
}

function visit(
  node: unknown,
  path: readonly string[],
  isReachable: boolean,
  found: HeaderParameter[],
): string | undefined {
  if (Array.isArray(node)) return first(node, (inner) => visit(inner, path, false, found));
  if (!isRecord(node)) return undefined;
  if (Object.hasOwn(node, KEY)) {
    const fault = declare(node, path, isReachable, found);
    if (fault !== undefined) return fault;
  }
  return first(Object.entries(node), ([keyword, value]) => {
    if (DATA.includes(keyword)) return undefined;
    if (keyword === "properties" && isRecord(value)) {
      return first(
        Object.entries(value),
        ([name, inner]) => visit(inner, [...path, name], isReachable, found),
      );
    }
    if (MAPS.includes(keyword) && isRecord(value)) {
      return first(Object.values(value), (inner) => visit(inner, path, false, found));
    }
    return visit(value, path, false, found);
  });
}

function declare(
  node: Readonly<Record<string, unknown>>,
  path: readonly string[],
  isReachable: boolean,
  found: HeaderParameter[],
): string | undefined {
  const name = node[KEY];
  if (!isReachable || path.length === 0) return "it declares a header where no parameter is";
  if (typeof name !== "string" || !TOKEN.test(name)) return "it declares a header without a name";
  if (!TYPES.includes(node["type"])) {
    return `its header "${name}" is for no string, integer or boolean`;
  }
  const isTaken = found.some((other) => other.name.toLowerCase() === name.toLowerCase());
  if (isTaken) return `it declares the header "${name}" twice`;
  found.push(Object.freeze({ name, path: Object.freeze(path) }));
  return undefined;
}

function first<Item>(
  items: readonly Item[],
  judge: (item: Item) => string | undefined,
): string | undefined {
  for (const item of items) {
    const fault = judge(item);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
