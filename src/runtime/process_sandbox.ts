/** A sandbox in a child process, for one program: waits for `ready`, runs, measures, is gone. */

import type { Clock } from "../base/clock.ts";
import { newId } from "../base/ids.ts";
import type { Logger } from "../base/log.ts";
import type { WireError } from "../protocol/frames.ts";
import { yieldToOthers } from "./cpu_share.ts";
import type { DeniedAttempt } from "./broker_request.ts";
import {
  cancelledError,
  crashError,
  deniedLimitError,
  isAllocationFailure,
  memoryError,
  RESIDENT_SLACK_BYTES,
} from "./limits.ts";
import { GuestProcess, type ProcessEnd, type ProcessSpec } from "./process_carrier.ts";
import type { PermissionBroker } from "./permission_broker.ts";
import {
  type ProcessReading,
  readProcess,
  readProcessTree,
  subtractReadings,
} from "./proc_usage.ts";
import { listenToProcess, openReady, type ReadyListener, type StartingSandbox } from "./ready.ts";
import type { Outcome, Program, RunHost, RunReport, Sandbox, Usage } from "./runtime.ts";
import { Session } from "./session.ts";

/** Time between readings of a running sandbox. */
const WATCH_INTERVAL_MS = 100;

/** What a sandbox needs of the world. */
export interface ProcessSandboxOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly memoryLimitBytes: number;
  /** How long it may take to become ready. */
  readonly startupTimeoutMs: number;
  /** At which CPU time the kernel ends the process. @default it does not */
  readonly kernelCpuTimeMs?: number | undefined;
  /** How far others come before a program that has run for 100 ms, 0 to 19. @default 0 */
  readonly niceness?: number | undefined;
  /** Errors of a program that are the memory limit's doing. @default the JavaScript engine's */
  readonly isOutOfMemory?: (error: WireError) => boolean;
  /** Whom the process asks for permissions. @default nobody, it goes by its flags */
  readonly broker?: PermissionBroker | undefined;
  /** Whether it takes another program after one that ended by itself. @default it is killed */
  readonly isKept?: boolean;
}

/** Denied attempts of one sandbox that are told of, and those after which it ends. */
const MAX_TOLD_ATTEMPTS = 100;
const MAX_ATTEMPTS = 1000;

/** What Deno 2.9.6 says first whenever it is told to ask a broker. */
const BROKER_WARNING = /^.*Permission broker is an experimental feature\s*/;

const NO_READING: ProcessReading = Object.freeze({ cpuTimeMs: 0, residentBytes: 0, peakBytes: 0 });

/** One process, one program. */
export class ProcessSandbox implements Sandbox, StartingSandbox {
  readonly gone: Promise<void>;
  readonly #process: GuestProcess;
  readonly #options: ProcessSandboxOptions;
  readonly #isGroup: boolean;
  #startupMs = 0;
  #isUsed = false;
  #runsSoFar = 0;
  #isFree = true;
  #hasEnded = false;
  #startBytes = 0;
  /** As read last. */
  #residentBytes = 0;
  #attempts = 0;
  #onAttempt: (attempt: DeniedAttempt) => void = (attempt) =>
    this.#options.logger.warn("A sandbox without a program was denied a permission", { attempt });

