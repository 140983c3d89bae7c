/**
 * A sandbox in a child process that hosts many programs at a time. Each has a session of its own, and a
 * nonce by which its lines are told from others'. The process takes lines in their order and says so of
 * each, so it is known which program it is busy with, and since when.
 */

import { CodemodeError } from "../base/errors.ts";
import { newId } from "../base/ids.ts";
import { LINE_TAKEN } from "../protocol/engine_limit.ts";
import { LineSplitter } from "../protocol/lines.ts";
import type { EngineSettings, HostedSandbox } from "./engine_host.ts";
import { crashError } from "./limits.ts";
import { GuestProcess, type ProcessEnd, type ProcessSpec } from "./process_carrier.ts";
import { readProcess } from "./proc_usage.ts";
import { listenToProcess, openReady, type ReadyListener, type StartingSandbox } from "./ready.ts";
import type { HostingSandbox } from "./hosting_sandbox.ts";
import type { Program, RunHost, RunReport } from "./runtime.ts";
import { SharedRun } from "./shared_run.ts";

/** What a shared sandbox needs of the world. */
export interface SharedSandboxOptions extends EngineSettings {
  readonly memoryLimitBytes: number;
  /** Runs after which no more are begun. */
  readonly maxRuns: number;
  /** Growth of resident memory after which no more are begun. */
  readonly maxGrownBytes: number;
}

/** Largest line of all programs; each has its own, smaller limit. */
const MAX_LINE_BYTES = 256 * 1024 * 1024;
/** Time between looks at a process that has lines to take. */
const WATCH_INTERVAL_MS = 50;
/** Time with one line after which a process counts as blocked. */
const BLOCKED_AFTER_MS = 150;
/** Time a run waits for a blocked process before it is lost. */
const LOST_AFTER_MS = 250;
/** Time with one line after which those are lost as well that only another such process can go on with. */
const STUCK_AFTER_MS = 2000;
/** Time beyond its limit after which a program's process is ended. */
const GRACE_MS = 250;
/** Runs between two looks at what the process has grown to. */
const RUNS_PER_READING = 32;

/** A line that the process has not taken yet. */
interface Untaken {
  readonly run: SharedRun;
  readonly sinceMs: number;
}

/** One process, many programs. */
export class SharedSandbox implements HostedSandbox, HostingSandbox, StartingSandbox {
  readonly gone: Promise<void>;
  readonly #process: GuestProcess;
  readonly #options: SharedSandboxOptions;
  readonly #runs = new Map<string, SharedRun>();
  readonly #lines = new LineSplitter(MAX_LINE_BYTES);
  #untaken: Untaken[] = [];
  #headSinceMs = 0;
  #headCpuMs: number | undefined;
  #watch: Disposable | undefined;
  #startupMs = 0;
  #runsSoFar = 0;
  #startBytes = 0;
  #isWorn = false;
  #isGone = false;
  /** Why the process is being ended, in words for those who shared it. */
  #verdict: string | undefined;
  #onChange: () => void = () => {};

  private constructor(spec: ProcessSpec, options: SharedSandboxOptions) {
    this.#process = new GuestProcess(spec);
    this.#options = options;
    options.broker?.onDenied((attempt) =>
      options.logger.warn("A shared sandbox was denied a permission", { attempt })
    );
    this.gone = this.#process.ended.then((end) => this.#release(end));
  }

  /**
   * Starts a process and waits until it is ready.
   *
   * @throws {CodemodeError} `SANDBOX_CRASHED` when it does not become ready, `CANCELLED` on abort.
   */
  static open(
    spec: ProcessSpec,
    options: SharedSandboxOptions,
    signal?: AbortSignal,
  ): Promise<SharedSandbox> {
    return openReady(() => new SharedSandbox(spec, options), options, signal);
  }

