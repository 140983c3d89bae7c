/** The HTTP application on a real socket, over executions that do what a test says; no sandboxes. */

import type { Principal } from "../../src/auth/mod.ts";
import { systemClock } from "../../src/base/clock.ts";
import { CodemodeError } from "../../src/base/errors.ts";
import { newId } from "../../src/base/ids.ts";
import { createLogger, type LogEntry } from "../../src/base/log.ts";
import { Metrics } from "../../src/base/metrics.ts";
import { parseConfig } from "../../src/config/mod.ts";
import type { Caller, Engine, ExecuteOptions, ExecutionResult } from "../../src/engine/mod.ts";
import { Executions, type Watch } from "../../src/engine/executions.ts";
import { createHttpApp, listen } from "../../src/http/mod.ts";

/** What a program does: it tells its watch, and ends with an answer. */
export type Program = (watch: Watch, signal: AbortSignal, code: string) => Promise<ExecutionResult>;

/** Options of {@link startScripted}. */
export interface ScriptedOptions {
  readonly program: Program;
  readonly server?: Readonly<Record<string, unknown>>;
  readonly executions?: Readonly<Record<string, unknown>>;
  readonly authenticate?: (headers: Headers) => Promise<Principal>;
  /** Why no program is let in. @default all are */
  readonly refuse?: CodemodeError;
}

/** The answer of a program that returned `value`. */
export function answered(value: ExecutionResult["value"]): ExecutionResult {
  const metrics = { executionTime: 0, waitTime: 0, cpuTime: 0, memoryUsed: 0 };
  const rest = { apiCalls: 0, queueTime: 0, checkTime: 0, startupTime: 0 };
  const answer = {
    success: true,
    logs: [],
    requestId: "req_1",
    executionId: "exec_1",
    metrics: { ...metrics, ...rest },
    runtime: { name: "deno" as const, carrier: "process" as const, reason: "scripted" },
    diagnostics: [],
    calls: [],
  };
  return value === undefined ? { answer } : { answer, value };
}

/** The answer of a program that was cancelled, once it is. */
export function untilCancelled(signal: AbortSignal): Promise<ExecutionResult> {
  const { answer } = answered(undefined);
  const timestamp = new Date(0).toISOString();
  return new Promise((resolve) => {
    const end = () => {
      const { code, message } = signal.reason as CodemodeError;
      const error = { type: "runtime" as const, code, message, timestamp, requestId: "req_1" };
      resolve({ answer: { ...answer, success: false, error } });
    };
    if (signal.aborted) end();
    else signal.addEventListener("abort", end, { once: true });
  });
}

/** Starts it on a port of the kernel's. */
export async function startScripted(options: ScriptedOptions) {
  const { server, executions } = parseConfig({
    server: { port: 0, ...options.server },
    executions: options.executions ?? {},
  }, "/srv");
  const entries: LogEntry[] = [];
  const logger = createLogger([{ write: (entry) => void entries.push(entry) }], "debug");
  const metrics = new Metrics();
  const kept = new Executions(executions, systemClock);
  let running = 0;
  const begin = (
    code: string,
    caller: Caller,
    { requestId = newId("req"), signal }: ExecuteOptions,
  ) => {
    const controller = new AbortController();
    const cancel = (reason: CodemodeError) => controller.abort(reason);
    signal?.addEventListener("abort", () => cancel(new CodemodeError("CANCELLED", "left")));
    const language = "typescript" as const;
    const beginning = { executionId: newId("exec"), requestId, caller, language, cancel };
    running += 1;
    return kept.begin(beginning, async (watch) => {
      try {
        return await options.program(watch, controller.signal, code);
      } finally {
        running -= 1;
      }
    });
  };
  const unscripted = () => Promise.reject(new TypeError("Cannot answer: not scripted"));
  const engine: Engine = {
    execute: ({ code }, caller, options = {}) => begin(code, caller, options).result,
    start: ({ code }, caller, hooks = {}) =>
      options.refuse === undefined
        ? Promise.resolve(begin(code, caller, hooks))
        : Promise.reject(options.refuse),
    execution: (id, caller) => kept.find(id, caller),
    executions: (caller, page = {}) => kept.list(caller, page),
    check: unscripted,
    callTool: unscripted,
    relay: unscripted,
    readResult: unscripted,
    toolbox: unscripted,
    runtimes: () => [],
    probe: unscripted,
    drain: unscripted,
    [Symbol.asyncDispose]: unscripted,
  };
  const anybody = { id: "anybody", scopes: ["*"], grant: {} };
  const app = createHttpApp({
    config: server,
    engine,
    authenticator: { authenticate: options.authenticate ?? (() => Promise.resolve(anybody)) },
    audience: undefined,
    audit: undefined,
    health: { report: unscripted },
    mcp: { fetch: unscripted, [Symbol.asyncDispose]: () => Promise.resolve() },
    metrics,
    clock: systemClock,
    logger,
    version: "0",
  });
  const fetchApp = (request: Request, from: object) => app.fetch(request, from);
  const http = await listen({ config: server, fetch: fetchApp, metrics, logger });
  return {
    url: http.url,
    entries,
    /** Programs that have not ended. */
    get running() {
      return running;
    },
    close: () => http[Symbol.asyncDispose](),
    async [Symbol.asyncDispose]() {
      await http[Symbol.asyncDispose]();
      kept[Symbol.dispose]();
    },
  };
}

/** Resolves once `isSo` holds. */
export async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 5));
}
