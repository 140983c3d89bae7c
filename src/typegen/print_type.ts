/** Types as data → TypeScript. What is short stands on one line, what has comments on several. */

import { isPlainIdentifier } from "./identifiers.ts";
import { printComment } from "./schema_docs.ts";
import type { PropertyNode, TypeNode } from "./type_node.ts";

/** How references print, and how far the text is indented already. */
export interface PrintOptions {
  /** The name of a definition. */
  readonly nameOf: (key: string) => string;
  /** @default "" */
  readonly indent?: string;
  /** Whether comments are printed. @default true */
  readonly comments?: boolean;
}

/** Longest object or tuple that is kept on one line. */
const MAX_LINE = 90;
const STEP = "  ";

/** The TypeScript of one type; further lines start with `indent`. */
export function printType(node: TypeNode, options: PrintOptions): string {
  switch (node.kind) {
    case "keyword":
      return node.name;
    case "literal":
      return printLiteral(node.value);
    case "reference":
      return options.nameOf(node.key);
    case "array":
      return `${printOperand(node.element, options)}[]`;
    case "tuple":
      return printTuple(node, options);
    case "object":
      return printObject(node, options);
    case "union":
      return node.members.map((member) => printMember(member, options)).join(" | ");
    case "intersection":
      return node.members.map((member) => printOperand(member, options)).join(" & ");
  }
}

/** A string as a TypeScript literal. Line separators and direction marks are escaped, like all else. */
export function printString(text: string): string {
  return JSON.stringify(text).replace(
    /[\u007F-\u009F\u2028\u2029\u202A-\u202E\u2066-\u2069\u200E\u200F\uFEFF]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** A name as a property key, quoted where it must be. */
export function printKey(name: string): string {
  return isPlainIdentifier(name) ? name : printString(name);
}

function printLiteral(value: string | number | boolean): string {
  return typeof value === "string" ? printString(value) : String(value);
}

function printMember(node: TypeNode, options: PrintOptions): string {
  const text = printType(node, options);
  return node.kind === "intersection" ? `(${text})` : text;
}

function printOperand(node: TypeNode, options: PrintOptions): string {
  const text = printType(node, options);
  return node.kind === "union" || node.kind === "intersection" ? `(${text})` : text;
}

function printTuple(node: Extract<TypeNode, { kind: "tuple" }>, options: PrintOptions): string {
  const elements = node.elements.map((element, index) =>
    index < node.optionalFrom ? printType(element, options) : `${printOperand(element, options)}?`
  );
  if (node.rest !== undefined) elements.push(`...${printOperand(node.rest, options)}[]`);
  return `[${elements.join(", ")}]`;
}

function printObject(node: Extract<TypeNode, { kind: "object" }>, options: PrintOptions): string {
  const indent = options.indent ?? "";
  const inner = { ...options, indent: indent + STEP };
  const members = node.properties.map((property) => ({
    comment: options.comments === false ? "" : printComment(property.docs, inner.indent),
    text: printProperty(property, inner),
  }));
  if (node.index !== undefined) {
    members.push({ comment: "", text: `[key: string]: ${printType(node.index, inner)}` });
  }
  if (members.length === 0) return "{}";
  const line = `{ ${members.map((member) => member.text).join("; ")} }`;
  const fits = line.length <= MAX_LINE && !line.includes("\n");
  if (fits && members.every((member) => member.comment === "")) return line;
  const lines = members.map((member) => `${member.comment}${inner.indent}${member.text};\n`);
  return `{\n${lines.join("")}${indent}}`;
}

function printProperty(property: PropertyNode, options: PrintOptions): string {
  const mark = property.optional ? "?" : "";
  return `${printKey(property.name)}${mark}: ${printType(property.type, options)}`;
}