  /** See {@link openReady}. */
  listenForReady(listener: ReadyListener): void {
    listenToProcess(this.#process, this.#options, listener);
  }

  /** See {@link openReady}. */
  becameReady(startupMs: number): void {
    this.#startupMs = startupMs;
    this.#startBytes = this.#readResident();
    this.#process.onOutput((chunk) => this.#receive(chunk));
  }

  get killTarget(): number {
    return this.#process.killTarget;
  }

  get startupMs(): number {
    return this.#startupMs;
  }

  get active(): number {
    return this.#runs.size;
  }

  get parked(): number {
    let parked = 0;
    for (const run of this.#runs.values()) if (run.untakenLines === 0) parked += 1;
    return parked;
  }

  get grownBytes(): number {
    return Math.max(0, this.#readResident() - this.#startBytes);
  }

  get runsSoFar(): number {
    return this.#runsSoFar;
  }

  get isWorn(): boolean {
    return this.#isWorn;
  }

  get isBlocked(): boolean {
    return this.#headAgeMs() > BLOCKED_AFTER_MS;
  }

  get isGone(): boolean {
    return this.#isGone || this.#verdict !== undefined;
  }

  onChange(listener: () => void): void {
    this.#onChange = listener;
  }

  async run(program: Program, host: RunHost, signal: AbortSignal): Promise<RunReport> {
    const { clock, logger, memoryLimitBytes } = this.#options;
    this.#runsSoFar += 1;
    const nonce = newId("n");
    const run: SharedRun = new SharedRun(program, host, {
      clock,
      logger,
      nonce,
      memoryLimitBytes,
      busyNowMs: () => this.#untaken[0]?.run === run ? this.#headAgeMs() : 0,
      write: (text, onFlushed) => this.#write(run, `${nonce} ${text}`, onFlushed),
    });
    this.#runs.set(nonce, run);
    try {
      if (this.isGone) run.lose("had ended already");
      return await run.finish(signal);
    } finally {
      this.#runs.delete(nonce);
      if (!run.endedItself) this.#write(run, `${nonce} {"type":"cancel"}\n`);
      this.#judgeWear();
      this.#onChange();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.isGone) this.#close();
    await this.#process[Symbol.asyncDispose]();
    await this.gone;
  }

  #close(): void {
    this.#verdict = "was closed";
    const error = new CodemodeError("SHUTTING_DOWN", "The sandbox was closed");
    for (const run of this.#runs.values()) run.session.stop(error);
  }

  #write(run: SharedRun, line: string, onFlushed?: () => void): void {
    if (this.isGone) return onFlushed?.();
    const sinceMs = this.#options.clock.monotonic();
    if (this.#untaken.length === 0) this.#startHead(sinceMs);
    this.#untaken.push({ run, sinceMs });
    run.untakenLines += 1;
    this.#watch ??= this.#options.clock.after(WATCH_INTERVAL_MS, () => this.#look());
    this.#process.write(line, onFlushed);
  }

  #receive(chunk: Uint8Array): void {
    const fits = this.#lines.push(chunk, (line) => this.#take(line));
    if (!fits) this.#endProcess("wrote too much");
  }

  #take(line: string): void {
    if (line === LINE_TAKEN) return this.#taken();
    const gap = line.indexOf(" ");
    // Lines of programs that are over by now are nobody's.
    this.#runs.get(line.slice(0, gap))?.session.receiveMessage(line);
  }

  #taken(): void {
    const wasBlocked = this.isBlocked;
    const run = this.#untaken[0]?.run;
    run?.wasBusy(this.#headAgeMs());
    this.#untaken.shift();
    this.#startHead(this.#options.clock.monotonic());
    if (wasBlocked || run?.untakenLines === 0) this.#onChange();
    if (this.#untaken.length > 0) return;
    this.#watch?.[Symbol.dispose]();
    this.#watch = undefined;
  }

  #startHead(nowMs: number): void {
    this.#headSinceMs = nowMs;
    this.#headCpuMs = undefined;
  }

  #headAgeMs(): number {
    return this.#untaken.length === 0 ? 0 : this.#options.clock.monotonic() - this.#headSinceMs;
  }

  /** Looks at what the process is busy with. */
  #look(): void {
    this.#watch = undefined;
    const head = this.#untaken[0];
    if (head === undefined || this.isGone) return;
    this.#watch = this.#options.clock.after(WATCH_INTERVAL_MS, () => this.#look());
    if (!this.isBlocked) return;
    this.#onChange();
    this.#loseWaiting(head.run);
    this.#judgeHead(head.run);
  }

  #loseWaiting(head: SharedRun): void {
    const before = this.#options.clock.monotonic() - LOST_AFTER_MS;
    // Elsewhere they would wait for each other just as well.
    const isStuck = this.#headAgeMs() > STUCK_AFTER_MS;
    for (const { run, sinceMs } of this.#untaken) {
      if (run === head || sinceMs >= before || !(isStuck || run.mayYield)) continue;
      run.lose("is busy with another program");
    }
  }

  /** Ends the process when its program has gone beyond what the engine itself should have stopped. */
  // SAFETY: three of the engine's built-ins never ask whether to stop; only the end of the process ends
  // them (test/integration/runtime: quickjs_limits).
  #judgeHead(head: SharedRun): void {
    const cpuTimeMs = readProcess(this.#process.pid!)?.cpuTimeMs;
    this.#headCpuMs ??= cpuTimeMs;
    const usedMs = cpuTimeMs === undefined
      ? this.#headAgeMs()
      : cpuTimeMs - this.#headCpuMs! + BLOCKED_AFTER_MS;
    if (!head.isOver(usedMs, GRACE_MS)) return;
    head.giveUp();
    this.#endProcess("could not be interrupted when it had used its time");
  }

  #endProcess(what: string): void {
    this.#verdict ??= what;
    this.#process.kill();
    this.#onChange();
  }

  /** Everyone who was in it learns why it went. */
  #release(end: ProcessEnd): void {
    const { logger, memoryLimitBytes, broker } = this.#options;
    this.#isGone = true;
    this.#watch?.[Symbol.dispose]();
    const guilty = this.#verdict === undefined ? this.#untaken[0]?.run : undefined;
    guilty?.session.crash(crashError(end, memoryLimitBytes));
    const what = this.#verdict ?? "made it crash";
    for (const run of this.#runs.values()) run.lose(`has ended: another program ${what}`);
    if (end.stderr !== "") logger.debug("A shared sandbox wrote to stderr", { ...end });
    broker?.[Symbol.dispose]();
    this.#onChange();
  }

  #judgeWear(): void {
    const { maxRuns, maxGrownBytes } = this.#options;
    if (this.#runsSoFar >= maxRuns) this.#isWorn = true;
    if (this.#runsSoFar % RUNS_PER_READING !== 0 || this.isGone) return;
    if (this.grownBytes > maxGrownBytes) this.#isWorn = true;
  }

  #readResident(): number {
    return readProcess(this.#process.pid!)?.residentBytes ?? 0;
  }
}
