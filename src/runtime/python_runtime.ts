/** The `python` engine in a process: CPython, compiled to WebAssembly, from a memory snapshot. */

import type { RuntimeInfo } from "../contract/mod.ts";
import { silentLogger } from "../base/log.ts";
import type { WireError } from "../protocol/frames.ts";
import { EngineHost, type EngineHostOptions } from "./engine_host.ts";
import { isAllocationFailure, kernelCpuTime, type TimeBounds } from "./limits.ts";
import { ProcessSandbox } from "./process_sandbox.ts";
import { PythonEngine } from "./python_engine.ts";
import type { PythonPackages } from "./python_packages.ts";
import type { Runtime, Sandbox, SandboxSpec } from "./runtime.ts";

/** Options of {@link createPythonRuntime}. */
export interface PythonRuntimeOptions extends Omit<EngineHostOptions, "permissions">, TimeBounds {
  /** The bundled guest side. @default `workers/built/python.js` beside `src` */
  readonly guestPath?: string;
  /** Where snapshots are kept. @default the system's folder for caches */
  readonly cachePath?: string;
  /** Packages that programs can import besides the standard library. @default none */
  readonly packages?: PythonPackages;
}

/**
 * Creates the runtime. The first sandbox ever on a machine waits some seconds for the snapshot; memory
 * limits count what a program uses beyond what Python itself takes.
 */
export function createPythonRuntime(options: PythonRuntimeOptions = {}): Runtime {
  return new PythonRuntime(options);
}

class PythonRuntime implements Runtime {
  readonly name = "python";
  readonly carrier = "process";
  readonly #host: EngineHost<ProcessSandbox>;

  constructor(options: PythonRuntimeOptions) {
    const { logger = silentLogger, denoPath, guestPath, cachePath, packages } = options;
    const engine = new PythonEngine({ logger, denoPath, guestPath, cachePath, packages });
    const kernelCpuTimeMs = kernelCpuTime(options);
    // The engine's files are read by a permission that a broker would deny.
    const terms = { startupTimeoutMs: 30_000, ...options, permissions: "flags" } as const;
    this.#host = new EngineHost(terms, {
      guestPath: engine.guestPath,
      assertAvailable: () => engine.assertAvailable(),
      prepare: () => engine.prepare(),
      files: () => engine.files(),
      stop: () => engine.stop(),
      command: (deno, guest, spec) => engine.command(deno, guest, spec.memoryLimitBytes),
      kernelLimits: (spec) => engine.kernelLimits(spec.memoryLimitBytes, kernelCpuTimeMs),
      start: ({ memoryLimitBytes }, process, settings, signal) => {
        const limits = { memoryLimitBytes, kernelCpuTimeMs, isOutOfMemory };
        return ProcessSandbox.open(process, { ...settings, ...limits }, signal);
      },
    });
  }

  open(spec: SandboxSpec, signal?: AbortSignal): Promise<Sandbox> {
    return this.#host.open(spec, signal);
  }

  describe(): RuntimeInfo {
    return this.#host.describe({
      name: this.name,
      languages: ["python"],
      features: ["async", "parallel-calls", "network", "filesystem"],
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#host[Symbol.asyncDispose]();
  }
}

function isOutOfMemory(error: WireError): boolean {
  return error.name === "MemoryError" || isAllocationFailure(error);
}
