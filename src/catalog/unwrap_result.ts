/** From what an MCP server answers to the value guest code gets. Pure. */

import { findExcess } from "../base/json_extent.ts";
import type { McpContent, McpResult } from "../mcp/mod.ts";
import type { ToolAnswer } from "./source.ts";

/** The message of a failure without any text. */
const NO_TEXT = "Tool call failed";

/**
 * The structured content if there is any, else the JSON of a single text, else all texts joined by
 * line breaks, else the content list. A text that is a number stays text where a number would not
 * print the same (`12345678901234567890`, `1.0`), because it is likely to be an identifier.
 * JSON with more in it than any value may have stays text, too.
 */
export function unwrapResult(result: McpResult): ToolAnswer {
  const { structuredContent } = result;
  if (structuredContent !== undefined && structuredContent !== null) {
    return { value: structuredContent, isStructured: true };
  }
  const content = contentOf(result);
  const texts = content.filter(isText).map((part) => part.text);
  if (texts.length === 0 || texts.length < content.length) {
    return { value: content, isStructured: false };
  }
  const value = texts.length === 1 ? readText(texts[0]!) : texts.join("\n");
  return { value, isStructured: false };
}

/** What a failed call says, from its texts. */
export function failureMessage(result: McpResult): string {
  const message = contentOf(result).filter(isText).map((part) => part.text).join("\n");
  return message === "" ? NO_TEXT : message;
}

function contentOf(result: McpResult): readonly McpContent[] {
  return Array.isArray(result.content) ? result.content : [];
}

function isText(part: McpContent): part is McpContent & { readonly text: string } {
  return part?.type === "text" && typeof part.text === "string";
}

function readText(text: string): unknown {
  if (findExcess(text) !== undefined) return text;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return text;
  }
  return typeof value === "number" && String(value) !== text.trim() ? text : value;
}
