/** Code Mode inside another program: the whole service without a socket. */

import { type App, createApp } from "./app.ts";
import { defaultGrant } from "./auth/mod.ts";
import { createLogger, LOG_LEVELS, type Logger, type LogLevel } from "./base/log.ts";
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
  type ExecutionEvent,
  type OpenQuestion,
  parseRequest,
  type QuestionAnswer,
  type ReadResult,
  type ResultPage,
  type ServerInfo,
} from "./contract/mod.ts";
import type { Approver } from "./policy/mod.ts";
import { assertNamed, assertTool, isRecord, kindOf } from "./tool_faults.ts";
import { assertToolSet, isToolSet, type ToolSet } from "./tool_set.ts";
import {
  type Caller,
  type Engine,
  printDeclarations,
  type StartedExecution,
  toDecodedAnswer,
} from "./engine/mod.ts";

/** Options of {@link createCodemode}. */
export interface CodemodeOptions {
  /**
   * Native tools, made by `tool`, which programs reach as `mcp.tools.<name>` and `tools.<name>`; and sets
   * of tools, made by `toolSet`, `aiSdk`, `langchain`, `openapi` or `mcpServer`, each a server of its own.
   */
  readonly tools?: Readonly<Record<string, NativeTool | ToolSet>>;
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

/** The servers of an embedded Code Mode. */
export interface CodemodeSources {
  list(): readonly ServerInfo[];
  /**
   * Opens a set under a name; `CONFLICT` where the name is taken, `CONFIG_INVALID` for its options,
   * `INVALID_REQUEST` for a document, in a file or given as it is, that cannot be used. One at an
   * address is loaded in the background, as MCP servers are connected: {@link CodemodeSources.list}
   * tells how they are.
   */
  add(name: string, set: ToolSet): Promise<void>;
  /** Hides a server at once; its calls may end within `reload.grace`. False where there is none. */
  remove(name: string): Promise<boolean>;
}

/** Options of one embedded stream. */
export type EmbeddedStreamOptions = EmbeddedExecuteOptions & {
  /** Answers what tools' servers ask in the middle of calls. @default nobody can be asked */
  readonly answer?: (question: OpenQuestion) => QuestionAnswer | Promise<QuestionAnswer>;
};

/** Code Mode in-process. Dispose it: it holds processes. */
export interface Codemode extends AsyncDisposable {
  /** Runs a program; rejects with `CodemodeError` only when it did not run. */
  execute(code: string, options?: EmbeddedExecuteOptions): Promise<ExecuteAnswer>;
  /** A part of a result of which `maxResultTokens` left something out; see `truncated.handle`. */
  readResult(handle: string, reading?: ReadResult): Promise<ResultPage>;
  /**
   * Runs a program and tells what happens as it happens; the last event is the answer, or the error
   * that kept it from running. Leaving the loop ends the execution.
   */
  stream(
    code: string,
    options?: EmbeddedStreamOptions,
  ): AsyncGenerator<ExecutionEvent, void, undefined>;
  /** Type-checks a program. */
  check(code: string, options?: Omit<CheckRequest, "code">): Promise<CheckAnswer>;
  /** Servers that come and go while programs run. */
  readonly sources: CodemodeSources;
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
  const config = await loadEmbedded(options);
  const logger = options.logger ??
    createLogger([createConsoleSink("text")], options.logLevel ?? "warn");
  const given = Object.entries(options.tools ?? {});
  const native = given.flatMap(([name, one]) => isToolSet(one) ? [] : [[name, one] as const]);
  const sources = native.length === 0 ? [] : [
    createNativeSource(
      "tools",
      "Native tools of the embedding program",
      await withPrintedTypes(Object.fromEntries(native)),
    ),
  ];
  const app = createApp(config, {
    logger,
    sources,
    ...(options.denoPath === undefined ? {} : { denoPath: options.denoPath }),
    ...(options.approver === undefined ? {} : { approver: options.approver }),
  });
  try {
    for (const [name, one] of given) if (isToolSet(one)) await app.sources.add(name, one);
  } catch (error) {
    await app.close();
    throw error;
  }
  return embedded(
    app,
    { id: "embedded", grant: defaultGrant(config.security.capabilities) },
    () => app.close(),
  );
}

const OPTION_NAMES: readonly string[] = Object.freeze(
  ["tools", "config", "logLevel", "logger", "denoPath", "approver"] satisfies (
    keyof CodemodeOptions
  )[],
);

/** What failed where options are wrong. */
const ACTION = "Cannot create Code Mode";

/** An option that is not known might have been a rule: to pass it over could allow what was denied. */
function assertOptions(options: CodemodeOptions): void {
  const given: unknown = options;
  if (!isRecord(given)) {
    throw new TypeError(`${ACTION}: it takes an object of options, not ${kindOf(given)}`);
  }
  const unknown = Object.keys(given).find((name) => !OPTION_NAMES.includes(name));
  if (unknown !== undefined) {
    throw new TypeError(
      `${ACTION}: there is no option "${unknown}"; the options are ` +
        `${OPTION_NAMES.join(", ")}, and what the configuration file has goes into "config"`,
    );
  }
  assertGivenTools(options.tools);
  assertLogging(options);
  if (options.approver !== undefined && typeof options.approver?.approve !== "function") {
    throw new TypeError(
      `${ACTION}: "approver" must be { approve(call, signal) }, which resolves with ` +
        "{ approved, reason }",
    );
  }
}

function assertLogging({ logLevel, logger }: CodemodeOptions): void {
  if (logLevel !== undefined && !LOG_LEVELS.includes(logLevel)) {
    throw new TypeError(
      `${ACTION}: "logLevel" must be one of ${LOG_LEVELS.join(", ")}, not ${kindOf(logLevel)}`,
    );
  }
  const missing = [...LOG_LEVELS, "child" as const].find((name) =>
    logger !== undefined && typeof logger?.[name] !== "function"
  );
  if (missing !== undefined) {
    throw new TypeError(`${ACTION}: "logger" must have a function "${missing}"`);
  }
}

function assertGivenTools(tools: CodemodeOptions["tools"] = {}): void {
  assertNamed(ACTION, tools);
  for (const [name, one] of Object.entries(tools)) {
    if (!isToolSet(one)) assertTool(ACTION, name, one);
  }
}

function embedded(
  { engine, sources }: Pick<App, "engine" | "sources">,
  caller: Caller,
  close: () => Promise<void>,
): Codemode {
  return {
    sources: {
      list: () => sources.list(),
      async add(name, set) {
        assertToolSet(name, set);
        await sources.add(name, set);
      },
      remove: (name) => sources.remove(name),
    },
    async execute(code, { signal, ...request } = {}) {
      const options = signal === undefined ? {} : { signal };
      const asked = parseRequest(ExecuteRequestSchema, { ...request, code });
      return toDecodedAnswer(await engine.execute(asked, caller, options));
    },
    readResult: (handle, reading = {}) => engine.readResult(handle, reading, caller),
    stream: (code, options = {}) => stream(engine, caller, { ...options, code }),
    check: async (code, request = {}) =>
      await engine.check(parseRequest(CheckRequestSchema, { ...request, code }), caller),
    declarations: async ({ budgetTokens } = {}) =>
      printDeclarations(await engine.toolbox(caller), budgetTokens),
    [Symbol.asyncDispose]: close,
  };
}

async function* stream(
  engine: Engine,
  caller: Caller,
  { signal, answer, ...request }: EmbeddedStreamOptions & { readonly code: string },
): AsyncGenerator<ExecutionEvent, void, undefined> {
  const asked = parseRequest(ExecuteRequestSchema, request);
  const execution = await engine.start(asked, caller, {
    canAnswer: answer !== undefined,
    ...(signal === undefined ? {} : { signal }),
  });
  try {
    for await (const event of execution.events(0, toDecodedAnswer)) {
      if (event.type === "question" && answer !== undefined) {
        void reply(execution, event.payload, answer);
      }
      yield event;
    }
  } finally {
    execution.cancel();
  }
}

/** An answer that does not fit, or none, is a refusal: nobody waits for a better one. */
async function reply(
  execution: StartedExecution,
  question: OpenQuestion,
  answer: NonNullable<EmbeddedStreamOptions["answer"]>,
): Promise<void> {
  const answered = Promise.resolve(question).then(answer);
  try {
    execution.answer(question.question, await answered);
  } catch {
    const { questions } = execution;
    if (questions.some(({ question: name }) => name === question.question)) {
      execution.answer(question.question, { action: "cancel" });
    }
  }
}

function loadEmbedded({ config, tools = {} }: CodemodeOptions): Promise<Config> {
  const servers = Object.keys(tools).filter((name) => isToolSet(tools[name]));
  if (typeof config === "string") return loadConfig({ path: config, servers });
  return Promise.resolve(parseConfig(config ?? {}, undefined, servers));
}
