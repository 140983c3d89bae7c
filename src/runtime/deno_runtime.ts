/**
 * The `deno` engine in a process: V8 in a `deno run` child without any permission. Each sandbox runs
 * one program and is thrown away.
 */

import type { RuntimeInfo } from "../contract/mod.ts";
import { builtGuest } from "./built_guest.ts";
import { denoCommand } from "./deno_command.ts";
import { EngineHost, type EngineHostOptions } from "./engine_host.ts";
import { kernelCpuTime, SANDBOX_FILES, type TimeBounds } from "./limits.ts";
import { ProcessSandbox } from "./process_sandbox.ts";
import type { Runtime, Sandbox, SandboxSpec } from "./runtime.ts";

/** Options of {@link createDenoRuntime}. */
export interface DenoRuntimeOptions extends EngineHostOptions, TimeBounds {
  /** The bundled guest side. @default `workers/built/deno.js` beside `src` */
  readonly guestPath?: string;
}

/** Creates the runtime. It keeps one folder of its own until it is disposed. */
export function createDenoRuntime(options: DenoRuntimeOptions = {}): Runtime {
  return new DenoRuntime(options);
}

class DenoRuntime implements Runtime {
  readonly name = "deno";
  readonly carrier = "process";
  readonly #host: EngineHost<ProcessSandbox>;

  constructor(options: DenoRuntimeOptions) {
    const kernelCpuTimeMs = kernelCpuTime(options);
    this.#host = new EngineHost(options, {
      guestPath: options.guestPath ?? builtGuest("deno"),
      command: (deno, guest, spec) => denoCommand(deno, guest, spec.memoryLimitBytes),
      kernelLimits: ({ memoryLimitBytes: memoryBytes }) => {
        return { memoryBytes, cpuTimeMs: kernelCpuTimeMs, ...SANDBOX_FILES };
      },
      start: ({ memoryLimitBytes }, process, settings, signal) => {
        const terms = { ...settings, memoryLimitBytes, kernelCpuTimeMs };
        return ProcessSandbox.open(process, terms, signal);
      },
    });
  }

  open(spec: SandboxSpec, signal?: AbortSignal): Promise<Sandbox> {
    return this.#host.open(spec, signal);
  }

  describe(): RuntimeInfo {
    return this.#host.describe({
      name: this.name,
      languages: ["typescript", "javascript"],
      features: ["async", "parallel-calls", "network", "filesystem", "webassembly"],
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#host[Symbol.asyncDispose]();
  }
}
