/**
 * An executor as a driver of isolates: for frameworks that make a context of functions, run code in it
 * and dispose of it. Told by its shape; no framework is imported.
 */

import { sanitizeToolName } from "../typegen/mod.ts";
import type { ExecuteOptions, Executor } from "./executor.ts";
import type { Provider } from "./providers.ts";

/** A function of a context; code calls it by its key, as a global. */
export interface IsolateBinding {
  execute(input: unknown): unknown;
}

/** What a context is made of. */
export interface IsolateConfig {
  readonly bindings: Readonly<Record<string, IsolateBinding>>;
  /** Milliseconds; the executor's own limit stands above it. */
  readonly timeout?: number | undefined;
  /** Megabytes; the executor's own limit stands above it. */
  readonly memoryLimit?: number | undefined;
}

/** What code gave. */
export interface IsolateResult<T = unknown> {
  readonly success: boolean;
  readonly value?: T;
  readonly error?: { readonly name: string; readonly message: string };
  /** Lines of `console.error`, `warn` and `debug` begin with `ERROR: `, `WARN: `, `DEBUG: `. */
  readonly logs?: string[];
}

/** Functions, ready for code. */
export interface IsolateContext {
  /** Runs a list of statements with top-level `await` and `return`. */
  execute<T = unknown>(code: string): Promise<IsolateResult<T>>;
  dispose(): Promise<void>;
}

/** Makes contexts. */
export interface IsolateDriver {
  createContext(config: IsolateConfig): Promise<IsolateContext>;
}

const MEGABYTE = 1024 * 1024;

/**
 * The driver. Every `execute` is a sandbox of its own; disposing of a context ends what runs in it.
 * Neither disposes of the executor.
 */
export function createIsolateDriver(executor: Executor): IsolateDriver {
  return {
    createContext: (config) => Promise.resolve(toContext(executor, config)),
  };
}

function toContext(executor: Executor, { bindings, timeout, memoryLimit }: IsolateConfig) {
  const gone = new AbortController();
  const options: ExecuteOptions = {
    signal: gone.signal,
    ...(timeout === undefined ? {} : { timeout }),
    ...(memoryLimit === undefined ? {} : { memoryLimit: memoryLimit * MEGABYTE }),
  };
  const providers = toProviders(bindings);
  return {
    async execute<T>(code: string): Promise<IsolateResult<T>> {
      const program = toProgram(code, Object.keys(bindings));
      const { result, error, logs = [] } = await executor.execute(program, providers, options);
      const lines = logs.map(withLevel);
      if (error === undefined) return { success: true, value: result as T, logs: lines };
      return { success: false, error: { name: "ExecutionError", message: error }, logs: lines };
    },
    dispose(): Promise<void> {
      gone.abort();
      return Promise.resolve();
    },
  };
}

function toProviders(bindings: IsolateConfig["bindings"]): readonly Provider[] {
  const fns = Object.entries(bindings).map(([name, binding]) =>
    [name, (input: unknown) => binding.execute(input)] as const
  );
  return [{ fns: Object.fromEntries(fns) }];
}

/** The names stand in a scope around the code, which may have its own of the same name. Lines stay. */
function toProgram(code: string, names: readonly string[]): string {
  const legal = [...new Set(names.map((name) => sanitizeToolName(name)))].join(", ");
  return `async () => { const { ${legal} } = codemode; return await (async () => { ${code}\n})(); }`;
}

function withLevel(line: string): string {
  return line.replace(/^\[(error|warn|debug)\] /, (_, level: string) => `${level.toUpperCase()}: `);
}
