/** One "write code" tool for the AI SDK, made of the tools it replaces. */

import { type CodeToolInput, CodeToolInputSchema } from "../contract/mod.ts";
import { type DescribedTool, generateTypes, sanitizeToolName } from "../typegen/mod.ts";
import type { ExecuteOptions, ExecuteResult, Executor } from "./executor.ts";
import type { Provider, ToolFunction } from "./providers.ts";

/** What the model is told; `{{types}}` stands for the declarations. */
export const DEFAULT_DESCRIPTION =
  `Run a program that does the whole task, and answer with what it returns.

These are available:
{{types}}

Write one async arrow function in TypeScript. Use Promise.all for calls that do not need each other.

Example: async () => { const r = await codemode.searchWeb({ query: "test" }); return r; }`;

/** A tool of the AI SDK, as far as it is used here; told by its shape. */
export interface FrameworkTool {
  /** A text, or a function of the context, which is empty here. */
  readonly description?: string | ((options: never) => string) | undefined;
  readonly inputSchema?: unknown;
  readonly outputSchema?: unknown;
  /** Of a result that streams, the last value counts. */
  readonly execute?: ToolFunction | undefined;
  /** A tool that needs approval is left out: a program's calls cannot be asked about one by one here. */
  readonly needsApproval?: unknown;
}

/** Tools by name. */
export type FrameworkTools = Readonly<Record<string, FrameworkTool>>;

/** Tools under a name of their own. */
export interface ToolProvider {
  /** @default "codemode" */
  readonly name?: string;
  readonly tools: FrameworkTools;
}

/** Options of {@link createCodeTool}. */
export interface CodeToolOptions {
  readonly tools: FrameworkTools | readonly ToolProvider[];
  readonly executor: Executor;
  /** @default {@link DEFAULT_DESCRIPTION} */
  readonly description?: string;
}

/** What a framework tells of a call; the tools of the program are told the same. */
export interface CodeToolCall {
  readonly abortSignal?: AbortSignal | undefined;
  readonly messages?: unknown;
}

/** A tool for `generateText({ tools: { codemode } })`. */
export interface CodeTool {
  readonly description: string;
  readonly inputSchema: typeof CodeToolInputSchema;
  /**
   * Throws an `Error` with the failure and the console output, for the model to repair from. An abort
   * of the call ends the program.
   */
  execute(
    input: CodeToolInput,
    call?: CodeToolCall,
  ): Promise<Pick<ExecuteResult, "result" | "logs">>;
}

/** Makes the tool. Tools without `execute` and tools that need approval are left out. */
export function createCodeTool({ tools, executor, description }: CodeToolOptions): CodeTool {
  const providers = toToolProviders(tools).map(({ name = "codemode", tools }) => ({
    name,
    tools: Object.fromEntries(Object.entries(tools).filter(([, tool]) => isCallable(tool))),
  }));
  const types = providers.map(({ name, tools }) => generateTypes(describeAll(tools), name)).join(
    "\n\n",
  );
  const fnsOf = (call: CodeToolCall): readonly Provider[] =>
    providers.map(({ name, tools }) => ({
      name,
      fns: Object.fromEntries(
        Object.entries(tools).map(([key, tool]) => [sanitizeToolName(key), toFunction(tool, call)]),
      ),
    }));
  return {
    description: (description ?? DEFAULT_DESCRIPTION).replaceAll("{{types}}", () => types),
    inputSchema: CodeToolInputSchema,
    async execute({ code }, call = {}) {
      const { result, error, logs } = await executor.execute(code, fnsOf(call), optionsOf(call));
      if (error !== undefined) throw new Error(failureText(error, logs));
      return logs === undefined || logs.length === 0 ? { result } : { result, logs };
    },
  };
}

function toToolProviders(tools: CodeToolOptions["tools"]): readonly ToolProvider[] {
  return Array.isArray(tools) ? tools : [{ tools: tools as FrameworkTools }];
}

function isCallable(tool: FrameworkTool): boolean {
  return typeof tool.execute === "function" &&
    (tool.needsApproval === undefined || tool.needsApproval === false);
}

function describeAll(tools: FrameworkTools): Readonly<Record<string, DescribedTool>> {
  return Object.fromEntries(
    Object.entries(tools).map(([key, { description, inputSchema, outputSchema }]) => {
      const text = typeof description === "function"
        ? (description as (options: unknown) => string)({ context: {} })
        : description;
      return [key, {
        inputSchema,
        outputSchema,
        ...(text === undefined ? {} : { description: text }),
      }];
    }),
  );
}

function toFunction(
  tool: FrameworkTool,
  { abortSignal, messages = [] }: CodeToolCall,
): ToolFunction {
  const told = { messages, ...(abortSignal === undefined ? {} : { abortSignal }) };
  return async (input) =>
    await lastOf(
      await tool.execute?.(input, { toolCallId: crypto.randomUUID(), ...told }),
      abortSignal,
    );
}

async function lastOf(value: unknown, signal: AbortSignal | undefined): Promise<unknown> {
  if (!isAsyncIterable(value)) return value;
  let last: unknown;
  for await (const item of value) {
    signal?.throwIfAborted();
    last = item;
  }
  return last;
}

function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === "object" && value !== null && Symbol.asyncIterator in value;
}

function optionsOf({ abortSignal }: CodeToolCall): ExecuteOptions {
  return abortSignal === undefined ? {} : { signal: abortSignal };
}

function failureText(error: string, logs: readonly string[] = []): string {
  const told = `Code execution failed: ${error}`;
  return logs.length === 0 ? told : `${told}\n\nConsole output:\n${logs.join("\n")}`;
}
