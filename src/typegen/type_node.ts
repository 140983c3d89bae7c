/**
 * Types as data, between reading schemas and printing TypeScript. The constructors keep nodes simple:
 * no nested or one-member unions, no `unknown` inside an intersection, no doubles.
 */

/** A built-in type. */
export type KeywordName =
  | "string"
  | "number"
  | "boolean"
  | "null"
  | "undefined"
  | "object"
  | "unknown"
  | "never";

/** One property. `docs` are the lines of its comment. */
export interface PropertyNode {
  readonly name: string;
  readonly optional: boolean;
  readonly type: TypeNode;
  readonly docs: readonly string[];
}

/** A type. */
export type TypeNode =
  | { readonly kind: "keyword"; readonly name: KeywordName }
  | { readonly kind: "literal"; readonly value: string | number | boolean }
  | { readonly kind: "array"; readonly element: TypeNode }
  | {
    readonly kind: "tuple";
    readonly elements: readonly TypeNode[];
    /** Elements from this position on may be missing. */
    readonly optionalFrom: number;
    readonly rest?: TypeNode;
  }
  | {
    readonly kind: "object";
    readonly properties: readonly PropertyNode[];
    /** Type of properties that are not listed. */
    readonly index?: TypeNode;
  }
  | { readonly kind: "union"; readonly members: readonly TypeNode[] }
  | { readonly kind: "intersection"; readonly members: readonly TypeNode[] }
  /** A named type; `key` is the definition it stands for. */
  | { readonly kind: "reference"; readonly key: string };

/** A built-in type as a node. */
export function keyword(name: KeywordName): TypeNode {
  return { kind: "keyword", name };
}

/** The type of everything. */
export const UNKNOWN: TypeNode = keyword("unknown");
/** The type of nothing. */
export const NEVER: TypeNode = keyword("never");

/** Whether the node is the built-in type `name`. */
export function isKeyword(node: TypeNode, name: KeywordName): boolean {
  return node.kind === "keyword" && node.name === name;
}

/** Any of `nodes`. */
export function union(nodes: readonly TypeNode[]): TypeNode {
  if (nodes.length === 1 && nodes[0] !== undefined) return nodes[0];
  const members = distinct(flatten(nodes, "union")).filter((node) => !isKeyword(node, "never"));
  if (members.some((node) => isKeyword(node, "unknown"))) return UNKNOWN;
  const [only] = members;
  if (only === undefined) return NEVER;
  return members.length === 1 ? only : { kind: "union", members };
}

/** All of `nodes` at once. Objects with different properties become one object. */
export function intersection(nodes: readonly TypeNode[]): TypeNode {
  if (nodes.length === 1 && nodes[0] !== undefined) return nodes[0];
  const parts = distinct(flatten(nodes, "intersection"))
    .filter((node) => !isKeyword(node, "unknown"));
  if (parts.some((node) => isKeyword(node, "never"))) return NEVER;
  const members = mergeObjects(parts);
  const [only] = members;
  if (only === undefined) return UNKNOWN;
  return members.length === 1 ? only : { kind: "intersection", members };
}

function flatten(nodes: readonly TypeNode[], kind: "union" | "intersection"): TypeNode[] {
  return nodes.flatMap((node) => node.kind === kind ? node.members : [node]);
}

function distinct(nodes: readonly TypeNode[]): TypeNode[] {
  if (nodes.length < 2) return [...nodes];
  return [...new Map(nodes.map((node) => [JSON.stringify(node), node])).values()];
}

function mergeObjects(nodes: readonly TypeNode[]): TypeNode[] {
  const merged: TypeNode[] = [];
  for (const node of nodes) {
    const at = merged.findIndex((other) => canMerge(other, node));
    const other = merged[at];
    if (other?.kind === "object" && node.kind === "object") {
      merged[at] = { kind: "object", properties: [...other.properties, ...node.properties] };
    } else merged.push(node);
  }
  return merged;
}

function canMerge(a: TypeNode, b: TypeNode): boolean {
  if (a.kind !== "object" || b.kind !== "object" || a.index || b.index) return false;
  const names = new Set(a.properties.map((property) => property.name));
  return !b.properties.some((property) => names.has(property.name));
}

/** Whether every value of the node is a string, number, boolean or null. */
export function isScalar(node: TypeNode): boolean {
  if (node.kind === "union") return node.members.every(isScalar);
  if (node.kind === "literal") return true;
  return node.kind === "keyword" && ["string", "number", "boolean", "null"].includes(node.name);
}

/**
 * An object with listed properties and a type for the rest. TypeScript wants the type of the rest to
 * hold for the listed ones too, so it is widened just enough; whatever is an object widens to
 * `object`, so that nothing is printed twice.
 */
export function openObject(properties: readonly PropertyNode[], index: TypeNode): TypeNode {
  const widened = union([
    index,
    ...properties.map((property) => shallow(property.type)),
    ...(properties.some((property) => property.optional) ? [keyword("undefined")] : []),
  ]);
  return { kind: "object", properties, index: properties.length === 0 ? index : widened };
}

function shallow(node: TypeNode): TypeNode {
  switch (node.kind) {
    case "array":
    case "tuple":
    case "object":
      return keyword("object");
    case "union":
      return union(node.members.map(shallow));
    case "intersection": {
      const members = node.members.map(shallow);
      return members.find((member) => isKeyword(member, "object")) ?? intersection(members);
    }
    default:
      return node;
  }
}

/** Keys of the definitions that a value of `node` cannot avoid: those outside objects and arrays. */
export function immediateReferences(node: TypeNode): readonly string[] {
  if (node.kind === "reference") return [node.key];
  if (node.kind !== "union" && node.kind !== "intersection") return [];
  return node.members.flatMap(immediateReferences);
}

/** The same type with each reference to one of `keys` outside objects and arrays made `unknown`. */
export function withoutImmediate(node: TypeNode, keys: ReadonlySet<string>): TypeNode {
  if (node.kind === "reference") return keys.has(node.key) ? UNKNOWN : node;
  if (node.kind === "union") {
    return union(node.members.map((member) => withoutImmediate(member, keys)));
  }
  if (node.kind !== "intersection") return node;
  return intersection(node.members.map((member) => withoutImmediate(member, keys)));
}
