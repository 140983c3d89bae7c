/** A sandbox in a Web Worker, for one program: waits for `ready`, runs, is gone. Measures wall time only. */

import { Buffer } from "node:buffer";
import type { Clock } from "../base/clock.ts";
import { newId } from "../base/ids.ts";
import type { Logger } from "../base/log.ts";
import { cancelledError, isAllocationFailure, memoryError } from "./limits.ts";
import {
  MAX_READY_BYTES,
  notReady,
  openReady,
  type ReadyListener,
  type StartingSandbox,
} from "./ready.ts";
import type { Outcome, Program, RunHost, RunReport, Sandbox } from "./runtime.ts";
import { Session } from "./session.ts";
import { GuestWorker } from "./worker_carrier.ts";

/** What a sandbox needs of the world. */
export interface WorkerSandboxOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly memoryLimitBytes: number;
  /** How long it may take to become ready. */
  readonly startupTimeoutMs: number;
}

/** One worker, one program. */
export class WorkerSandbox implements Sandbox, StartingSandbox {
  readonly gone: Promise<void>;
  readonly #worker: GuestWorker;
  readonly #options: WorkerSandboxOptions;
  #startupMs = 0;
  #isUsed = false;

  private constructor(url: URL, options: WorkerSandboxOptions) {
    this.#worker = new GuestWorker(url);
    this.#options = options;
    this.gone = this.#worker.ended;
    void this.#worker.failed.then(() => this.#worker.terminate());
  }

  /**
   * Starts a worker and waits until it is ready.
   *
   * @throws {CodemodeError} `SANDBOX_CRASHED` when it does not become ready, `CANCELLED` on abort.
   */
  static open(
    url: URL,
    options: WorkerSandboxOptions,
    signal?: AbortSignal,
  ): Promise<WorkerSandbox> {
    return openReady(() => new WorkerSandbox(url, options), options, signal);
  }

  /** See {@link openReady}. */
  listenForReady({ take, fail }: ReadyListener): void {
    this.#worker.onMessage((message) => {
      const isLine = typeof message === "string" && Buffer.byteLength(message) <= MAX_READY_BYTES;
      if (isLine) take(message.trim());
      else fail(notReady("it spoke early"));
    });
    void this.#worker.failed.then(fail);
  }

  /** See {@link openReady}. */
  becameReady(startupMs: number): void {
    this.#startupMs = startupMs;
  }

  get startupMs(): number {
    return this.#startupMs;
  }

  async run(program: Program, host: RunHost, signal: AbortSignal): Promise<RunReport> {
    if (this.#isUsed) throw new TypeError("Cannot run a program: the sandbox has been used");
    this.#isUsed = true;
    const { clock, logger } = this.#options;
    const startedMs = clock.monotonic();
    const session = new Session(program, host, {
      clock,
      logger,
      nonce: newId("n"),
      write: (text, onFlushed) => this.#worker.write(text, onFlushed),
    });
    const watch = this.#watch(session, signal);
    const outcome = await session.outcome;
    watch[Symbol.dispose]();
    this.#worker.terminate();
    const { droppedLogs, queuedCalls, waitTimeMs } = session;
    const wallTimeMs = clock.monotonic() - startedMs;
    const usage = { cpuTimeMs: 0, memoryPeakBytes: 0, wallTimeMs, waitTimeMs };
    return { outcome: this.#judge(outcome), usage, droppedLogs, queuedCalls };
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#worker.terminate();
    return this.gone;
  }

  /** Starts the session and everything that may end it early. */
  #watch(session: Session, signal: AbortSignal): Disposable {
    const onAbort = () => session.stop(cancelledError(signal.reason));
    void this.#worker.failed.then((error) => session.stop(error));
    void this.#worker.ended.then(() => session.stop(cancelledError("the sandbox was closed")));
    this.#worker.onMessage((message) => session.receiveMessage(message));
    signal.addEventListener("abort", onAbort, { once: true });
    if (signal.aborted) onAbort();
    else session.start();
    return { [Symbol.dispose]: () => signal.removeEventListener("abort", onAbort) };
  }

  /** An allocation that failed is the engine's limit, not the program's doing. */
  #judge(outcome: Outcome): Outcome {
    if (outcome.kind !== "failed" || !isAllocationFailure(outcome.error)) return outcome;
    return { kind: "stopped", error: memoryError(this.#options.memoryLimitBytes) };
  }
}
