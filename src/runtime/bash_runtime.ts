/**
 * The `bash` engine: a shell with files in memory and tools as commands, in processes without any
 * permission. Each program gets an interpreter and a file system of its own; a process takes one
 * program after another, because loading the shell costs more than most scripts do.
 */

import type { RuntimeInfo } from "../contract/mod.ts";
import { type Clock, systemClock } from "../base/clock.ts";
import { builtGuest } from "./built_guest.ts";
import { denoCommand } from "./deno_command.ts";
import { EngineHost, type EngineHostOptions } from "./engine_host.ts";
import { KeptSandboxes } from "./kept_sandboxes.ts";
import { cancelledError, SANDBOX_FILES } from "./limits.ts";
import { ProcessSandbox } from "./process_sandbox.ts";
import type { Runtime, Sandbox, SandboxSpec } from "./runtime.ts";

const MEBIBYTE = 1024 * 1024;
/** What the shell itself needs of the heap, beside its program. */
const ENGINE_BYTES = 96 * MEBIBYTE;

/** Options of {@link createBashRuntime}. */
export interface BashRuntimeOptions extends EngineHostOptions {
  /** The bundled guest side. @default `workers/built/bash.js` beside `src` */
  readonly guestPath?: string;
  /** Built-in commands that programs may use. @default all of them */
  readonly commands?: readonly string[];
  /** Programs after which a process is replaced. @default 500 */
  readonly runsPerProcess?: number;
  /** Growth of a process after which it is replaced. @default 128 MiB */
  readonly grownBytes?: number;
  /** How long a process waits for a program before it is ended. @default 30000 */
  readonly keptMs?: number;
}

/** Creates the runtime. It keeps one folder of its own until it is disposed. */
export function createBashRuntime(options: BashRuntimeOptions = {}): Runtime {
  return new BashRuntime(options);
}

class BashRuntime implements Runtime {
  readonly name = "bash";
  readonly carrier = "process";
  readonly #clock: Clock;
  readonly #host: EngineHost<ProcessSandbox>;
  readonly #kept: KeptSandboxes;

  constructor(options: BashRuntimeOptions) {
    const { commands = [], runsPerProcess = 500, grownBytes = 128 * MEBIBYTE } = options;
    this.#clock = options.clock ?? systemClock;
    this.#kept = new KeptSandboxes({
      clock: this.#clock,
      maxRuns: runsPerProcess,
      maxGrownBytes: grownBytes,
      keptMs: options.keptMs ?? 30_000,
    });
    this.#host = new EngineHost(options, {
      guestPath: options.guestPath ?? builtGuest("bash"),
      command: (deno, guest, { memoryLimitBytes }) => {
        const line = denoCommand(deno, guest, memoryLimitBytes + ENGINE_BYTES);
        return { ...line, args: [...line.args, ...commands] };
      },
      // CPU time of a process is that of all its programs, so the kernel bounds none of it.
      kernelLimits: ({ memoryLimitBytes }) => {
        return { memoryBytes: memoryLimitBytes + ENGINE_BYTES, ...SANDBOX_FILES };
      },
      start: ({ memoryLimitBytes }, process, settings, signal) => {
        const terms = { ...settings, memoryLimitBytes, isKept: true };
        return ProcessSandbox.open(process, terms, signal);
      },
    });
  }

  async open(spec: SandboxSpec, signal?: AbortSignal): Promise<Sandbox> {
    if (signal?.aborted) throw cancelledError(signal.reason);
    return this.#kept.take(spec) ?? this.#kept.lend(spec, await this.#host.open(spec, signal));
  }

  describe(): RuntimeInfo {
    return this.#host.describe({
      name: this.name,
      languages: ["bash"],
      features: ["parallel-calls", "network", "filesystem"],
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#kept[Symbol.dispose]();
    await this.#host[Symbol.asyncDispose]();
  }
}
