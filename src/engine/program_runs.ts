/**
 * One program's walk once it is let in: its tools, the check, a sandbox, the run, the answer. What the
 * program did wrong is in the answer; what it cannot be answered for is thrown.
 */

import { CodemodeError, toCodemodeError } from "../base/errors.ts";
import { type Access, createAccess } from "../access/mod.ts";
import type { CheckResult } from "../checker/mod.ts";
import { JournalRoom, ProgramWalk } from "../continuation/mod.ts";
import { type Problem, toProblem } from "../contract/mod.ts";
import type { DeniedAttempt } from "../runtime/mod.ts";
import { type ExecutionResult, toLogLine, toRunProblem } from "./answer.ts";
import { budgetOf, timeLimitsOf } from "./budget_of.ts";
import { cancelled } from "./cancelled.ts";
import { type EngineParts, NO_AUDIT } from "./engine_parts.ts";
import { advance, type ExecutionEvent } from "./execution.ts";
import { recordDenied, recordFailed } from "./execution_audit.ts";
import type { Ticket } from "./gate.ts";
import type { Gates } from "./gates.ts";
import { continuedOn } from "./continued_on.ts";
import { beginOn } from "./light_engine.ts";
import type { Preparation } from "./preparation.ts";
import { toRejection } from "./rejection.ts";
import { type Run, type RunEnd, toResult } from "./run_end.ts";
import type { RuntimeChoices } from "./runtime_choices.ts";
import { explainSilent } from "./silent_servers.ts";
import { waitForTurn } from "./queue_watch.ts";
import type { ToolGates } from "./tool_gates.ts";
import type { Toolbox } from "./toolbox.ts";

/** Runs programs. */
export class ProgramRuns {
  readonly #parts: EngineParts;
  readonly #preparation: Preparation;
  readonly #tools: ToolGates;
  readonly #choices: RuntimeChoices;
  readonly #gates: Gates;
  readonly #journals = new JournalRoom();

  constructor(
    parts: EngineParts,
    preparation: Preparation,
    tools: ToolGates,
    choices: RuntimeChoices,
    gates: Gates,
  ) {
    this.#choices = choices;
    this.#gates = gates;
    this.#parts = parts;
    this.#preparation = preparation;
    this.#tools = tools;
  }

  /** Runs one program when its turn has come. */
  async walk(run: Run, ticket: Ticket): Promise<ExecutionResult> {
    const { feed } = run.watch;
    feed.queued(ticket.position ?? 0);
    try {
      const toolbox = await this.#preparation.toolbox(
        run.admitted.grant,
        run.signal,
        run.admitted.code,
      );
      const { clock } = this.#parts;
      await waitForTurn(ticket, { clock, onPlace: (position) => feed.queued(position) });
      const checked = await this.#check(run, toolbox);
      this.#advance(run, "checked");
      run.runtime = this.#choices.choose(run.admitted.candidates, checked.traits);
      if (!checked.ok || checked.emitted === undefined) {
        return this.#rejected(run, checked, toolbox.silent);
      }
      feed.waiting();
      return await this.#runChecked(run, ticket, toolbox, { ...checked, emitted: checked.emitted });
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

  async #check(run: Run, toolbox: Toolbox): Promise<CheckResult> {
    const { caller: { id: principal }, signal } = run;
    using ticket = this.#gates.programChecks.enter(principal, signal);
    await ticket.turn();
    this.#advance(run, "check");
    run.watch.feed.checking();
    return await this.#preparation.check(run.admitted, toolbox, { principal, signal });
  }

  async #runChecked(
    run: Run,
    ticket: Ticket,
    toolbox: Toolbox,
    checked: CheckResult & { readonly emitted: NonNullable<CheckResult["emitted"]> },
  ): Promise<ExecutionResult> {
    const { admitted, caller, signal } = run;
    const { emitted } = checked;
    const access = this.#access(run);
    const { feed, standstill } = run.watch;
    const calls = this.#tools.openForProgram(run, {
      toolbox,
      access,
      language: admitted.language,
      grant: admitted.grant,
      maxRateWaitMs: Math.max(admitted.timeoutMs, this.#parts.config.sandbox.limits.waitMs),
    });
    const logs: string[] = [];
    const namespaces = toolbox.guestNamespacesIn(admitted.language);
    const begin = beginOn(run.runtime, { code: emitted.code, namespaces }, this.#parts.pools);
    run.runtime = begin.choice;
    const walk = new ProgramWalk({
      runtime: begin.engine,
      isPinned: admitted.candidates.isPinned,
      spec: { memoryLimitBytes: admitted.memoryLimitBytes, principal: caller.id },
      program: {
        code: emitted.code,
        namespaces,
        context: admitted.context,
        access: access.guest,
        ...timeLimitsOf(this.#parts.config, admitted.timeoutMs),
        budget: budgetOf(this.#parts.config, admitted.grant),
      },
      host: {
        call: (frame, signal) => calls.call(frame, signal),
        log: (entry) => {
          logs.push(toLogLine(entry));
          feed.log(entry);
        },
        standstill,
        denied: (attempt) => this.#denied(run, attempt),
      },
      signal,
    }, {
      ...this.#parts,
      share: this.#journals.open(caller.id),
      turn: async (engine, { signal, hasBegun }) => {
        ticket.move(this.#gates.of(engine), { isPatient: hasBegun });
        const { clock } = this.#parts;
        await waitForTurn(ticket, { signal, clock, onPlace: (at) => feed.waiting(at) });
      },
      isWorthMoving: (engine, waitedMs) =>
        waitedMs >= this.#parts.config.sandbox.queueTimeoutMs ||
        this.#gates.of(engine).isFreeFor(caller.id),
      onSandbox: () => {
        this.#advance(run, "sandbox");
        feed.running(begin.engine);
      },
      onMoved: (move) => feed.continued(move),
    });
    const { report, startupMs, continued } = await walk.run();
    calls.end();
    if (report.droppedLogs > 0) feed.log(droppedLine(report.droppedLogs));
    // What failed may have failed before it cost anything.
    if (report.outcome.kind === "completed" && checked.traits !== undefined) {
      const { cpuTimeMs } = report.usage;
      this.#choices.learn(checked.traits, { runtime: run.runtime.name, continued, cpuTimeMs });
    }
    if (continued.length > 0) {
      run.runtime = continuedOn(run.runtime, continued, this.#parts.runtimes);
    }
    return this.#ended(run, {
      report,
      checked,
      calls,
      logs: report.droppedLogs === 0 ? logs : [...logs, toLogLine(droppedLine(report.droppedLogs))],
      startupMs,
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

  #rejected(run: Run, checked: CheckResult, silent: Toolbox["silent"]): ExecutionResult {
    const problem = this.#problem(toRejection(checked, silent), run);
    const diagnostics = explainSilent(checked.diagnostics, silent);
    return this.#ended(run, { checked: { ...checked, diagnostics }, problem });
  }

  #ended(run: Run, end: RunEnd): ExecutionResult {
    this.#advance(run, "end");
    return toResult(run, end);
  }

  #problem(error: CodemodeError, run: Run): Problem {
    return toProblem(error, run.requestId, this.#parts.clock.now());
  }

  #advance(run: Run, event: ExecutionEvent): void {
    run.state = advance(run.state, event, this.#parts.clock.monotonic());
  }
}

function droppedLine(count: number) {
  return { level: "warn", text: `${count} more log lines were dropped` } as const;
}
