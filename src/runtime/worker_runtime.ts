/**
 * The `deno` engine in a Web Worker: V8 on a thread of the service, without any permission. For hosts
 * that start no processes and for programs the operator trusts: a program that never yields keeps a
 * core, and one that fills the heap ends the service. Each sandbox runs one program.
 */

import { type Clock, systemClock } from "../base/clock.ts";
import { CodemodeError } from "../base/errors.ts";
import { type Logger, silentLogger } from "../base/log.ts";
import type { LimitStrength } from "./limits.ts";
import type { Runtime, Sandbox, SandboxSpec } from "./runtime.ts";
import { whyNoWorkers } from "./worker_carrier.ts";
import { WorkerSandbox } from "./worker_sandbox.ts";

/** Options of {@link createWorkerRuntime}. */
export interface WorkerRuntimeOptions {
  /** The operator has said that programs are trusted; without it none runs. */
  readonly trustWorkers: boolean;
  /** Why there is no process instead, where that is so. */
  readonly whyNoProcesses?: string | undefined;
  /** The bundled guest side. @default `workers/built/deno_worker.js` beside `src` */
  readonly guestUrl?: URL;
  readonly logger?: Logger;
  readonly clock?: Clock;
  /** How long a sandbox may take to become ready. @default 10000 */
  readonly startupTimeoutMs?: number;
  /** Why no worker of this host is a wall. @default asked of the host */
  readonly whyNoWorkers?: () => string | undefined;
}

/** What holds in a worker. Wall time: the answer is on time, the thread may run on. */
const LIMITS: Readonly<Record<string, LimitStrength>> = Object.freeze({
  wallTime: "soft",
  heap: "none",
  memory: "none",
  output: "hard",
  calls: "hard",
  cpuTime: "none",
  cpuShare: "none",
  openFiles: "none",
});

const UNTRUSTED = "workers do not hold hostile programs, and sandbox.trustWorkers is not set";

/** Creates the runtime. Opening a sandbox fails with `RUNTIME_UNAVAILABLE` where workers are no wall. */
export function createWorkerRuntime(options: WorkerRuntimeOptions): Runtime {
  return new WorkerRuntime(options);
}

class WorkerRuntime implements Runtime {
  readonly name = "deno";
  readonly carrier = "worker";
  readonly #options: WorkerRuntimeOptions;
  readonly #open = new Set<Sandbox>();
  #isDisposed = false;

  constructor(options: WorkerRuntimeOptions) {
    this.#options = options;
  }

  async open(spec: SandboxSpec, signal?: AbortSignal): Promise<Sandbox> {
    this.#assertOpen();
    const reason = this.#reason();
    if (reason !== undefined) throw new CodemodeError("RUNTIME_UNAVAILABLE", reason);
    const { clock = systemClock, logger = silentLogger, startupTimeoutMs = 10_000 } = this.#options;
    const settings = { clock, logger, startupTimeoutMs, memoryLimitBytes: spec.memoryLimitBytes };
    const sandbox = await WorkerSandbox.open(this.#guestUrl(), settings, signal);
    if (this.#isDisposed) await sandbox[Symbol.asyncDispose]();
    this.#assertOpen();
    this.#open.add(sandbox);
    void sandbox.gone.then(() => this.#open.delete(sandbox));
    return sandbox;
  }

  describe(): ReturnType<Runtime["describe"]> {
    const reason = this.#reason();
    return {
      name: this.name,
      carrier: this.carrier,
      languages: ["typescript", "javascript"],
      features: ["async", "parallel-calls", "webassembly"],
      limits: LIMITS,
      available: reason === undefined,
      ...(reason === undefined ? {} : { reason }),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isDisposed = true;
    await Promise.all([...this.#open].map((sandbox) => sandbox[Symbol.asyncDispose]()));
  }

  #assertOpen(): void {
    if (this.#isDisposed) throw new CodemodeError("SHUTTING_DOWN", "The runtime is closed");
  }

  #reason(): string | undefined {
    const { trustWorkers, whyNoProcesses } = this.#options;
    if (!trustWorkers) return [whyNoProcesses, UNTRUSTED].filter(Boolean).join("; ");
    return (this.#options.whyNoWorkers ?? whyNoWorkers)();
  }

  #guestUrl(): URL {
    return this.#options.guestUrl ??
      new URL("../../workers/built/deno_worker.js", import.meta.url);
  }
}
