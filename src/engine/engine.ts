/**
 * The heart: one execution's walk from request to answer. Every door enters here and nothing else
 * runs guest code. What a program did wrong is in the answer; what kept a request from running is
 * thrown as a `CodemodeError`.
 */

import type { Clock } from "../base/clock.ts";
import { CodemodeError, toCodemodeError } from "../base/errors.ts";
import { newId } from "../base/ids.ts";
import type { Logger } from "../base/log.ts";
import { roundMs } from "../base/round_ms.ts";
import type { Metrics } from "../base/metrics.ts";
import { type Access, createAccess } from "../access/mod.ts";
import type { CapabilitySet } from "../capability/mod.ts";
import type { Catalog } from "../catalog/mod.ts";
import type { Ambient, Checker, CheckResult } from "../checker/mod.ts";
import type { Config } from "../config/mod.ts";
import {
  type AuditSink,
  type CheckAnswer,
  type CheckRequest,
  type ExecuteRequest,
  type Language,
  type Problem,
  type RuntimeInfo,
  type RuntimeName,
  toProblem,
} from "../contract/mod.ts";
import type { DeniedAttempt } from "../runtime/mod.ts";
import type { Pool } from "../pool/mod.ts";
import { admit, type Admitted } from "./admission.ts";
import { type ExecutionResult, toLogLine, toRunProblem } from "./answer.ts";
import { budgetOf, timeLimitsOf } from "./budget_of.ts";
import { EngineMetrics } from "./engine_metrics.ts";
import { admittedAt, advance, type ExecutionEvent } from "./execution.ts";
import {
  recordAdmitted,
  recordCall,
  recordDenied,
  recordEnded,
  recordFailed,
} from "./execution_audit.ts";
import { Gate, type Refusal, type Ticket } from "./gate.ts";
import { type Run, type RunEnd, toResult } from "./run_end.ts";
import type { Caller } from "./principal.ts";
import { toRejection } from "./rejection.ts";
import { explainSilent } from "./silent_servers.ts";
import { ToolCalls } from "./tool_calls.ts";
import { type Toolbox, Toolboxes } from "./toolbox.ts";

/** Milliseconds an execution waits for a server that has not shown its tools yet. */
const SERVER_PATIENCE_MS = 30_000;

/** Checks at the same time: the checker is one thread, more would only wait inside it. */
const CHECK_PLACES = 4;

/** Options of one execution. */
export interface ExecuteOptions {
  /** Cancels: the sandbox is killed, the answer says `CANCELLED` and which calls were in flight. */
  readonly signal?: AbortSignal;
  /** @default a new id */
  readonly requestId?: string;
}

/** What every door talks to. */
export interface Engine extends AsyncDisposable {
  /** Runs a program. Rejects only when the request did not run. */
  execute(
    request: ExecuteRequest,
    caller: Caller,
    options?: ExecuteOptions,
  ): Promise<ExecutionResult>;
  /** Checks a program without running it. */
  check(request: CheckRequest, caller: Caller, options?: ExecuteOptions): Promise<CheckAnswer>;
  /** The tools a caller reaches, under their guest names. */
  toolbox(caller: Caller): Promise<Toolbox>;
  /** Runtimes of this host, available or not. */
  runtimes(): readonly RuntimeInfo[];
  /** Takes a sandbox and runs an empty program in it; milliseconds. */
  probe(signal: AbortSignal): Promise<number>;
  /** Refuses new work, waits for what runs until the signal aborts, then cancels it. */
  drain(signal: AbortSignal): Promise<void>;
}

/** What an engine is made of. */
export interface EngineParts {
  readonly config: Config;
  readonly catalog: Catalog;
  readonly checker: Checker;
  readonly pools: ReadonlyMap<RuntimeName, Pool>;
  readonly runtimes: readonly RuntimeInfo[];
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** @default nothing is recorded */
  readonly audit?: AuditSink;
  /** Where granted environment variables are read. @default there are none */
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

const NO_AUDIT: AuditSink = Object.freeze({ record() {} });

/** Creates the engine. It owns nothing of its parts; `drain` before disposing them. */
export function createEngine(parts: EngineParts): Engine {
  return new LocalEngine(parts);
}

class LocalEngine implements Engine {
  readonly #parts: EngineParts;
  readonly #toolboxes: Toolboxes;
  readonly #gate: Gate;
  /** Checks take their own turns: they need no sandbox, and must not wait for programs to end. */
  readonly #checkGate: Gate;
  readonly #metrics: EngineMetrics;

