/** Tools under one name: what `createCodemode({ tools })` and `codemode.sources.add` take as a server. */

import type { NativeTool } from "./catalog/mod.ts";
import { withPrintedTypes } from "./native_tool.ts";

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
  return typeof value === "object" && value !== null && "kind" in value &&
    (value.kind === "native" || value.kind === "openapi" || value.kind === "mcp") &&
    !("execute" in value);
}
