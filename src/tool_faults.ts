/** What a program gave as tools and is none: told at once, in the words of the functions that make tools. */

import type { NativeTool } from "./catalog/mod.ts";

/** Characters of a value that is shown in a message. */
const MAX_SHOWN = 40;

/** Throws a TypeError where `tools` is no object of tools by name; `action` is what cannot be done then. */
export function assertTools(
  action: string,
  tools: unknown,
): asserts tools is Readonly<Record<string, NativeTool>> {
  assertNamed(action, tools);
  for (const [name, one] of Object.entries(tools)) assertTool(action, name, one);
}

/** Throws a TypeError where `tools` has no names. */
export function assertNamed(
  action: string,
  tools: unknown,
): asserts tools is Readonly<Record<string, unknown>> {
  if (typeof tools === "object" && tools !== null && !Array.isArray(tools)) return;
  throw new TypeError(
    `${action}: the tools must be an object of tools by name, not ${kindOf(tools)}`,
  );
}

/** Throws a TypeError where a value is no tool, and says how to make one of it. */
export function assertTool(
  action: string,
  name: string,
  tool: unknown,
): asserts tool is NativeTool {
  const fault = toolFault(tool);
  if (fault !== undefined) throw new TypeError(`${action}: "${name}" ${fault}`);
}

function toolFault(tool: unknown): string | undefined {
  if (!isRecord(tool)) {
    return `is ${kindOf(tool)}; make a tool with tool({ description, input, execute })`;
  }
  if (typeof tool["execute"] !== "function") return "has no function execute";
  const { inputSchema } = tool;
  if (isRecord(inputSchema) && isForeign(inputSchema)) {
    return "is a tool of another framework; make a set with aiSdk({ … }) or langchain([…])";
  }
  return typeof inputSchema === "boolean" || isRecord(inputSchema)
    ? undefined
    : "has no inputSchema; make it with tool({ description, input, execute })";
}

/** Schemas of zod, of Standard Schema and of the AI SDK; zod's JSON Schemas have a hidden "~standard". */
function isForeign(schema: Readonly<Record<string, unknown>>): boolean {
  return "_zod" in schema || "_def" in schema || Object.keys(schema).includes("~standard") ||
    "jsonSchema" in schema;
}

/** A value in a message: what it is, and the value itself where that is short. */
export function kindOf(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "an object";
  if (typeof value === "function") return "a function";
  if (typeof value === "string") return JSON.stringify(value.slice(0, MAX_SHOWN));
  return String(value).slice(0, MAX_SHOWN);
}

/** Whether a value has members by name. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
