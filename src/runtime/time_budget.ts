/**
 * The time of one program, in three budgets kept apart: its own wall time, which stands still while
 * it waits for calls; the time it waits; and CPU time, which bounds what it does behind its calls. While
 * somebody is asked in the middle of a call, only CPU time counts.
 * Only reads a clock and says which budget is spent; ending the run is left to the session.
 */

import type { Clock } from "../base/clock.ts";
import type { CodemodeError } from "../base/errors.ts";
import type { SpentTime } from "./runtime.ts";
import { cpuTimeError, timeoutError, waitError, waitingCpuTimeError } from "./limits.ts";

/** What a program is given. */
export interface TimeLimits {
  /** Own wall time. */
  readonly timeoutMs: number;
  /** Time with a call in flight, in all; 0 makes it part of the own time. */
  readonly waitMs: number;
  /** CPU time in all; absent bounds what is used behind calls by `timeoutMs`. */
  readonly cpuTimeMs?: number;
  /** Cores that a program can use at once. */
  readonly cores: number;
  /** What was used before. @default nothing */
  readonly spent?: SpentTime | undefined;
}

const NOTHING_SPENT: SpentTime = Object.freeze({ ownMs: 0, waitMs: 0, cpuMs: 0 });

/**
 * Where a program is: it runs, or a call of it is in flight, or one is and somebody is asked, or it has
 * not begun or has ended.
 */
type Phase = "running" | "waiting" | "asking" | "stopped";

/** The clock of one program. */
export class TimeBudget {
  readonly #limits: TimeLimits;
  readonly #clock: Clock;
  readonly #onSpent: (error: CodemodeError) => void;
  readonly #spent: SpentTime;
  #phase: Phase = "stopped";
  #sinceMs = 0;
  #runningMs = 0;
  #waitingMs = 0;
  #askingMs = 0;
  #inFlight = 0;
  #isAsking = false;
  #timer: Disposable | undefined;
  #dueMs = Infinity;

  /** `onSpent` is told once, when a wall-clock budget is spent. */
  constructor(limits: TimeLimits, clock: Clock, onSpent: (error: CodemodeError) => void) {
    this.#limits = limits;
    this.#clock = clock;
    this.#onSpent = onSpent;
    this.#spent = limits.spent ?? NOTHING_SPENT;
  }

  /** Time with a call in flight so far, without that in which somebody was asked. */
  get waitingMs(): number {
    return this.#waitingMs + (this.#phase === "waiting" ? this.#elapsedMs() : 0);
  }

  /** Time so far in which somebody was asked. */
  get askingMs(): number {
    return this.#askingMs + (this.#phase === "asking" ? this.#elapsedMs() : 0);
  }

  /** Time that counts against the timeout so far. */
  get ownMs(): number {
    const runningMs = this.#runningMs + (this.#phase === "running" ? this.#elapsedMs() : 0);
    return this.#limits.waitMs === 0 ? runningMs + this.waitingMs : runningMs;
  }

  /** The program begins. */
  start(): void {
    this.#enter("running");
  }

  /** A call has gone out; with the first one the own time stands still. */
  callBegan(): void {
    this.#inFlight += 1;
    if (this.#inFlight === 1 && this.#phase === "running") this.#enter(this.#waitingPhase());
  }

  /** The host has answered a call; with the last one the own time goes on, read or not. */
  callEnded(): void {
    this.#inFlight -= 1;
    if (this.#inFlight === 0 && this.#isWaiting()) this.#enter("running");
  }

  /** Whether somebody is asked: then waiting counts against nothing. */
  asks(isAsking: boolean): void {
    this.#isAsking = isAsking;
    if (this.#isWaiting()) this.#enter(this.#waitingPhase());
  }

  /** The program has ended: nothing counts any more. */
  stop(): void {
    this.#enter("stopped");
  }

  /**
   * Why a program that has used this much CPU time has to end, if it has to. Unless `cpuTimeMs` says
   * otherwise, what its own wall time had room for, all cores busy, is not counted: a program that
   * only computes meets its timeout, one that computes behind a call meets this.
   */
  // SAFETY: what ends a program that spins behind a call in flight (test/escape: spin-behind-call).
  judgeCpuTime(usedMs: number): CodemodeError | undefined {
    const { cpuTimeMs, timeoutMs, cores } = this.#limits;
    if (cpuTimeMs !== undefined) {
      return usedMs + this.#spent.cpuMs > cpuTimeMs ? cpuTimeError(cpuTimeMs) : undefined;
    }
    return usedMs - this.ownMs * cores > timeoutMs ? waitingCpuTimeError(timeoutMs) : undefined;
  }

  #waitingPhase(): Phase {
    return this.#isAsking ? "asking" : "waiting";
  }

  #isWaiting(): boolean {
    return this.#phase === "waiting" || this.#phase === "asking";
  }

  #elapsedMs(): number {
    return this.#clock.monotonic() - this.#sinceMs;
  }

  #enter(phase: Phase): void {
    if (this.#phase === "running") this.#runningMs += this.#elapsedMs();
    if (this.#phase === "waiting") this.#waitingMs += this.#elapsedMs();
    if (this.#phase === "asking") this.#askingMs += this.#elapsedMs();
    this.#phase = phase;
    this.#sinceMs = this.#clock.monotonic();
    if (phase === "stopped" || phase === "asking") this.#disarm();
    else this.#arm();
  }

  /** A timer that fires too early asks again, so phases may change often and cost no timer. */
  #arm(): void {
    const leftMs = Math.max(0, Math.ceil(this.#leftMs()));
    const dueMs = this.#clock.monotonic() + leftMs;
    if (dueMs >= this.#dueMs) return;
    this.#timer?.[Symbol.dispose]();
    this.#dueMs = dueMs;
    this.#timer = this.#clock.after(leftMs, () => this.#look());
  }

  #disarm(): void {
    this.#timer?.[Symbol.dispose]();
    this.#dueMs = Infinity;
  }

  #look(): void {
    this.#dueMs = Infinity;
    if (this.#leftMs() > 0) return this.#arm();
    const { timeoutMs, waitMs } = this.#limits;
    this.#onSpent(this.#countsAsWait() ? waitError(waitMs) : timeoutError(timeoutMs));
  }

  /** What is left of the budget that is being spent. */
  #leftMs(): number {
    const { timeoutMs, waitMs } = this.#limits;
    const before = this.#spent;
    if (this.#countsAsWait()) return waitMs - before.waitMs - this.waitingMs;
    const ownBeforeMs = waitMs === 0 ? before.ownMs + before.waitMs : before.ownMs;
    return timeoutMs - ownBeforeMs - this.ownMs;
  }

  #countsAsWait(): boolean {
    return this.#phase === "waiting" && this.#limits.waitMs > 0;
  }
}
