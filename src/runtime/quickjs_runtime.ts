/**
 * The `quickjs` engine in processes without any permission: each hosts many programs, one VM a program.
 * A VM is started in a fraction of a millisecond and needs a few megabytes.
 */

import type { RuntimeInfo } from "../contract/mod.ts";
import { builtGuest } from "./built_guest.ts";
import { sharedCommand } from "./deno_command.ts";
import { EngineHost, type EngineHostOptions } from "./engine_host.ts";
import type { SharedRuntime } from "./hosting_sandbox.ts";
import type { SandboxSpec } from "./runtime.ts";
import {
  SHARED_PROCESS_BYTES,
  sharedEngine,
  type SharedEngineOptions,
  shareOfAll,
} from "./shared_engine.ts";
import type { SharedSandbox } from "./shared_sandbox.ts";

/** Options of {@link createQuickJsRuntime}. */
export interface QuickJsRuntimeOptions extends EngineHostOptions, SharedEngineOptions {}

/** Creates the runtime. It keeps one folder of its own until it is disposed. */
export function createQuickJsRuntime(options: QuickJsRuntimeOptions = {}): SharedRuntime {
  return new QuickJsRuntime(options);
}

class QuickJsRuntime implements SharedRuntime {
  readonly name = "quickjs";
  readonly carrier = "process";
  readonly #host: EngineHost<SharedSandbox>;

  constructor(options: QuickJsRuntimeOptions) {
    this.#host = new EngineHost({ ...options, ...shareOfAll(options) }, {
      guestPath: options.guestPath ?? builtGuest("quickjs"),
      command: (deno, guest, { memoryLimitBytes }) =>
        sharedCommand(deno, guest, { heapBytes: SHARED_PROCESS_BYTES, memoryLimitBytes }),
      ...sharedEngine(options),
    });
  }

  open(spec: SandboxSpec, signal?: AbortSignal): Promise<SharedSandbox> {
    return this.#host.open(spec, signal);
  }

  describe(): RuntimeInfo {
    return this.#host.describe({
      name: this.name,
      languages: ["typescript", "javascript"],
      features: ["async", "parallel-calls", "network", "filesystem"],
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#host[Symbol.asyncDispose]();
  }
}