  constructor(parts: EngineParts) {
    this.#parts = parts;
    this.#toolboxes = new Toolboxes(parts.catalog);
    this.#metrics = new EngineMetrics(parts.metrics, parts.pools);
    const { workers, perPrincipal } = parts.config.sandbox;
    this.#gate = this.#createGate("execute", workers.max, perPrincipal.concurrent);
    this.#checkGate = this.#createGate("check", CHECK_PLACES, CHECK_PLACES);
  }

  #createGate(lane: string, places: number, perPrincipal: number): Gate {
    const { config: { sandbox }, clock } = this.#parts;
    const gate = new Gate({
      places,
      queue: sandbox.queue,
      perPrincipal,
      timeoutMs: sandbox.queueTimeoutMs,
      clock,
      onRefused: (why: Refusal) => this.#metrics.refused(lane, why),
    });
    this.#metrics.watch(lane, gate);
    return gate;
  }

  async execute(
    request: ExecuteRequest,
    caller: Caller,
    options: ExecuteOptions = {},
  ): Promise<ExecutionResult> {
    const admitted = admit(request, caller, this.#rules());
    using ticket = this.#gate.enter(caller.id, options.signal);
    const run: Run = {
      executionId: newId("exec"),
      requestId: options.requestId ?? newId("req"),
      caller,
      admitted,
      signal: ticket.signal,
      state: admittedAt(this.#parts.clock.monotonic()),
    };
    const { audit = NO_AUDIT } = this.#parts;
    recordAdmitted(audit, run, request.capabilities);
    const result = await this.#walk(run, ticket);
    recordEnded(audit, run, result);
    this.#finish(run, result);
    return result;
  }

  async check(
    request: CheckRequest,
    caller: Caller,
    options: ExecuteOptions = {},
  ): Promise<CheckAnswer> {
    const admitted = admit(request, caller, this.#rules());
    using ticket = this.#checkGate.enter(caller.id, options.signal);
    const startedAt = this.#parts.clock.monotonic();
    const toolbox = await this.#prepareToolbox(admitted.grant, ticket.signal, admitted.code);
    await ticket.turn();
    const checked = await this.#checkCode(admitted, toolbox, ticket.signal);
    const tools = usedTools(checked, toolbox);
    return {
      ok: checked.ok,
      diagnostics: explainSilent(checked.diagnostics, toolbox.silent),
      runtime: admitted.runtime,
      tools,
      capabilities: tools.map((tool) => `mcp:${tool}`),
      checkTime: roundMs(this.#parts.clock.monotonic() - startedAt),
    };
  }

  async toolbox(caller: Caller): Promise<Toolbox> {
    return await this.#prepareToolbox(caller.grant, new AbortController().signal);
  }

  runtimes(): readonly RuntimeInfo[] {
    return this.#parts.runtimes;
  }

  async probe(signal: AbortSignal): Promise<number> {
    const startedAt = this.#parts.clock.monotonic();
    const { limits } = this.#parts.config.sandbox;
    const [pool] = this.#parts.pools.values();
    if (pool === undefined) {
      throw new CodemodeError("RUNTIME_UNAVAILABLE", "No runtime is available");
    }
    await using lease = await pool.checkout(
      { memoryLimitBytes: limits.memoryBytes },
      signal,
    );
    const report = await lease.sandbox.run(
      {
        code: "return 1;",
        namespaces: [],
        context: {},
        timeoutMs: limits.timeoutMs,
        budget: budgetOf(this.#parts.config, {}),
      },
      { call: () => Promise.resolve({ ok: true, value: null }), log: () => {} },
      signal,
    );
    if (report.outcome.kind === "stopped") throw report.outcome.error;
    return this.#parts.clock.monotonic() - startedAt;
  }

  async drain(signal: AbortSignal): Promise<void> {
    await Promise.all([this.#gate.close(signal), this.#checkGate.close(signal)]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.drain(AbortSignal.abort());
  }

  async #walk(run: Run, ticket: Ticket): Promise<ExecutionResult> {
    try {
      const toolbox = await this.#prepareToolbox(run.admitted.grant, run.signal, run.admitted.code);
      await ticket.turn();
      this.#advance(run, "check");
      const checked = await this.#checkCode(run.admitted, toolbox, run.signal);
      this.#advance(run, "checked");
      if (!checked.ok || checked.emitted === undefined) {
        return this.#rejected(run, checked, toolbox.silent);
      }
      return await this.#runChecked(run, toolbox, checked, checked.emitted);
    } catch (thrown) {
      const error = run.signal.aborted ? cancelled(run.signal) : toCodemodeError(thrown);
      // What cannot be answered for is thrown: a full queue, a crash of ours, a missing runtime.
      if (error.code !== "CANCELLED") {
        recordFailed(this.#parts.audit ?? NO_AUDIT, run, error.code);
        throw error;
      }
      return this.#ended(run, { problem: this.#problem(error, run) });
    }
  }

  async #runChecked(
    run: Run,
    toolbox: Toolbox,
    checked: CheckResult,
    emitted: NonNullable<CheckResult["emitted"]>,
  ): Promise<ExecutionResult> {
    const { admitted } = run;
    await using lease = await this.#pool(admitted).checkout(
      { memoryLimitBytes: admitted.memoryLimitBytes },
      run.signal,
    );
    this.#advance(run, "sandbox");
    const access = this.#access(run);
    const calls = this.#toolCalls(run, toolbox, access);
    const logs: string[] = [];
    const report = await lease.sandbox.run(
      {
        code: emitted.code,
        namespaces: toolbox.guestNamespaces,
        context: admitted.context,
        access: access.guest,
        ...timeLimitsOf(this.#parts.config, admitted.timeoutMs),
        budget: budgetOf(this.#parts.config, admitted.grant),
      },
      {
        call: (frame, signal) => calls.call(frame, signal),
        log: (entry) => void logs.push(toLogLine(entry)),
        denied: (attempt) => this.#denied(run, attempt),
      },
      run.signal,
    );
    return this.#ended(run, {
      report,
      checked,
      calls,
      logs: report.droppedLogs === 0
        ? logs
        : [...logs, `[warn] ${report.droppedLogs} more log lines were dropped`],
      startupMs: lease.startupMs,
      problem: toRunProblem(report, emitted, run.requestId, this.#parts.clock.now()),
    });
  }

  #denied(run: Run, attempt: DeniedAttempt): void {
    const { logger, audit = NO_AUDIT } = this.#parts;
    const { executionId, requestId } = run;
    const { permission, target } = attempt;
    const fields = { executionId, requestId, permission, target };
    logger.warn("a program was denied what it tried around the host", fields);
    recordDenied(audit, run, attempt);
  }

  #access({ executionId, caller, admitted }: Run): Access {
    const { config, clock, audit = NO_AUDIT, environment = {} } = this.#parts;
    return createAccess({
      grant: admitted.grant,
      callerGrant: caller.grant,
      directory: config.directory,
      clock,
      audit,
      executionId,
      principal: caller.id,
      credentials: config.security.credentials ?? [],
      environment,
    });
  }

  #toolCalls(run: Run, toolbox: Toolbox, access: Access): ToolCalls {
    const { catalog, clock, logger, audit = NO_AUDIT } = this.#parts;
    const metrics = this.#metrics;
    return new ToolCalls({
      toolbox,
      access,
      grant: run.admitted.grant,
      catalog,
      clock,
      logger: logger.child({ executionId: run.executionId, requestId: run.requestId }),
      observer: {
        callStarted: (server) => metrics.callStarted(server),
        callEnded(record) {
          metrics.callEnded(record);
          recordCall(audit, run, record);
        },
      },
      maxRateWaitMs: Math.max(
        run.admitted.timeoutMs,
        this.#parts.config.sandbox.limits.waitMs,
      ),
    });
  }

  /**
   * A server that is still starting is waited for, so that its tools are not called unknown; a
   * program waits only for servers that its text names, so that a slow one does not hold up all.
   */
  async #prepareToolbox(
    grant: CapabilitySet,
    signal: AbortSignal,
    code?: string,
  ): Promise<Toolbox> {
    const patience = AbortSignal.timeout(SERVER_PATIENCE_MS);
    await this.#parts.catalog
      .settled(this.#toolboxes.serversOf(grant, code), AbortSignal.any([signal, patience]))
      .catch((error) => {
        if (signal.aborted) throw error;
      });
    return this.#toolboxes.of(grant);
  }

  #checkCode(
    admitted: Admitted | (Omit<Admitted, "check"> & { check?: Admitted["check"] }),
    toolbox: Toolbox,
    signal: AbortSignal,
  ): Promise<CheckResult> {
    if (admitted.language !== "typescript" && admitted.language !== "javascript") {
      throw new CodemodeError("RUNTIME_UNAVAILABLE", `Nothing here checks ${admitted.language}`);
    }
    return this.#parts.checker.check({
      code: admitted.code,
      language: admitted.language,
      declarations: toolbox.declarations,
      ambient: ambientOf(admitted),
      mode: admitted.check ?? "error",
    }, signal);
  }

