/**
 * The `Executor` other code-mode frameworks plug in: code and functions in, `{ result, error?, logs? }`
 * out, never a rejection. The code runs in the same sandboxes as everything else here; the functions
 * run in the caller's process.
 */

import { systemClock } from "../base/clock.ts";
import { toCodemodeError } from "../base/errors.ts";
import { type Logger, silentLogger } from "../base/log.ts";
import { type Checker, createChecker } from "../checker/mod.ts";
import { ProgramWalk } from "../continuation/mod.ts";
import type { Budget } from "../protocol/budget.ts";
import type { CallFrame, WireError } from "../protocol/frames.ts";
import { errorText } from "../protocol/error_text.ts";
import { decodeValue, encodeError, encodeValue } from "../protocol/values.ts";
import type { CallReply, Outcome } from "../runtime/mod.ts";
import { type ExecutorEngines, openEngines } from "./executor_engines.ts";
import { type Providers, type ToolFunction, toProviders } from "./providers.ts";

/** What a program gave. `error` is present exactly when it failed. */
export interface ExecuteResult {
  readonly result: unknown;
  readonly error?: string;
  readonly logs?: string[];
}

/** What one execution is told beside its code. */
export interface ExecuteOptions {
  /** Ends the program when it aborts. */
  readonly signal?: AbortSignal;
  /** Milliseconds of wall time; at most what the executor gives. */
  readonly timeout?: number;
  /** Bytes of memory; at most what the executor gives. */
  readonly memoryLimit?: number;
  /** What other frameworks' hosts have beside functions. Refused when there are any. */
  readonly connectors?: readonly unknown[];
}

/** Runs code that calls functions. Never rejects. */
export interface Executor {
  execute(
    code: string,
    providersOrFns: Providers,
    options?: ExecuteOptions,
  ): Promise<ExecuteResult>;
}

/** Options of {@link CodemodeExecutor}. */
export interface CodemodeExecutorOptions {
  /** Milliseconds of wall time. @default 30000 */
  readonly timeout?: number;
  /** Milliseconds of waiting for functions that do not count as such. @default 0: all time counts */
  readonly wait?: number;
  /** Bytes of memory. @default 134217728 */
  readonly memoryLimit?: number;
  /**
   * What runs programs. `auto` begins each on the light engine, which starts in a millisecond, and
   * continues it on the heavy one when it lacks something or computes for long. @default auto
   */
  readonly runtime?: "auto" | "quickjs" | "deno";
  /** Sandboxes of each engine kept warm. @default 1 */
  readonly warm?: number;
  /** Executions at the same time; further ones wait. @default 8 */
  readonly concurrency?: number;
  /** Where the `deno` binary is. @default the running Deno, else `deno` of the PATH */
  readonly denoPath?: string;
  /** @default nothing is logged */
  readonly logger?: Logger;
}

/** Traffic of one execution: large values are welcome, floods are not. */
const BUDGET: Budget = Object.freeze({
  frameBytes: 64 * 1024 * 1024,
  resultBytes: 64 * 1024 * 1024,
  logLines: 10_000,
  logBytes: 4 * 1024 * 1024,
  calls: 10_000,
  concurrentCalls: 64,
  depth: 200,
  totalBytes: 256 * 1024 * 1024,
});

/** An executor over warm sandbox processes, for Deno and Node. Dispose it: it holds processes. */
export class CodemodeExecutor implements Executor, AsyncDisposable {
  readonly #timeoutMs: number;
  readonly #waitMs: number;
  readonly #memoryLimitBytes: number;
  readonly #runtime: NonNullable<CodemodeExecutorOptions["runtime"]>;
  readonly #checker: Checker;
  readonly #engines: ExecutorEngines;

