/**
 * The heart: one execution's walk from request to answer. Every door enters here and nothing else
 * runs guest code. What a program did wrong is in the answer; what kept a request from running is
 * thrown as a `CodemodeError`.
 */

import { CodemodeError } from "../base/errors.ts";
import { newId } from "../base/ids.ts";
import { roundMs } from "../base/round_ms.ts";
import type { CheckResult } from "../checker/mod.ts";
import type { CheckAnswer, CheckRequest, ExecuteRequest, RuntimeInfo } from "../contract/mod.ts";
import { createPolicy } from "../policy/mod.ts";
import { ShapeMemory } from "../shapes/mod.ts";
import { admit } from "./admission.ts";
import type { ExecutionResult } from "./answer.ts";
import { budgetOf } from "./budget_of.ts";
import { CallerTurns } from "./caller_turns.ts";
import { cancelled } from "./cancelled.ts";
import { type DirectCall, type DirectCallResult, DirectCalls } from "./direct_calls.ts";
import { EngineMetrics } from "./engine_metrics.ts";
import { type EngineParts, NO_AUDIT } from "./engine_parts.ts";
import { admittedAt } from "./execution.ts";
import { recordAdmitted, recordEnded } from "./execution_audit.ts";
import { Gates } from "./gates.ts";
import { ObservedToolboxes } from "./observed_toolbox.ts";
import { Preparation } from "./preparation.ts";
import type { Caller } from "./principal.ts";
import { ProgramRuns } from "./program_runs.ts";
import type { Run } from "./run_end.ts";
import { RuntimeChoices } from "./runtime_choices.ts";
import { explainSilent } from "./silent_servers.ts";
import { ToolGates } from "./tool_gates.ts";
import type { Toolbox } from "./toolbox.ts";

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
  /** Calls one tool without a program; rejects with what a program would have caught. */
  callTool(call: DirectCall, caller: Caller, options?: ExecuteOptions): Promise<DirectCallResult>;
  /** The tools a caller reaches, under their guest names, with what their results looked like to it. */
  toolbox(caller: Caller): Promise<Toolbox>;
  /** Runtimes of this host, available or not. */
  runtimes(): readonly RuntimeInfo[];
  /** Takes a sandbox and runs an empty program in it; milliseconds. */
  probe(signal: AbortSignal): Promise<number>;
  /** Refuses new work, waits for what runs until the signal aborts, then cancels it. */
  drain(signal: AbortSignal): Promise<void>;
}

/** Creates the engine. It owns nothing of its parts; `drain` before disposing them. */
export function createEngine(parts: EngineParts): Engine {
  return new LocalEngine(parts);
}

class LocalEngine implements Engine {
  readonly #parts: EngineParts;
  readonly #gates: Gates;
  readonly #metrics: EngineMetrics;
  readonly #preparation: Preparation;
  readonly #choices: RuntimeChoices;
  readonly #programs: ProgramRuns;
  readonly #direct: DirectCalls;
  readonly #readers: ObservedToolboxes;

  constructor(parts: EngineParts) {
    this.#parts = parts;
    const policy = createPolicy(parts.config.security.tools);
    const { waitMs } = parts.config.sandbox.limits;
    this.#metrics = new EngineMetrics(parts.metrics, parts.pools);
    this.#gates = new Gates(parts.config.sandbox, parts.clock, this.#metrics);
    this.#preparation = new Preparation(parts.catalog, parts.checkers, policy);
    const shapes = new ShapeMemory();
    this.#readers = new ObservedToolboxes(shapes);
    const tools = new ToolGates(parts, { policy, metrics: this.#metrics, shapes });
    this.#choices = new RuntimeChoices(parts.clock);
    this.#programs = new ProgramRuns(parts, this.#preparation, tools, this.#choices);
    this.#direct = new DirectCalls({
      clock: parts.clock,
      turns: new CallerTurns(parts.clock, waitMs),
      toolbox: (grant, signal, server) => this.#preparation.toolbox(grant, signal, server),
      gate: (identity, toolbox) =>
        tools.open(identity, { toolbox, grant: identity.caller.grant, maxRateWaitMs: waitMs }),
    });
  }

  async execute(
    request: ExecuteRequest,
    caller: Caller,
    options: ExecuteOptions = {},
  ): Promise<ExecutionResult> {
    const admitted = admit(request, caller, this.#rules());
    using ticket = this.#gates.executions.enter(caller.id, options.signal);
    const run: Run = {
      executionId: newId("exec"),
      requestId: options.requestId ?? newId("req"),
      caller,
      admitted,
      runtime: this.#choices.choose(admitted.candidates),
      signal: ticket.signal,
      state: admittedAt(this.#parts.clock.monotonic()),
    };
    const { audit = NO_AUDIT } = this.#parts;
    recordAdmitted(audit, run, request.capabilities);
    const result = await this.#programs.walk(run, ticket);
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
    using ticket = this.#gates.checks.enter(caller.id, options.signal);
    const startedAt = this.#parts.clock.monotonic();
    const toolbox = await this.#preparation.toolbox(admitted.grant, ticket.signal, admitted.code);
    await ticket.turn();
    const asker = { principal: caller.id, signal: ticket.signal };
    const checked = await this.#preparation.check(admitted, toolbox, asker);
    const tools = usedTools(checked, toolbox);
    return {
      ok: checked.ok,
      diagnostics: explainSilent(checked.diagnostics, toolbox.silent),
      runtime: this.#choices.choose(admitted.candidates, checked.traits),
      tools,
      capabilities: tools.map((tool) => `mcp:${tool}`),
      checkTime: roundMs(this.#parts.clock.monotonic() - startedAt),
    };
  }

  async callTool(
    call: DirectCall,
    caller: Caller,
    options: ExecuteOptions = {},
  ): Promise<DirectCallResult> {
    using ticket = this.#gates.calls.enter(caller.id, options.signal);
    const { signal } = ticket;
    const requestId = options.requestId ?? newId("req");
    try {
      await ticket.turn();
      return await this.#direct.call(call, {
        executionId: newId("call"),
        requestId,
        caller,
        signal,
      });
    } catch (error) {
      throw signal.aborted ? cancelled(signal) : error;
    }
  }

  async toolbox(caller: Caller): Promise<Toolbox> {
    const { signal } = new AbortController();
    return this.#readers.of(caller.id, await this.#preparation.toolbox(caller.grant, signal));
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
    await this.#gates.close(signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.drain(AbortSignal.abort());
  }

  #finish(run: Run, { answer }: ExecutionResult): void {
    const outcome = answer.error?.code ?? "OK";
    this.#metrics.executionEnded(run.admitted.language, answer);
    this.#parts.logger.info("execution ended", {
      executionId: run.executionId,
      requestId: run.requestId,
      outcome,
      runtime: answer.runtime.name,
      ...answer.metrics,
    });
    if (outcome === "SANDBOX_CRASHED") {
      this.#parts.logger.warn("sandbox crashed", {
        executionId: run.executionId,
        details: answer.error,
      });
    }
  }

  #rules() {
    return {
      config: this.#parts.config,
      servers: this.#parts.catalog.servers(),
      runtimes: this.#parts.runtimes,
    };
  }
}

function usedTools(checked: CheckResult, toolbox: Toolbox): string[] {
  const named = checked.uses.tools.flatMap((path) => {
    const dot = path.indexOf(".");
    const found = toolbox.find(path.slice(0, dot), path.slice(dot + 1));
    return found ? [`${found.named.tool.server}.${found.named.tool.name}`] : [];
  });
  return [...new Set(named)].sort();
}
