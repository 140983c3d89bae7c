/** What the tools of the door answer when they succeed, as JSON Schema: short, because agents read it. */

import type { OwnSchema } from "./tool_inputs.ts";

const TRUNCATED = {
  type: "object",
  description: "What was left out; read it with read_result by its handle",
  properties: {
    handle: { type: "string" },
    expiresAt: { type: "string" },
    tokens: { type: "integer", description: "Of the whole" },
    cuts: { type: "array", items: { type: "object" } },
  },
} as const;

/** Answer of `execute`. */
export const EXECUTE_OUTPUT: OwnSchema = Object.freeze({
  type: "object",
  properties: {
    result: {
      description:
        'What the program returned; {"$content": n} stands for the n-th block of content after the text',
    },
    logs: { type: "array", items: { type: "string" } },
    notes: { type: "array", items: { type: "string" }, description: "Warnings and the like" },
    truncated: TRUNCATED,
    executionId: { type: "string" },
    calls: { type: "integer", description: "Calls of tools that were made" },
  },
  required: ["executionId", "calls"],
});

/** Answer of `search_tools`. */
export const SEARCH_OUTPUT: OwnSchema = Object.freeze({
  type: "object",
  properties: {
    tools: {
      type: "array",
      items: {
        type: "object",
        properties: {
          path: {
            type: "string",
            description: "How a program writes it, and what call_tool takes",
          },
          description: { type: "string" },
          signature: { type: "string" },
          score: { type: "number" },
        },
        required: ["path", "description"],
      },
    },
    hint: { type: "string", description: "Which servers there are, when nothing was found" },
  },
  required: ["tools"],
});

/** Answer of `call_tool`. */
export const CALL_OUTPUT: OwnSchema = Object.freeze({
  type: "object",
  properties: { result: { description: "What the tool returned" }, truncated: TRUNCATED },
});

/** Answer of `read_result`. */
export const READ_OUTPUT: OwnSchema = Object.freeze({
  type: "object",
  properties: {
    value: { description: "The part" },
    type: { type: "string" },
    total: { type: "integer", description: "Elements, members or characters that there are" },
    next: { type: "integer", description: "The offset to read on from; absent at the end" },
    cuts: { type: "array", items: { type: "object" } },
    expiresAt: { type: "string" },
  },
  required: ["value", "type"],
});
