/** Tools written in TypeScript with zod: the roof's bridge between zod, the printer and the catalog. */

import { z } from "zod";
import type { NativeTool, NativeToolOptions } from "./catalog/mod.ts";
import type { JsonSchema } from "./contract/mod.ts";
import { isRecord, kindOf } from "./tool_faults.ts";
import { printZodType } from "./typegen/mod.ts";

/** What `execute` is told besides its input. */
export interface ToolContext extends NativeToolOptions {
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

/** A tool made by {@link tool}: it can print its own types. */
export interface ZodTool extends NativeTool {
  /** The same tool with its types printed from zod, which knows more than JSON Schema. */
  withPrintedTypes(): Promise<NativeTool>;
}

/**
 * A native tool for `createCodemode({ tools })`. Input is validated before `execute` sees it. What is no
 * definition, such as one whose schemas are not of zod 4, is a TypeError.
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
): ZodTool {
  assertDefinition(definition);
  const { input, output } = definition;
  const native: NativeTool = {
    description: definition.description ?? "",
    inputSchema: toJsonSchema(input, "input"),
    ...(output === undefined ? {} : { outputSchema: toJsonSchema(output, "output") }),
    // zod parses once more than the schema check so that defaults and transforms apply.
    execute: async (value, context) => await definition.execute(input.parse(value), context),
  };
  return {
    ...native,
    withPrintedTypes: async () => ({ ...native, printed: await printTypes(input, output) }),
  };
}

function assertDefinition(definition: unknown): void {
  if (!isRecord(definition)) {
    throw new TypeError(
      `Cannot make a tool: it takes { description, input, output, execute }, not ${
        kindOf(definition)
      }`,
    );
  }
  assertZod("input", definition["input"]);
  if (definition["output"] !== undefined) assertZod("output", definition["output"]);
  if (typeof definition["execute"] !== "function") {
    throw new TypeError(
      `Cannot make a tool: "execute" must be a function, not ${kindOf(definition["execute"])}`,
    );
  }
}

function assertZod(name: "input" | "output", schema: unknown): void {
  // What has "_zod" is a schema of zod 4, of whichever copy.
  if (isRecord(schema) && "_zod" in schema) return;
  const given = isRecord(schema) && "_def" in schema ? "a schema of zod 3" : kindOf(schema);
  throw new TypeError(
    `Cannot make a tool: "${name}" must be a schema of zod 4, such as z.object({ … }), not ${given}`,
  );
}

/** Tools by name, those made by {@link tool} with their types printed. */
export async function withPrintedTypes(
  tools: Readonly<Record<string, NativeTool>>,
): Promise<Readonly<Record<string, NativeTool>>> {
  const printed = Object.entries(tools).map(async (
    [name, one],
  ) => [
    "withPrintedTypes" in one ? [name, await (one as ZodTool).withPrintedTypes()] : [name, one],
  ]);
  return Object.fromEntries((await Promise.all(printed)).flat());
}

async function printTypes(input: z.ZodType, output: z.ZodType | undefined) {
  const [printedInput, printedOutput] = await Promise.all([
    printZodType(input, { io: "input" }),
    output === undefined ? undefined : printZodType(output, { io: "output" }),
  ]);
  return {
    ...(printedInput === undefined ? {} : { input: printedInput }),
    ...(printedOutput === undefined ? {} : { output: printedOutput }),
  };
}

function toJsonSchema(schema: z.ZodType, io: "input" | "output"): JsonSchema {
  return z.toJSONSchema(schema, { io, unrepresentable: "any" }) as JsonSchema;
}
