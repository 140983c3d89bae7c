/**
 * The `deno` engine in a process: V8 in a `deno run` child without any permission. Each sandbox runs
 * one program and is thrown away.
 */

import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { type Clock, systemClock } from "../base/clock.ts";
import { CodemodeError } from "../base/errors.ts";
import { type Logger, silentLogger } from "../base/log.ts";
import { findDeno } from "./deno_binary.ts";
import {
  type CommandLine,
  cpuTimeWithin,
  describeLimits,
  hasKernelLimits,
  heapFlag,
  withKernelLimits,
} from "./limits.ts";
import type { ProcessSpec } from "./process_carrier.ts";
import { ProcessSandbox } from "./process_sandbox.ts";
import type { Runtime, Sandbox, SandboxSpec } from "./runtime.ts";

/** Options of {@link createDenoRuntime}. */
export interface DenoRuntimeOptions {
  /** The `deno` program. @default the running one, else on PATH, else of the npm package `deno` */
  readonly denoPath?: string;
  /** The bundled guest side. @default `workers/built/deno.js` beside `src` */
  readonly guestPath?: string;
  readonly logger?: Logger;
  readonly clock?: Clock;
  /** How long a sandbox may take to become ready. @default 10000 */
  readonly startupTimeoutMs?: number;
  /** Longest time a program is given; absent leaves programs of a killed host their CPU time. */
  readonly maxTimeoutMs?: number;
  /** Most CPU time a program is given. @default what `maxTimeoutMs` has room for */
  readonly maxCpuTimeMs?: number;
}

const PROFILE: readonly string[] = Object.freeze([
  "run",
  "--quiet",
  "--no-prompt",
  "--no-config",
  "--no-lock",
  "--no-npm",
  "--no-remote",
  // There is no folder to cache code in, and finding that out costs 1 ms of CPU.
  "--no-code-cache",
  // Some denial must be named: `node:child_process` gives a Deno without permission flags all of them.
  // SAFETY: default import hosts are a network channel that needs no permission (test/escape: import-https).
  "--deny-import",
]);

/** Creates the runtime. It keeps one folder of its own until it is disposed. */
export function createDenoRuntime(options: DenoRuntimeOptions = {}): Runtime {
  return new DenoRuntime(options);
}

class DenoRuntime implements Runtime {
  readonly name = "deno";
  readonly carrier = "process";
  readonly #options: DenoRuntimeOptions;
  readonly #open = new Set<Sandbox>();
  readonly #hasKernelLimits = hasKernelLimits();
  readonly #kernelCpuTimeMs: number | undefined;
  #denoPath: string | undefined;
  #folder: string | undefined;
  #isDisposed = false;

  constructor(options: DenoRuntimeOptions) {
    const { maxTimeoutMs, maxCpuTimeMs } = options;
    this.#options = options;
    const isBounded = this.#hasKernelLimits && maxTimeoutMs !== undefined;
    this.#kernelCpuTimeMs = isBounded ? cpuTimeWithin(maxTimeoutMs, maxCpuTimeMs) : undefined;
  }

  async open(spec: SandboxSpec, signal?: AbortSignal): Promise<Sandbox> {
    if (this.#isDisposed) throw new CodemodeError("SHUTTING_DOWN", "The runtime is closed");
    const { clock = systemClock, logger = silentLogger, startupTimeoutMs = 10_000 } = this.#options;
    const settings = {
      clock,
      logger,
      startupTimeoutMs,
      memoryLimitBytes: spec.memoryLimitBytes,
      kernelCpuTimeMs: this.#kernelCpuTimeMs,
    };
    const sandbox = await ProcessSandbox.open(this.#processSpec(spec), settings, signal);
    if (this.#isDisposed) {
      await sandbox[Symbol.asyncDispose]();
      throw new CodemodeError("SHUTTING_DOWN", "The runtime is closed");
    }
    this.#open.add(sandbox);
    void sandbox.gone.then(() => this.#open.delete(sandbox));
    return sandbox;
  }

  describe(): ReturnType<Runtime["describe"]> {
    const about = {
      name: this.name,
      carrier: this.carrier,
      languages: ["typescript", "javascript"],
      features: ["async", "parallel-calls", "network", "filesystem", "webassembly"],
      limits: describeLimits(),
    } as const;
    const common = { ...about, languages: [...about.languages], features: [...about.features] };
    try {
      this.#findDeno();
      return { ...common, available: true };
    } catch (error) {
      return { ...common, available: false, reason: (error as Error).message };
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isDisposed = true;
    await Promise.all([...this.#open].map((sandbox) => sandbox[Symbol.asyncDispose]()));
    if (this.#folder !== undefined) rmSync(this.#folder, { recursive: true, force: true });
    this.#folder = undefined;
  }

  #findDeno(): string {
    this.#denoPath ??= findDeno(this.#options.denoPath);
    return this.#denoPath;
  }

  #processSpec(spec: SandboxSpec): ProcessSpec {
    const folder = this.#prepareFolder();
    const args = [...PROFILE, heapFlag(spec.memoryLimitBytes)];
    const line: CommandLine = {
      command: this.#findDeno(),
      args: [...args, join(folder, "guest.js")],
    };
    const limits = { memoryBytes: spec.memoryLimitBytes, cpuTimeMs: this.#kernelCpuTimeMs };
    const limited = this.#hasKernelLimits ? withKernelLimits(line, limits) : line;
    return { ...limited, directory: join(folder, "empty"), environment: environmentOf(folder) };
  }

  /** The guest side is copied out of our tree, so that its path tells a program nothing. */
  #prepareFolder(): string {
    if (this.#folder !== undefined) return this.#folder;
    const folder = mkdtempSync(join(tmpdir(), "sandbox-"));
    mkdirSync(join(folder, "empty"), { mode: 0o500 });
    const guestPath = this.#options.guestPath ??
      fileURLToPath(new URL("../../workers/built/deno.js", import.meta.url));
    copyFileSync(guestPath, join(folder, "guest.js"));
    this.#folder = folder;
    return folder;
  }
}

/** Nothing of ours, and no place where state could be kept: both folders cannot exist. */
// SAFETY: a DENO_DIR that can be written keeps localStorage and caches between runs (test/escape: storage).
function environmentOf(folder: string): Record<string, string> {
  const isUnix = process.platform !== "win32";
  return {
    DENO_DIR: isUnix ? "/dev/null/deno" : join(folder, "none"),
    HOME: join(folder, "empty"),
    DENO_NO_UPDATE_CHECK: "1",
    NO_COLOR: "1",
    // One thread less to start; a program's own work happens on the main thread.
    TOKIO_WORKER_THREADS: "1",
  };
}
