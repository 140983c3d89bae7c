/** One "write code" tool for the AI SDK, made of the tools it replaces. */

import { type CodeToolInput, CodeToolInputSchema } from "../contract/mod.ts";
import { type DescribedTool, generateTypes, sanitizeToolName } from "../typegen/mod.ts";
import type { ExecuteResult, Executor } from "./executor.ts";
import type { Provider, ToolFunction } from "./providers.ts";

/** What the model is told; `{{types}}` stands for the declarations. */
export const DEFAULT_DESCRIPTION =
  `Run a program that does the whole task, and answer with what it returns.

These are available:
{{types}}

Write one async arrow function in TypeScript. Use Promise.all for calls that do not need each other.

Example: async () => { const r = await codemode.searchWeb({ query: "test" }); return r; }`;

/** A tool of the AI SDK, as far as it is used here. */
export interface FrameworkTool extends DescribedTool {
  readonly execute?: ToolFunction;
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

/** A tool for `generateText({ tools: { codemode } })`. */
export interface CodeTool {
  readonly description: string;
  readonly inputSchema: typeof CodeToolInputSchema;
  /** Throws an `Error` with the failure and the console output, for the model to repair from. */
  execute(input: CodeToolInput): Promise<Pick<ExecuteResult, "result" | "logs">>;
}

/** Makes the tool. Tools without `execute` and tools that need approval are left out. */
export function createCodeTool({ tools, executor, description }: CodeToolOptions): CodeTool {
  const providers = toToolProviders(tools).map(({ name = "codemode", tools }) => ({
    name,
    tools: Object.fromEntries(Object.entries(tools).filter(([, tool]) => isCallable(tool))),
  }));
  const types = providers.map(({ name, tools }) => generateTypes(tools, name)).join("\n\n");
  const fns: readonly Provider[] = providers.map(({ name, tools }) => ({
    name,
    fns: Object.fromEntries(
      Object.entries(tools).map(([key, tool]) => [sanitizeToolName(key), toFunction(tool)]),
    ),
  }));
  return {
    description: (description ?? DEFAULT_DESCRIPTION).replaceAll("{{types}}", () => types),
    inputSchema: CodeToolInputSchema,
    async execute({ code }) {
      const { result, error, logs } = await executor.execute(code, fns);
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

function toFunction(tool: FrameworkTool): ToolFunction {
  return (input) => tool.execute?.(input, { toolCallId: crypto.randomUUID(), messages: [] });
}

function failureText(error: string, logs: readonly string[] = []): string {
  const told = `Code execution failed: ${error}`;
  return logs.length === 0 ? told : `${told}\n\nConsole output:\n${logs.join("\n")}`;
}
