/** A tool's input as the words of a command line, for languages that have nothing but words. */

import type { GuestParameter, GuestParameterKind, GuestWords } from "../protocol/frames.ts";
import type { Tool } from "../contract/mod.ts";
import { type NormalizedSchema, normalizeSchema } from "./normalize_schema.ts";
import type { SchemaBudget } from "./schema_budget.ts";
import { toCommentLine } from "./schema_docs.ts";
import { isKeyword, type PropertyNode, type TypeNode } from "./type_node.ts";

/** Parameters told of; an input with more takes the rest as JSON. */
const MAX_PARAMETERS = 200;
const MAX_CHOICES = 50;
const MAX_SUMMARY = 160;
const MAX_HOPS = 16;
const INTEGER = "@integer";

/** How the tool's input is written as words. Never throws, whatever the schema. */
export function toGuestWords(
  tool: Pick<Tool, "description" | "inputSchema">,
  budget?: SchemaBudget,
): GuestWords {
  const schema = normalizeSchema(tool.inputSchema, budget);
  const root = dereference(schema.root, schema);
  const properties = root.kind === "object" ? root.properties : [];
  return {
    summary: toCommentLine(tool.description, MAX_SUMMARY),
    parameters: properties.slice(0, MAX_PARAMETERS).map((one) => toParameter(one, schema)),
    isOpen: root.kind !== "object" || isOpenIndex(root.index) ||
      properties.length > MAX_PARAMETERS,
  };
}

function toParameter(property: PropertyNode, schema: NormalizedSchema): GuestParameter {
  const { name, optional, docs } = property;
  const type = present(dereference(property.type, schema), schema);
  const kind = kindOf(type, docs);
  const items = type.kind === "array" ? present(dereference(type.element, schema), schema) : type;
  const choices = choicesOf(type.kind === "array" ? items : type);
  return {
    name,
    kind,
    isRequired: !optional,
    summary: docs.find((line) => !line.startsWith("@"))?.slice(0, MAX_SUMMARY) ?? "",
    ...(kind === "array" ? { items: kindOf(items, []) } : {}),
    ...(choices === undefined ? {} : { choices }),
  };
}

function kindOf(type: TypeNode, docs: readonly string[]): GuestParameterKind {
  switch (type.kind) {
    case "keyword":
      if (type.name === "number") {
        return docs.some((line) => line.startsWith(INTEGER)) ? "integer" : "number";
      }
      return type.name === "string" || type.name === "boolean" || type.name === "object"
        ? type.name
        : "any";
    case "literal":
      return typeof type.value as "string" | "number" | "boolean";
    case "array":
      return "array";
    case "object":
    case "intersection":
      return "object";
    case "union": {
      const kinds = new Set(type.members.map((member) => kindOf(member, docs)));
      const [only = "any"] = kinds;
      return kinds.size === 1 && only !== "array" ? only : "any";
    }
    default:
      return "any";
  }
}

/** The texts of a choice among texts. */
function choicesOf(type: TypeNode): readonly string[] | undefined {
  const members = type.kind === "union" ? type.members : [type];
  const texts = members.flatMap((member) =>
    member.kind === "literal" && typeof member.value === "string" ? [member.value] : []
  );
  return texts.length === members.length && texts.length <= MAX_CHOICES ? texts : undefined;
}

/** The type without `null`: what is left out says as much. */
function present(type: TypeNode, schema: NormalizedSchema): TypeNode {
  if (type.kind !== "union") return type;
  const members = type.members.filter((member) => !isKeyword(member, "null"));
  const [only] = members;
  return members.length === 1 && only !== undefined
    ? dereference(only, schema)
    : { kind: "union", members };
}

function dereference(node: TypeNode, schema: NormalizedSchema): TypeNode {
  let found = node;
  for (let hops = 0; hops < MAX_HOPS && found.kind === "reference"; hops += 1) {
    found = schema.definitions.get(found.key)?.node ?? found;
  }
  return found;
}

function isOpenIndex(index: TypeNode | undefined): boolean {
  return index !== undefined && !isKeyword(index, "never");
}
