/** Tools under one name: what `createCodemode({ tools })` and `codemode.sources.add` take as a server. */

import type { NativeTool } from "./catalog/mod.ts";
import { withPrintedTypes } from "./native_tool.ts";
import { assertTools, isRecord } from "./tool_faults.ts";

/**
 * The tools of one server, made by {@link toolSet}, `aiSdk`, `langchain`, `openapi` or `mcpServer`.
 * It holds nothing until it is opened under a name.
 */
export type ToolSet =
  | {
    readonly kind: "native";
    readonly description: string;
    load(): Promise<Readonly<Record<string, NativeTool>>>;
  }
  | { readonly kind: "openapi"; readonly options: Readonly<Record<string, unknown>> }
  | { readonly kind: "mcp"; readonly options: Readonly<Record<string, unknown>> };

/** Options of a set of functions. */
export interface ToolSetOptions {
  /** What the set is for; search and declarations show it. */
  readonly description?: string;
}

/**
 * Native tools as a server of their own.
 *
 * @example
 * ```ts ignore
 * await createCodemode({ tools: { math: toolSet({ add, subtract }) } });
 * ```
 */
export function toolSet(
  tools: Readonly<Record<string, NativeTool>>,
  options: ToolSetOptions = {},
): ToolSet {
  assertTools("Cannot make a set of tools", tools);
  return nativeSet(options.description, () => withPrintedTypes(tools));
}

/** A set whose functions are known once it is opened. */
export function nativeSet(
  description: string | undefined,
  load: () => Promise<Readonly<Record<string, NativeTool>>>,
): ToolSet {
  return Object.freeze({ kind: "native", description: description ?? "", load });
}

/** Whether a value was made as a set, and is not a tool. */
export function isToolSet(value: unknown): value is ToolSet {
  if (!isRecord(value) || "execute" in value) return false;
  const { kind } = value;
  return kind === "native"
    ? typeof value["load"] === "function"
    : kind === "openapi" || kind === "mcp";
}

/** Throws a TypeError for what is no set, and says how to make one of it. */
export function assertToolSet(name: unknown, set: unknown): asserts set is ToolSet {
  if (typeof name !== "string") throw new TypeError("Cannot add a server: its name must be a text");
  if (isToolSet(set)) return;
  throw new TypeError(
    `Cannot add the server "${name.slice(0, 80)}": it must be made by toolSet, aiSdk, langchain, ` +
      "openapi or mcpServer; for tools by name it is toolSet({ … })",
  );
}
