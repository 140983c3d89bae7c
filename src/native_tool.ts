/** Tools written in TypeScript with zod: the roof's bridge between zod, the printer and the catalog. */

import { z } from "zod";
import type { NativeTool } from "./catalog/mod.ts";
import type { JsonSchema } from "./contract/mod.ts";
import { printZodType } from "./typegen/mod.ts";

/** What `execute` is told besides its input. */
export interface ToolContext {
  /** Aborts when the program ended before the call did. */
  readonly signal: AbortSignal;
}

/** A tool as its author writes it. */
export interface ToolDefinition<Input extends z.ZodType, Output extends z.ZodType> {
  readonly description?: string;
  readonly input: Input;
  /** Types what the program sees; results are validated against it. */
  readonly output?: Output;
  readonly execute: (
    input: z.output<Input>,
    context: ToolContext,
  ) => Promise<z.input<Output>> | z.input<Output>;
}

/**
 * A native tool for `createCodemode({ tools })`. Input is validated before `execute` sees it.
 *
 * @example
 * ```ts ignore
 * const add = tool({
 *   description: "Adds two numbers",
 *   input: z.object({ a: z.number(), b: z.number() }),
 *   output: z.number(),
 *   execute: ({ a, b }) => a + b,
 * });
 * ```
 */
export function tool<Input extends z.ZodType, Output extends z.ZodType = z.ZodUnknown>(
  definition: ToolDefinition<Input, Output>,
): NativeTool {
  const { input, output } = definition;
  return {
    description: definition.description ?? "",
    inputSchema: z.toJSONSchema(input, { io: "input", unrepresentable: "any" }) as JsonSchema,
    ...(output === undefined
      ? {}
      : { outputSchema: z.toJSONSchema(output, { unrepresentable: "any" }) as JsonSchema }),
    printed: {
      input: printZodType(input),
      ...(output === undefined ? {} : { output: printZodType(output) }),
    },
    // zod parses once more than the schema check so that defaults and transforms apply.
    execute: async (value, context) => await definition.execute(input.parse(value), context),
  };
}
