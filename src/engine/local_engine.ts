/**
 * The heart: one execution's walk from request to answer. Every door enters here and nothing else
 * runs guest code. What a program did wrong is in the answer; what kept a request from running is
 * thrown as a `CodemodeError`.
 */

import { CodemodeError } from "../base/errors.ts";
import { newId } from "../base/ids.ts";
import { roundMs } from "../base/round_ms.ts";
import type { CheckResult } from "../checker/mod.ts";
import type {
  CheckAnswer,
  CheckRequest,
  ExecuteRequest,
  ExecutionsAnswer,
  ReadResult,
  ResultPage,
  RuntimeInfo,
} from "../contract/mod.ts";
import { createPolicy } from "../policy/mod.ts";
import { ShapeMemory } from "../shapes/mod.ts";
import { admit } from "./admission.ts";
import type { ExecutionResult } from "./answer.ts";
import { CallerTurns } from "./caller_turns.ts";
import { cancelled } from "./cancelled.ts";
import {
  type CallIdentity,
  type DirectCall,
  type DirectCallResult,
  DirectCalls,
  type RawAnswer,
} from "./direct_calls.ts";
import type { Engine } from "./engine.ts";
import { EngineMetrics } from "./engine_metrics.ts";
import { type EngineParts, NO_AUDIT } from "./engine_parts.ts";
import type { CallOptions, ExecuteOptions } from "./execute_options.ts";
import { admittedAt } from "./execution.ts";
import { recordAdmitted, recordEnded } from "./execution_audit.ts";
import { Executions, type PageOptions } from "./executions.ts";
import { fitCall, fitExecution } from "./fitted_answer.ts";
import type { Ticket } from "./gate.ts";
import { Gates } from "./gates.ts";
import { likelyEngine } from "./light_engine.ts";
import type { StartedExecution } from "./live_execution.ts";
import { ObservedToolboxes } from "./observed_toolbox.ts";
import { nextTurn } from "../base/next_turn.ts";
import { Preparation } from "./preparation.ts";
import type { Caller } from "./principal.ts";
import { probe } from "./probe.ts";
import { ProgramRuns } from "./program_runs.ts";
import type { Run } from "./run_end.ts";
import { RuntimeChoices } from "./runtime_choices.ts";
import { explainSilent } from "./silent_servers.ts";
import { ToolGates } from "./tool_gates.ts";
import type { Toolbox } from "./toolbox.ts";

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
  readonly #executions: Executions;

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
    this.#executions = new Executions(parts.config.executions, parts.clock, parts.telemetry);
    this.#programs = new ProgramRuns(
      parts,
      this.#preparation,
      tools,
      this.#choices,
      this.#gates,
    );
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
    const { result } = this.#begin(request, caller, options);
    return await result;
  }

  // deno-lint-ignore require-await -- what keeps a request from running is a rejection
  async start(
    request: ExecuteRequest,
    caller: Caller,
    options: ExecuteOptions = {},
  ): Promise<StartedExecution> {
    return this.#begin(request, caller, options);
  }

  execution(executionId: string, caller: Caller): StartedExecution {
    return this.#executions.find(executionId, caller);
  }

  executions(caller: Caller, page: PageOptions = {}): ExecutionsAnswer {
    return this.#executions.list(caller, page);
  }

  #begin(request: ExecuteRequest, caller: Caller, options: ExecuteOptions): StartedExecution {
    const admitted = admit(request, caller, this.#rules());
    const runtime = this.#choices.choose(admitted.candidates);
    const gate = this.#gates.of(likelyEngine(runtime, this.#parts.pools));
    const ticket = gate.enter(caller.id, options.signal);
    const beginning = {
      executionId: newId("exec"),
      requestId: options.requestId ?? newId("req"),
      caller,
      language: admitted.language,
      ...(options.trace === undefined ? {} : { trace: options.trace }),
      cancel: (reason: CodemodeError) => ticket.cancel(reason),
    };
    return this.#executions.begin(beginning, (watch) => {
      const { executionId, requestId } = beginning;
      const { signal } = ticket;
      const { canAnswer = false, trace } = options;
      const state = admittedAt(this.#parts.clock.monotonic());
      const run = {
        ...{ executionId, requestId, caller, admitted, runtime },
        ...{ signal, watch, canAnswer, state },
        ...(trace === undefined ? {} : { trace }),
      };
      return this.#walk(run, ticket, request);
    });
  }

  async #walk(run: Run, entered: Ticket, request: ExecuteRequest): Promise<ExecutionResult> {
    using ticket = entered;
    const { audit = NO_AUDIT } = this.#parts;
    recordAdmitted(audit, run, request.capabilities);
    const result = await this.#programs.walk(run, ticket);
    recordEnded(audit, run, result);
    this.#finish(run, result);
    if (request.maxResultTokens === undefined) return result;
    await nextTurn();
    return fitExecution(result, this.#fitting(run.caller, request.maxResultTokens));
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
    options: CallOptions = {},
  ): Promise<DirectCallResult> {
    const result = await this.#directly(caller, options, (as) => this.#direct.call(call, as));
    if (call.maxResultTokens === undefined) return result;
    await nextTurn();
    return fitCall(result, this.#fitting(caller, call.maxResultTokens));
  }

  async relay(call: DirectCall, caller: Caller, options: CallOptions = {}): Promise<RawAnswer> {
    return await this.#directly(caller, options, (as) => this.#direct.relay(call, as));
  }

  async #directly<Answer>(
    caller: Caller,
    { signal: given, requestId = newId("req"), ...hooks }: CallOptions,
    make: (identity: CallIdentity) => Promise<Answer>,
  ): Promise<Answer> {
    using ticket = this.#gates.calls.enter(caller.id, given);
    const { signal } = ticket;
    try {
      await ticket.turn();
      return await make({ ...hooks, executionId: newId("call"), requestId, caller, signal });
    } catch (error) {
      throw signal.aborted ? cancelled(signal) : error;
    }
  }

  async readResult(handle: string, reading: ReadResult, caller: Caller): Promise<ResultPage> {
    using ticket = this.#gates.reads.enter(caller.id);
    await ticket.turn();
    // The place is held until others had their turn of the loop: reading is work without a pause.
    const page = this.#parts.results.read(handle, caller, reading);
    await nextTurn();
    return page;
  }

  async toolbox(caller: Caller): Promise<Toolbox> {
    const { signal } = new AbortController();
    return this.#readers.of(caller.id, await this.#preparation.toolbox(caller.grant, signal));
  }

  runtimes(): readonly RuntimeInfo[] {
    return this.#parts.runtimes;
  }

  async probe(signal: AbortSignal): Promise<number> {
    return await probe(this.#parts, signal);
  }

  async drain(signal: AbortSignal): Promise<void> {
    await this.#gates.close(signal);
    this.#executions[Symbol.dispose]();
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

  #fitting(owner: Caller, maxTokens: number | undefined) {
    return { results: this.#parts.results, owner, maxTokens };
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