  constructor(options: CodemodeExecutorOptions = {}) {
    this.#timeoutMs = options.timeout ?? 30_000;
    this.#waitMs = options.wait ?? 0;
    this.#memoryLimitBytes = options.memoryLimit ?? 128 * 1024 * 1024;
    this.#runtime = options.runtime ?? "auto";
    this.#checker = createChecker({ thread: false });
    this.#engines = openEngines({
      runtime: this.#runtime,
      timeoutMs: this.#timeoutMs,
      memoryLimitBytes: this.#memoryLimitBytes,
      warm: options.warm ?? 1,
      concurrency: options.concurrency ?? 8,
      denoPath: options.denoPath,
      logger: options.logger ?? silentLogger,
    });
  }

  /** Runs `code`; functions are reachable as `codemode.<name>` or `<provider>.<name>`. */
  async execute(
    code: string,
    providersOrFns: Providers,
    options: ExecuteOptions = {},
  ): Promise<ExecuteResult> {
    const logs: string[] = [];
    try {
      return await this.#run(code, providersOrFns, logs, options);
    } catch (thrown) {
      const error = thrown instanceof TypeError ? thrown : toCodemodeError(thrown);
      return { result: undefined, error: error.message, logs };
    }
  }

  async #run(
    code: string,
    given: Providers,
    logs: string[],
    { signal = NEVER, timeout = Infinity, memoryLimit = Infinity, connectors = [] }: ExecuteOptions,
  ): Promise<ExecuteResult> {
    if (connectors.length > 0) throw new TypeError("Cannot use connectors: give functions");
    const { namespaces, find } = toProviders(given);
    const checked = await this.#checker.check({
      code,
      language: "typescript",
      declarations: { text: "", hash: "" },
      ambient: { runtime: "deno", network: false },
      mode: "off",
    });
    if (checked.emitted === undefined) {
      const [first] = checked.diagnostics;
      return { result: undefined, error: first?.message ?? "The code cannot be read", logs };
    }
    const { pools } = this.#engines;
    const walk = new ProgramWalk({
      runtime: this.#runtime === "auto" ? LIGHT : this.#runtime,
      isPinned: this.#runtime !== "auto",
      spec: { memoryLimitBytes: Math.min(this.#memoryLimitBytes, memoryLimit) },
      program: {
        code: checked.emitted.code,
        namespaces,
        context: {},
        timeoutMs: Math.min(this.#timeoutMs, timeout),
        waitMs: this.#waitMs,
        budget: BUDGET,
      },
      host: {
        call: (frame) => answer(frame, find(frame.namespace, frame.tool)),
        log: ({ level, text }) =>
          void logs.push(level === "log" || level === "info" ? text : `[${level}] ${text}`),
      },
      signal,
    }, { pools, clock: systemClock, onSandbox() {} });
    const { report: { outcome } } = await walk.run();
    return toResult(outcome, logs);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#engines[Symbol.asyncDispose]();
    await this.#checker[Symbol.asyncDispose]();
  }
}

const LIGHT = "quickjs";
const NEVER: AbortSignal = new AbortController().signal;

async function answer(frame: CallFrame, run: ToolFunction | undefined): Promise<CallReply> {
  try {
    if (run === undefined) throw new TypeError(`There is no ${frame.namespace}.${frame.tool}`);
    const value = await run(...frame.args.map((arg) => decodeValue(arg)));
    return { ok: true, value: encodeValue(value, { root: frame.tool }).wire };
  } catch (thrown) {
    return { ok: false, error: withoutStack(encodeError(thrown)) };
  }
}

/** The caller's stack names files of its machine; the guest has no business with them. */
function withoutStack({ stack: _stack, ...error }: WireError): WireError {
  return error.cause === undefined ? error : { ...error, cause: withoutStack(error.cause) };
}

function toResult(outcome: Outcome, logs: string[]): ExecuteResult {
  if (outcome.kind === "completed") return { result: decodeValue(outcome.value), logs };
  if (outcome.kind === "stopped") return { result: undefined, error: outcome.error.message, logs };
  if (outcome.kind === "yielded") return { result: undefined, error: outcome.what, logs };
  return { result: undefined, error: errorText(outcome.error), logs };
}