  private constructor(spec: ProcessSpec, options: ProcessSandboxOptions) {
    this.#process = new GuestProcess(spec);
    this.#isGroup = spec.isGroup ?? false;
    this.#options = options;
    options.broker?.onDenied((attempt) => this.#onAttempt(attempt));
    this.gone = this.#process.ended.then((end) => this.#release(end));
  }

  /**
   * Starts a process and waits until it is ready.
   *
   * @throws {CodemodeError} `SANDBOX_CRASHED` when it does not become ready, `CANCELLED` on abort.
   */
  static open(
    spec: ProcessSpec,
    options: ProcessSandboxOptions,
    signal?: AbortSignal,
  ): Promise<ProcessSandbox> {
    return openReady(() => new ProcessSandbox(spec, options), options, signal);
  }

  /** See {@link openReady}. */
  listenForReady(listener: ReadyListener): void {
    const { logger } = this.#options;
    listenToProcess(this.#process, this.#options, listener);
    void this.#process.ended.then((end) => {
      // No program was in it, so what it said is worth an operator's look.
      if (!this.#isUsed && end.signal === null) logger.warn("A sandbox ended unused", { ...end });
    });
  }

  /** See {@link openReady}. */
  becameReady(startupMs: number): void {
    this.#startupMs = startupMs;
    const { pid } = this.#process;
    this.#startBytes = (pid === undefined ? undefined : readProcess(pid))?.residentBytes ?? 0;
    this.#residentBytes = this.#startBytes;
  }

  get killTarget(): number {
    return this.#process.killTarget;
  }

  get startupMs(): number {
    return this.#startupMs;
  }

  async run(program: Program, host: RunHost, signal: AbortSignal): Promise<RunReport> {
    if (!this.#isFree) throw new TypeError("Cannot run a program: the sandbox has been used");
    this.#isFree = false;
    this.#isUsed = true;
    this.#runsSoFar += 1;
    const { clock, logger } = this.#options;
    const meter = new Meter(this.#process.pid, clock, this.#isGroup);
    const session = new Session(program, host, {
      clock,
      logger,
      nonce: newId("n"),
      write: (text, onFlushed) => this.#process.write(text, onFlushed),
    });
    this.#onAttempt = (attempt) => this.#takeAttempt(attempt, session, host);
    const watch = this.#watch(session, meter, signal);
    const outcome = await session.outcome;
    watch[Symbol.dispose]();
    const measured = meter.finish();
    this.#residentBytes = meter.residentBytes;
    this.#isFree = this.#options.isKept === true && isOwnEnd(outcome);
    if (!this.#isFree) this.#process.kill();
    const { droppedLogs, queuedCalls, waited } = session;
    const usage = { ...measured, ...waited };
    return { outcome: this.#judge(outcome), usage, droppedLogs, queuedCalls };
  }

  /** Whether it can take a program: it is new, or is kept and its last one ended by itself. */
  get isFree(): boolean {
    return this.#isFree && !this.#hasEnded;
  }

  /** Programs begun so far. */
  get runsSoFar(): number {
    return this.#runsSoFar;
  }

  /** Resident bytes above those when it was ready, as they were when its last program ended. */
  get grownBytes(): number {
    return this.#residentBytes - this.#startBytes;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process[Symbol.asyncDispose]();
    await this.gone;
  }

  /** An attempt costs the host a little, so there is an end to it. */
  // SAFETY: a program that keeps trying would keep the service busy (test/escape: denied-flood).
  #takeAttempt(attempt: DeniedAttempt, session: Session, host: RunHost): void {
    this.#attempts += 1;
    if (this.#attempts <= MAX_TOLD_ATTEMPTS) host.denied?.(attempt);
    if (this.#attempts > MAX_ATTEMPTS) session.stop(deniedLimitError(MAX_ATTEMPTS));
  }

  /** Starts the session and everything that may end it early. */
  #watch(session: Session, meter: Meter, signal: AbortSignal): Disposable {
    const { clock, memoryLimitBytes, kernelCpuTimeMs, niceness } = this.#options;
    const limit = memoryLimitBytes + RESIDENT_SLACK_BYTES;
    const onAbort = () => session.stop(cancelledError(signal.reason));
    const look = () => {
      const { grownBytes, cpuTimeMs } = meter.look();
      if (grownBytes > limit) session.stop(memoryError(memoryLimitBytes));
      session.judgeCpuTime(cpuTimeMs);
      timer = clock.after(WATCH_INTERVAL_MS, look);
    };
    let timer = clock.after(WATCH_INTERVAL_MS, () => {
      // Programs that are soon over are as quick as anything else.
      if (niceness !== undefined) yieldToOthers(this.#process.pid!, niceness);
      look();
    });
    void this.#process.ended.then((end) => {
      const { grownBytes, cpuTimeSinceStartMs: cpuTimeMs } = meter.last();
      session.stop(
        crashError(end, memoryLimitBytes, { grownBytes, cpuTimeMs, kernelCpuTimeMs }),
      );
    });
    this.#process.onOutput((chunk) => session.receive(chunk));
    signal.addEventListener("abort", onAbort, { once: true });
    if (signal.aborted) onAbort();
    else session.start();
    return {
      [Symbol.dispose]() {
        timer[Symbol.dispose]();
        signal.removeEventListener("abort", onAbort);
      },
    };
  }

  /** An allocation that failed under the limit is the limit's doing, not the program's. */
  #judge(outcome: Outcome): Outcome {
    const { isOutOfMemory = isAllocationFailure } = this.#options;
    if (outcome.kind !== "failed" || !isOutOfMemory(outcome.error)) return outcome;
    return { kind: "stopped", error: memoryError(this.#options.memoryLimitBytes) };
  }

  #release(end: ProcessEnd): void {
    this.#hasEnded = true;
    const { logger, broker } = this.#options;
    const stderr = broker === undefined ? end.stderr : end.stderr.replace(BROKER_WARNING, "");
    if (stderr !== "") logger.debug("A sandbox wrote to stderr", { ...end, stderr });
    broker?.[Symbol.dispose]();
  }
}

/** An end that the program came to, and nobody brought about. */
function isOwnEnd({ kind }: Outcome): boolean {
  return kind === "completed" || kind === "failed";
}

/** A reading, against the one when the run began. */
interface Look {
  /** Resident bytes above those at the beginning. */
  readonly grownBytes: number;
  readonly cpuTimeMs: number;
  /** CPU time of the process, that of its start included. */
  readonly cpuTimeSinceStartMs: number;
}

/** Measures one run: the process now against the process when the run began. */
class Meter {
  readonly #pid: number | undefined;
  readonly #readTree: typeof readProcess;
  readonly #clock: Clock;
  readonly #before: ProcessReading;
  readonly #startedMs: number;
  #last: ProcessReading;

  constructor(pid: number | undefined, clock: Clock, isGroup: boolean) {
    this.#pid = pid;
    this.#readTree = isGroup ? readProcessTree : readProcess;
    this.#clock = clock;
    this.#before = this.#read() ?? NO_READING;
    this.#last = this.#before;
    this.#startedMs = clock.monotonic();
  }

  /** Reads anew. */
  look(): Look {
    this.#last = this.#read() ?? this.#last;
    return this.last();
  }

  /** What was read last. */
  last(): Look {
    const { residentBytes, cpuTimeMs } = this.#last;
    return {
      grownBytes: residentBytes - this.#before.residentBytes,
      cpuTimeMs: cpuTimeMs - this.#before.cpuTimeMs,
      cpuTimeSinceStartMs: cpuTimeMs,
    };
  }

  /** What was used. Of a process that is gone already, the last reading counts. */
  finish(): Omit<Usage, "waitTimeMs"> {
    const wallTimeMs = this.#clock.monotonic() - this.#startedMs;
    this.#last = this.#read() ?? this.#last;
    return { ...subtractReadings(this.#before, this.#last), wallTimeMs };
  }

  /** Resident as read last. */
  get residentBytes(): number {
    return this.#last.residentBytes;
  }

  #read(): ProcessReading | undefined {
    return this.#pid === undefined ? undefined : this.#readTree(this.#pid);
  }
}
