/** One program among those of a shared sandbox: its session, and what it used by its engine's word. */

import type { Clock } from "../base/clock.ts";
import { CodemodeError } from "../base/errors.ts";
import {
  cancelledError,
  cpuTimeError,
  engineLimitOf,
  memoryError,
  outputError,
  timeoutError,
} from "./limits.ts";
import type { EngineLimit } from "../protocol/engine_limit.ts";
import type { Outcome, Program, RunHost, RunReport, Usage } from "./runtime.ts";
import { Session, type SessionContext } from "./session.ts";

/** What a run needs of its sandbox. */
export interface SharedRunContext extends SessionContext {
  readonly memoryLimitBytes: number;
  /** Time the engine has been busy with the run's last line; 0 when it is not. */
  busyNowMs(): number;
}

/** One program. */
export class SharedRun {
  readonly session: Session;
  /** Lines for it that the engine has not taken yet: with none it waits for a reply. */
  untakenLines = 0;
  readonly #program: Program;
  readonly #context: SharedRunContext;
  readonly #clock: Clock;
  readonly #startedMs: number;
  #endedAtMs = Infinity;
  #endedItself = false;
  #isLost = false;
  #busyMs = 0;

  constructor(program: Program, host: RunHost, context: SharedRunContext) {
    this.#program = program;
    this.#context = context;
    this.#clock = context.clock;
    this.#startedMs = context.clock.monotonic();
    this.session = new Session(program, host, context);
  }

  /** Whether the engine knows that it is over. */
  get endedItself(): boolean {
    return this.#endedItself;
  }

  /** Starts the program and waits for its end. */
  async finish(signal: AbortSignal): Promise<RunReport> {
    const { session } = this;
    const onAbort = () => session.stop(cancelledError(signal.reason));
    signal.addEventListener("abort", onAbort, { once: true });
    if (signal.aborted) onAbort();
    else if (this.#program.repeatable === undefined) session.stop(notRepeatable());
    else session.start();
    const outcome = await session.outcome;
    this.#endedAtMs = this.#clock.monotonic();
    signal.removeEventListener("abort", onAbort);
    this.#endedItself = session.usage !== undefined;
    const { droppedLogs, queuedCalls } = session;
    return { outcome: this.#judge(outcome), usage: this.#usage(), droppedLogs, queuedCalls };
  }

  /** The engine has taken a line of it, having been busy with it for that long. */
  wasBusy(forMs: number): void {
    this.untakenLines -= 1;
    this.#busyMs += forMs;
  }

  /** Whether another engine can go on with it. */
  get mayYield(): boolean {
    return this.#program.yieldAfterMs !== undefined;
  }

  /** Ends the run because its sandbox is of no use to it any more, for what is said of it. */
  lose(what: string): void {
    this.#isLost = true;
    this.session.lose(new CodemodeError("SANDBOX_CRASHED", `The sandbox ${what}`));
  }

  /** Whether the engine should be done with it, having used that much CPU time on one line of it. */
  isOver(usedMs: number, graceMs: number): boolean {
    const { yieldAfterMs = Infinity } = this.#program;
    // One that was lost has not had its time, and may be done with before the engine hears of it.
    if (!this.#isLost && this.#clock.monotonic() > this.#endedAtMs + graceMs) return true;
    return usedMs > Math.min(yieldAfterMs, this.#cpuTimeMs) + graceMs;
  }

  /** Ends it for its time. */
  giveUp(): void {
    this.session.giveUp(this.#timeError());
  }

  get #cpuTimeMs(): number {
    return this.#program.cpuTimeMs ?? this.#program.timeoutMs;
  }

  #timeError(): CodemodeError {
    const { cpuTimeMs, timeoutMs } = this.#program;
    return cpuTimeMs === undefined ? timeoutError(timeoutMs) : cpuTimeError(cpuTimeMs);
  }

  #judge(outcome: Outcome): Outcome {
    if (outcome.kind !== "failed") return outcome;
    const limit = engineLimitOf(outcome.error);
    if (limit === undefined) return outcome;
    return { kind: "stopped", error: this.#limitError(limit) };
  }

  #limitError(limit: EngineLimit): CodemodeError {
    if (limit === "cpu") return this.#timeError();
    if (limit === "memory") return memoryError(this.#context.memoryLimitBytes);
    return outputError("A single message of the program", this.#program.budget.frameBytes);
  }

  /**
   * By the engine's word. Of a run that was ended only a bound is known: the time the engine was busy
   * with it, on one core. While the engine is busy with others a run uses nothing.
   */
  #usage(): Usage {
    const wallTimeMs = this.#clock.monotonic() - this.#startedMs;
    const { usage, waited } = this.session;
    if (usage !== undefined) {
      const { cpuMs: cpuTimeMs, memoryBytes: memoryPeakBytes } = usage;
      return { cpuTimeMs, memoryPeakBytes, wallTimeMs, ...waited };
    }
    const cpuTimeMs = Math.min(wallTimeMs, this.#busyMs + this.#context.busyNowMs());
    return { cpuTimeMs, memoryPeakBytes: 0, wallTimeMs, ...waited };
  }
}

function notRepeatable(): CodemodeError {
  const message = "A program of a shared sandbox has to be repeatable";
  return new CodemodeError("INTERNAL", message);
}
