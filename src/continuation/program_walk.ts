/**
 * Takes one checked program to its end: in one sandbox, or, where a light engine gives it up or its
 * sandbox is lost, in another that is sent what the first was sent. No call is made twice.
 */

import { randomBytes } from "node:crypto";
import type { Clock } from "../base/clock.ts";
import { CodemodeError, toCodemodeError } from "../base/errors.ts";
import { roundMs } from "../base/round_ms.ts";
import { type Continuation, type EngineName, runtimeOf } from "../contract/mod.ts";
import type { Lease, Pool } from "../pool/mod.ts";
import { TIME_NAMESPACE } from "../protocol/access.ts";
import type { CallFrame, Repeatable } from "../protocol/frames.ts";
import type {
  CallReply,
  Outcome,
  Program,
  RunHost,
  RunReport,
  SandboxSpec,
  Usage,
} from "../runtime/mod.ts";
import { CallJournal, type JournalReader } from "./call_journal.ts";
import type { JournalShare } from "./journal_room.ts";
import { ProgramSleeps } from "./program_sleeps.ts";
import { absent, BUSY, judgeEnd, stopped } from "./judge_end.ts";
import { addUsage, NOTHING_USED } from "./usage_sum.ts";

/** What continues programs of a light engine; such programs are repeatable. */
export const HEAVIER: ReadonlyMap<EngineName, EngineName> = new Map([
  ["quickjs", "deno"],
  ["monty", "python"],
]);
/** CPU time in milliseconds after which a light engine gives a program up. */
export const LIGHT_CPU_MS = 100;
/** Sandboxes that may be lost, through the fault of others, under a program that has to stay on one runtime. */
const MAX_LOST = 8;
/** Milliseconds between two looks whether a program that waits for a light engine gets a heavier one sooner. */
const PATIENCE_MS = 500;

/** One program and where it begins. */
export interface ProgramJob {
  readonly runtime: EngineName;
  /** Whether it must stay on the runtime of that engine; its engines are still changed. */
  readonly isPinned: boolean;
  readonly program: Program;
  readonly spec: SandboxSpec;
  readonly host: RunHost;
  readonly signal: AbortSignal;
}

/** What a walk needs of the house. */
export interface ProgramWalkParts {
  readonly pools: ReadonlyMap<EngineName, Pool>;
  readonly clock: Clock;
  /** Room for its journal, which gives it back. @default there is enough */
  readonly share?: JournalShare;
  /**
   * Waits until the program may have a sandbox of an engine; one that has begun waits for as long as it
   * takes. Rejects with the signal's reason. @default it may at once
   */
  readonly turn?: (
    engine: EngineName,
    options: { readonly signal: AbortSignal; readonly hasBegun: boolean },
  ) => Promise<void>;
  /** Whether one that has waited so long for its engine should go to this heavier one. @default it should */
  readonly isWorthMoving?: (engine: EngineName, waitedMs: number) => boolean;
  /** Told when a sandbox is there for the first time. */
  readonly onSandbox: () => void;
  /** Told of each move to another sandbox. @default nobody is */
  readonly onMoved?: (move: Continuation) => void;
}

/** How a program ended, all its sandboxes together. */
export interface ProgramEnd {
  readonly report: RunReport;
  readonly startupMs: number;
  readonly runtime: EngineName;
  readonly continued: readonly Continuation[];
}

/** Walks one program. */
export class ProgramWalk {
  readonly #job: ProgramJob;
  readonly #parts: ProgramWalkParts;
  readonly #journal: CallJournal;
  readonly #sleeps: ProgramSleeps;
  readonly #seed = randomBytes(32).toString("hex");
  readonly #continued: Continuation[] = [];
  #startedAt = 0;
  #runtime: EngineName;
  #logged = 0;
  #dropped = 0;
  #queued = 0;
  #startupMs = 0;
  #usage: Usage = NOTHING_USED;

