/** Code Mode inside another program: the whole service without a socket. */

import { createApp } from "./app.ts";
import { defaultGrant } from "./auth/mod.ts";
import { createLogger, type Logger, type LogLevel } from "./base/log.ts";
import { createConsoleSink } from "./base/log_console.ts";
import { createNativeSource, type NativeTool } from "./catalog/mod.ts";
import { type Config, loadConfig, parseConfig } from "./config/mod.ts";
import { withPrintedTypes } from "./native_tool.ts";
import {
  type CheckAnswer,
  type CheckRequest,
  CheckRequestSchema,
  type ExecuteAnswer,
  type ExecuteRequest,
  ExecuteRequestSchema,
  parseRequest,
} from "./contract/mod.ts";
import type { Approver } from "./policy/mod.ts";
import { type Caller, type Engine, printDeclarations, toDecodedAnswer } from "./engine/mod.ts";

/** Options of {@link createCodemode}. */
export interface CodemodeOptions {
  /** Native tools, made by `tool`; programs reach them as `mcp.tools.<name>` and `tools.<name>`. */
  readonly tools?: Readonly<Record<string, NativeTool>>;
  /** A `codemode.config.yaml` to load, or the same as an object. @default nothing configured */
  readonly config?: string | Readonly<Record<string, unknown>>;
  /** @default "warn" */
  readonly logLevel?: LogLevel;
  /** Replaces the console logger. */
  readonly logger?: Logger;
  /** Where the `deno` binary is. @default the running Deno, else `deno` of the PATH */
  readonly denoPath?: string;
  /** Who is asked about tool calls that a rule wants approved. @default nobody: they are refused */
  readonly approver?: Approver;
}

/** Options of one embedded execution. */
export type EmbeddedExecuteOptions = Omit<ExecuteRequest, "code"> & {
  readonly signal?: AbortSignal;
};

/** Code Mode in-process. Dispose it: it holds processes. */
export interface Codemode extends AsyncDisposable {
  /** Runs a program; rejects with `CodemodeError` only when it did not run. */
  execute(code: string, options?: EmbeddedExecuteOptions): Promise<ExecuteAnswer>;
  /** Type-checks a program. */
  check(code: string, options?: Omit<CheckRequest, "code">): Promise<CheckAnswer>;
  /** TypeScript declarations of the tools; `budgetTokens` absent means all of them. */
  declarations(options?: { readonly budgetTokens?: number }): Promise<string>;
}

/**
 * Starts Code Mode in this process.
 *
 * @example
 * ```ts ignore
 * await using codemode = await createCodemode({ tools: { add } });
 * const { result } = await codemode.execute("return await tools.add({ a: 1, b: 2 })");
 * ```
 */
export async function createCodemode(options: CodemodeOptions = {}): Promise<Codemode> {
  assertOptions(options);
  const config = await loadEmbedded(options.config);
  const logger = options.logger ??
    createLogger([createConsoleSink("text")], options.logLevel ?? "warn");
  const sources = options.tools === undefined ? [] : [
    createNativeSource(
      "tools",
      "Native tools of the embedding program",
      await withPrintedTypes(options.tools),
    ),
  ];
  const app = createApp(config, {
    logger,
    sources,
    ...(options.denoPath === undefined ? {} : { denoPath: options.denoPath }),
    ...(options.approver === undefined ? {} : { approver: options.approver }),
  });
  return embedded(
    app.engine,
    { id: "embedded", grant: defaultGrant(config.security.capabilities) },
    () => app.close(),
  );
}

const OPTION_NAMES: readonly string[] = Object.freeze(
  ["tools", "config", "logLevel", "logger", "denoPath", "approver"] satisfies (
    keyof CodemodeOptions
  )[],
);

/** An option that is not known might have been a rule: to pass it over could allow what was denied. */
function assertOptions(options: CodemodeOptions): void {
  const unknown = Object.keys(options).find((name) => !OPTION_NAMES.includes(name));
  if (unknown !== undefined) {
    throw new TypeError(
      `Cannot create Code Mode: there is no option "${unknown}"; the options are ` +
        `${OPTION_NAMES.join(", ")}, and what the configuration file has goes into "config"`,
    );
  }
  if (options.approver !== undefined && typeof options.approver?.approve !== "function") {
    throw new TypeError(
      'Cannot create Code Mode: "approver" must be { approve(call, signal) }, which resolves with ' +
        "{ approved, reason }",
    );
  }
}

function embedded(engine: Engine, caller: Caller, close: () => Promise<void>): Codemode {
  return {
    async execute(code, { signal, ...request } = {}) {
      const options = signal === undefined ? {} : { signal };
      const asked = parseRequest(ExecuteRequestSchema, { ...request, code });
      return toDecodedAnswer(await engine.execute(asked, caller, options));
    },
    check: async (code, request = {}) =>
      await engine.check(parseRequest(CheckRequestSchema, { ...request, code }), caller),
    declarations: async ({ budgetTokens } = {}) =>
      printDeclarations(await engine.toolbox(caller), budgetTokens),
    [Symbol.asyncDispose]: close,
  };
}

function loadEmbedded(config: CodemodeOptions["config"]): Promise<Config> {
  if (typeof config === "string") return loadConfig({ path: config });
  return Promise.resolve(parseConfig(config ?? {}));
}
