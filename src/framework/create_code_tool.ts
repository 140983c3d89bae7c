/** One "write code" tool for the AI SDK, made of the tools it replaces. */

import { type CodeToolInput, CodeToolInputSchema } from "../contract/mod.ts";
import { type DescribedTool, generateTypes } from "../typegen/mod.ts";
import type { ExecuteResult, Executor } from "./executor.ts";
import { lastOf } from "./last_of.ts";
import { type InputParser, inputParser } from "./parse_input.ts";
import { byLegalName, type Provider, type ToolFunction } from "./providers.ts";

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
  /**
   * What `execute` gets has passed it, with its defaults and transforms, where it is of zod, a Standard
   * Schema, or an AI SDK `Schema` that validates. A bare JSON Schema only describes.
   */
  readonly inputSchema?: unknown;
  readonly outputSchema?: unknown;
  /** Of a result that streams, the last value counts. Its `abortSignal` aborts at the program's end. */
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

/** What a framework tells of a call; the tools of the program are told its messages. */
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

/** A provider with its tools ready to be called. */
interface ReadyProvider {
  readonly name: string;
  readonly tools: FrameworkTools;
  readonly calls: ReadonlyMap<string, ReadyTool>;
}

interface ReadyTool {
  readonly tool: FrameworkTool;
  readonly parse: InputParser | undefined;
}

/**
 * Makes the tool. Tools without `execute` and tools that need approval are left out. Two tools of a
 * provider that programs would call by one name are a TypeError.
 */
export function createCodeTool({ tools, executor, description }: CodeToolOptions): CodeTool {
  const providers = toToolProviders(tools).map(toReady);
  const types = providers.map(({ name, tools }) => generateTypes(describeAll(tools), name)).join(
    "\n\n",
  );
  return {
    description: (description ?? DEFAULT_DESCRIPTION).replaceAll("{{types}}", () => types),
    inputSchema: CodeToolInputSchema,
    async execute({ code }, { abortSignal, messages = [] } = {}) {
      const ended = new AbortController();
      const signal = abortSignal ? AbortSignal.any([abortSignal, ended.signal]) : ended.signal;
      const fns = providers.map((ready) => toProvider(ready, { abortSignal: signal, messages }));
      try {
        const options = abortSignal === undefined ? {} : { signal: abortSignal };
        const { result, error, logs } = await executor.execute(code, fns, options);
        if (error !== undefined) throw new Error(failureText(error, logs));
        return logs === undefined || logs.length === 0 ? { result } : { result, logs };
      } finally {
        ended.abort();
      }
    },
  };
}

function toReady({ name = "codemode", tools: given }: ToolProvider): ReadyProvider {
  const tools = Object.fromEntries(Object.entries(given).filter(([, tool]) => isCallable(tool)));
  const ready = Object.entries(tools).map(([key, tool]): [string, ReadyTool] => [
    key,
    { tool, parse: inputParser(tool.inputSchema) },
  ]);
  return { name, tools, calls: byLegalName(name, ready) };
}

function toProvider({ name, calls }: ReadyProvider, told: ToldCall): Provider {
  const fns = [...calls].map(([key, ready]) => [key, toFunction(ready, told)] as const);
  return { name, fns: Object.fromEntries(fns) };
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

type ToldCall = Readonly<Record<"abortSignal", AbortSignal>> & Pick<CodeToolCall, "messages">;

function toFunction({ tool, parse }: ReadyTool, told: ToldCall): ToolFunction {
  return async (input: unknown) => {
    // A call without arguments is one without members, as a model's is.
    const value = parse === undefined ? input : await parse(input === undefined ? {} : input);
    const result = await tool.execute?.(value, { toolCallId: crypto.randomUUID(), ...told });
    return await lastOf(result, told.abortSignal);
  };
}

function failureText(error: string, logs: readonly string[] = []): string {
  const told = `Code execution failed: ${error}`;
  return logs.length === 0 ? told : `${told}\n\nConsole output:\n${logs.join("\n")}`;
}
