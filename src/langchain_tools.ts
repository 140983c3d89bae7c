/** Tools of LangChain as a server. */

import type { NativeTool } from "./catalog/mod.ts";
import { readForeignSchema } from "./foreign_schema.ts";
import { isRecord, kindOf } from "./tool_faults.ts";
import { nativeSet, type ToolSet, type ToolSetOptions } from "./tool_set.ts";

/** A tool as LangChain has it; told by its shape. */
export interface LangChainTool {
  readonly name: string;
  readonly description: string;
  readonly schema: unknown;
  invoke(input: never, config?: never): Promise<unknown>;
}

interface Invocable {
  invoke(input: unknown, config: { readonly signal: AbortSignal }): Promise<unknown>;
}

/**
 * Tools of LangChain under their own names. A tool's value is what `invoke` gives for plain input; of
 * one with an artifact, its content. Two tools of one name are a TypeError.
 *
 * @example
 * ```ts ignore
 * await createCodemode({ tools: { crm: langchain([findCustomer, listOrders]) } });
 * ```
 */
export function langchain(
  tools: readonly LangChainTool[],
  options: ToolSetOptions = {},
): ToolSet {
  assertLangChain(tools);
  const names = tools.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) {
    throw new TypeError(`Cannot use LangChain tools: two have the name "${twice}"`);
  }
  return nativeSet(options.description, async () => {
    const loaded = tools.map(async (one) => [one.name, await toNative(one)] as const);
    return Object.fromEntries(await Promise.all(loaded));
  });
}

function assertLangChain(tools: unknown): void {
  if (!Array.isArray(tools)) {
    throw new TypeError(`Cannot use LangChain tools: they must be a list, not ${kindOf(tools)}`);
  }
  const wrong = tools.findIndex((one) =>
    !isRecord(one) || typeof one["name"] !== "string" || typeof one["invoke"] !== "function"
  );
  if (wrong >= 0) {
    throw new TypeError(`Cannot use LangChain tools: number ${wrong + 1} has no name or no invoke`);
  }
}

async function toNative(given: LangChainTool): Promise<NativeTool> {
  const { jsonSchema } = await readForeignSchema(given.schema, given.name);
  // Every input of a program is checked against the schema that says what this tool takes.
  const invocable = given as unknown as Invocable;
  return {
    description: given.description,
    inputSchema: jsonSchema,
    // `invoke` parses its input itself.
    execute: async (input, { signal }) => await invocable.invoke(input, { signal }),
  };
}