  #rejected(run: Run, checked: CheckResult, silent: readonly string[]): ExecutionResult {
    const problem = this.#problem(toRejection(checked, silent), run);
    const diagnostics = explainSilent(checked.diagnostics, silent);
    return this.#ended(run, { checked: { ...checked, diagnostics }, problem });
  }

  #ended(run: Run, end: RunEnd): ExecutionResult {
    this.#advance(run, "end");
    return toResult(run, end);
  }

  #finish(run: Run, { answer }: ExecutionResult): void {
    const outcome = answer.error?.code ?? "OK";
    this.#metrics.executionEnded(run.admitted.language, outcome, answer.metrics);
    this.#parts.logger.info("execution ended", {
      executionId: run.executionId,
      requestId: run.requestId,
      outcome,
      ...answer.metrics,
    });
    if (outcome === "SANDBOX_CRASHED") {
      this.#parts.logger.warn("sandbox crashed", {
        executionId: run.executionId,
        details: answer.error,
      });
    }
  }

  #problem(error: CodemodeError, run: Run): Problem {
    return toProblem(error, run.requestId, this.#parts.clock.now());
  }

  #advance(run: Run, event: ExecutionEvent): void {
    run.state = advance(run.state, event, this.#parts.clock.monotonic());
  }

  #pool(admitted: Admitted): Pool {
    const pool = this.#parts.pools.get(admitted.runtime.name);
    if (pool) return pool;
    throw new CodemodeError("RUNTIME_UNAVAILABLE", `Runtime ${admitted.runtime.name} is not here`);
  }

  #rules() {
    const languages = new Map<RuntimeName, readonly Language[]>(
      this.#parts.runtimes.filter(({ available }) => available)
        .map(({ name, languages }) => [name, languages]),
    );
    return {
      config: this.#parts.config,
      servers: this.#parts.catalog.servers(),
      runtimes: languages,
      carriers: this.#carriers(),
    };
  }

  #carriers(): ReadonlyMap<RuntimeName, "process" | "worker"> {
    const carriers = new Map<RuntimeName, "process" | "worker">();
    for (const { name, carrier } of this.#parts.runtimes) {
      if (carrier !== undefined) carriers.set(name, carrier);
    }
    return carriers;
  }
}

function ambientOf({ runtime, grant }: Pick<Admitted, "runtime" | "grant">): Ambient {
  const { network = {}, filesystem = {}, system = {} } = grant;
  const holds = (...lists: (readonly string[] | undefined)[]) =>
    lists.some((list) => list !== undefined && list.length > 0);
  return {
    runtime: runtime.name,
    network: holds(network.allowedHosts),
    files: holds(filesystem.allowedPaths, filesystem.writablePaths),
    environment: holds(system.environment),
  };
}

function usedTools(checked: CheckResult, toolbox: Toolbox): string[] {
  const named = checked.uses.tools.flatMap((path) => {
    const dot = path.indexOf(".");
    const found = toolbox.find(path.slice(0, dot), path.slice(dot + 1));
    return found ? [`${found.named.tool.server}.${found.named.tool.name}`] : [];
  });
  return [...new Set(named)].sort();
}

function cancelled(signal: AbortSignal): CodemodeError {
  return signal.reason instanceof CodemodeError
    ? signal.reason
    : new CodemodeError("CANCELLED", "The execution was cancelled");
}