  constructor(job: ProgramJob, parts: ProgramWalkParts) {
    this.#job = job;
    this.#parts = parts;
    this.#runtime = job.runtime;
    this.#sleeps = new ProgramSleeps(parts.clock);
    this.#journal = new CallJournal({
      clock: parts.clock,
      make: (frame, signal) => this.#make(frame, signal),
      share: parts.share,
    });
  }

  /** Rejects when no sandbox is to be had. */
  async run(): Promise<ProgramEnd> {
    using _journal = this.#journal;
    for (;;) {
      const report = await this.#attempt().catch((error) => this.#withoutSandbox(error));
      const next = this.#next(report.outcome);
      if (next === undefined) return this.#end(report);
      this.#noteMove(report.outcome, next);
      this.#runtime = next;
    }
  }

  async #attempt(): Promise<RunReport> {
    const pool = this.#parts.pools.get(this.#runtime);
    if (pool === undefined) throw absent(this.#runtime);
    await using lease = await this.#checkout(pool);
    if (lease === undefined) return BUSY;
    this.#startupMs += lease.startupMs;
    if (this.#continued.length === 0) this.#parts.onSandbox();
    const isRepeatable = HEAVIER.has(this.#runtime) || this.#isSeen;
    const report = isRepeatable ? await this.#repeatable(lease) : await this.#plain(lease);
    this.#usage = addUsage(this.#usage, report.usage);
    return report;
  }

  /** A sandbox; where another engine is there sooner, undefined when none is free soon. */
  // SAFETY: programs that wait for ever in every process of a light engine hold up nobody (test/unit/continuation: program_walk).
  async #checkout(pool: Pool): Promise<Lease | undefined> {
    const { signal } = this.#job;
    const heavier = this.#heavier;
    if (heavier === undefined) return await this.#wait(pool, signal);
    const moving = new AbortController();
    using _looks = this.#whenWorthMoving(heavier, () => moving.abort());
    try {
      return await this.#wait(pool, AbortSignal.any([signal, moving.signal]));
    } catch (error) {
      if (moving.signal.aborted && !signal.aborted) return undefined;
      throw error;
    }
  }

  #whenWorthMoving(heavier: EngineName, move: () => void): Disposable {
    const { clock, isWorthMoving = () => true } = this.#parts;
    const beganMs = clock.monotonic();
    const look = () => {
      if (isWorthMoving(heavier, clock.monotonic() - beganMs)) move();
      else timer = clock.after(PATIENCE_MS, look);
    };
    let timer = clock.after(PATIENCE_MS, look);
    return { [Symbol.dispose]: () => timer[Symbol.dispose]() };
  }

  async #wait(pool: Pool, signal: AbortSignal): Promise<Lease> {
    const hasBegun = this.#isSeen;
    await this.#parts.turn?.(this.#runtime, { signal, hasBegun });
    return await pool.checkout(this.#job.spec, signal);
  }

  /** What had an effect is told, although there is no sandbox to go on in. */
  #withoutSandbox(error: unknown): RunReport {
    if (!this.#isSeen) throw error;
    const outcome: Outcome = { kind: "stopped", error: toCodemodeError(error) };
    return { outcome, usage: NOTHING_USED, droppedLogs: this.#dropped };
  }

  /** Whether anything of the program was seen outside: only then it matters that it does the same again. */
  get #isSeen(): boolean {
    return this.#journal.calls + this.#queued + this.#logged + this.#dropped > 0;
  }

  #plain({ sandbox }: Lease): Promise<RunReport> {
    const { program, host, signal } = this.#job;
    return sandbox.run({ ...program, spent: this.#spent }, host, signal);
  }

  async #repeatable({ sandbox }: Lease): Promise<RunReport> {
    const { program, signal } = this.#job;
    if (this.#startedAt === 0) this.#startedAt = this.#parts.clock.now();
    const aborter = new AbortController();
    let divergence: CodemodeError | undefined;
    const reader = this.#journal.read((error) => {
      divergence = error;
      aborter.abort(error);
    });
    const mayYield = this.#heavier !== undefined;
    const report = await sandbox.run(
      {
        ...program,
        spent: this.#spent,
        repeatable: this.#repeatableTerms(),
        ...(mayYield ? { yieldAfterMs: LIGHT_CPU_MS } : {}),
      },
      this.#hostFor(reader),
      AbortSignal.any([signal, aborter.signal]),
    );
    if (report.outcome.kind === "yielded") this.#noteSeen(report);
    else divergence ??= judgeEnd(report, reader);
    if (divergence === undefined) return report;
    return { ...report, outcome: { kind: "stopped", error: divergence } };
  }

  /** Calls that have not left the host were seen as well: the program goes by what it has sent. */
  #noteSeen({ droppedLogs, queuedCalls = [] }: RunReport): void {
    this.#dropped = droppedLogs;
    this.#queued = queuedCalls.length;
  }

  get #spent(): Program["spent"] & object {
    const { wallTimeMs, waitTimeMs, askTimeMs = 0, cpuTimeMs } = this.#usage;
    return {
      ownMs: wallTimeMs - waitTimeMs,
      waitMs: waitTimeMs - askTimeMs,
      cpuMs: cpuTimeMs,
    };
  }

  #repeatableTerms(): Repeatable {
    const { calls, replies } = this.#journal;
    const frames = calls + this.#queued + this.#logged + this.#dropped;
    return { seed: this.#seed, startedAt: this.#startedAt, frames, replies };
  }

  /** Lines that were logged already are passed over. */
  #hostFor(reader: JournalReader): RunHost {
    const { host } = this.#job;
    let logs = 0;
    return {
      ...host,
      call: (frame) => reader.call(frame),
      replied: (frame, text) => reader.replied(frame, text),
      log: (entry) => {
        logs += 1;
        if (logs <= this.#logged) return;
        this.#logged = logs;
        host.log(entry);
      },
    };
  }

  async #make(frame: CallFrame, signal: AbortSignal): Promise<CallReply> {
    if (frame.namespace !== TIME_NAMESPACE) return await this.#job.host.call(frame, signal);
    return await this.#sleeps.call(frame, signal);
  }

  get #heavier(): EngineName | undefined {
    const heavier = HEAVIER.get(this.#runtime);
    if (heavier === undefined || !this.#parts.pools.has(heavier)) return undefined;
    const leaves = runtimeOf(heavier) !== runtimeOf(this.#runtime);
    return this.#job.isPinned && leaves ? undefined : heavier;
  }

  /** Where a program goes on; absent when it has ended or nothing can continue it. */
  #next(outcome: Outcome): EngineName | undefined {
    if (outcome.kind !== "yielded" || this.#journal.isFull) return undefined;
    const heavier = this.#heavier;
    if (heavier !== undefined || outcome.reason !== "lost") return heavier;
    return this.#continued.length < MAX_LOST ? this.#runtime : undefined;
  }

  #noteMove(outcome: Outcome, to: EngineName): void {
    if (outcome.kind !== "yielded") return;
    const { reason, what } = outcome;
    const after = roundMs(this.#usage.wallTimeMs);
    const { calls } = this.#journal;
    const move = { from: this.#runtime, to, reason, what, after, calls };
    this.#continued.push(move);
    this.#parts.onMoved?.(move);
  }

  #end(last: RunReport): ProgramEnd {
    const outcome = last.outcome.kind === "yielded"
      ? stopped(last.outcome, this.#journal.isFull)
      : last.outcome;
    return {
      report: { ...last, outcome, usage: this.#usage },
      startupMs: this.#startupMs,
      runtime: this.#runtime,
      continued: this.#continued,
    };
  }
}
