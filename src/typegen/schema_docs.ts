/**
 * Comments of declarations: descriptions of servers, cut and made harmless, and what a schema says
 * that a type cannot, as tags.
 */

import type { JsonObject } from "./reference_resolver.ts";

/** Code units of a property's description that are shown. */
const MAX_PROPERTY_TEXT = 240;
/** Code units of a tool's or server's description that are shown. */
export const MAX_TOOL_TEXT = 500;
const MAX_TAG_TEXT = 80;
/** Values of an enum that its type lists; of longer ones the comment gives the first few. */
export const MAX_ENUM_VALUES = 100;

const TAGS: readonly string[] = [
  "format",
  "pattern",
  "default",
  "minimum",
  "exclusiveMinimum",
  "maximum",
  "exclusiveMaximum",
  "multipleOf",
  "minLength",
  "maxLength",
  "minItems",
  "maxItems",
  "uniqueItems",
  "minProperties",
  "maxProperties",
];

/**
 * `text` on one line, fit for the inside of a comment and at most `max` code units long. Characters
 * that end comments or lines, reorder text or are no text at all are replaced.
 */
export function toCommentLine(text: string, max: number): string {
  // SAFETY: a server's text must not leave its comment, neither for the compiler nor for the eye.
  const line = text.slice(0, max * 4).toWellFormed()
    .replace(/[\u202A-\u202E\u2066-\u2069\u200E\u200F\uFEFF]/g, "")
    // deno-lint-ignore no-control-regex
    .replace(/[\s\u0000-\u001F\u007F-\u009F\u2028\u2029]+/g, " ")
    .trim();
  const cut = line.length > max ? `${line.slice(0, max - 1).trimEnd()}…` : line;
  return cut.toWellFormed().replaceAll("*/", "*\\/");
}

/** Comment lines of a property: its description and its tags. */
export function docsOf(schema: unknown): string[] {
  if (typeof schema !== "object" || schema === null) return [];
  const said = schema as JsonObject;
  const text = typeof said["description"] === "string"
    ? toCommentLine(said["description"], MAX_PROPERTY_TEXT)
    : "";
  return [...(text === "" ? [] : [text]), ...tagsOf(said)];
}

function tagsOf(schema: JsonObject): string[] {
  const tags = TAGS.filter((tag) => Object.hasOwn(schema, tag) && isWorthSaying(tag, schema[tag]))
    .map((tag) => `@${tag} ${tagValue(schema[tag])}`);
  if (schema["type"] === "integer") tags.unshift("@integer");
  const values = schema["enum"];
  if (Array.isArray(values) && values.length > MAX_ENUM_VALUES) {
    const some = values.slice(0, 3).map((value) => tagValue(safeJson(value))).join(", ");
    tags.unshift(`@enum ${values.length} values such as ${some}`);
  }
  if (schema["deprecated"] === true) tags.unshift("@deprecated");
  return tags;
}

function isWorthSaying(tag: string, value: unknown): boolean {
  if (tag === "default") return value !== null && value !== undefined;
  return typeof value === "string" || typeof value === "number" || value === true;
}

function tagValue(value: unknown): string {
  const text = typeof value === "string" && value !== "" ? value : safeJson(value);
  return toCommentLine(text, MAX_TAG_TEXT);
}

/** JSON of a value that may be cyclic or endlessly deep. */
export function safeJson(value: unknown): string {
  try {
    return JSON.stringify(value) ?? "";
  } catch {
    return "…";
  }
}

/** A comment of `lines` at `indent`, ending in a line break; nothing when there are no lines. */
export function printComment(lines: readonly string[], indent: string): string {
  const [only] = lines;
  if (only === undefined) return "";
  if (lines.length === 1) return `${indent}/** ${only} */\n`;
  return `${indent}/**\n${lines.map((line) => `${indent} * ${line}\n`).join("")}${indent} */\n`;
}
