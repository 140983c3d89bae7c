/**
 * The light engine of `python`: processes that host many programs of a subset of Python, and give up what
 * is not in it. The engine is native code, for which Deno's permissions do not hold: each process gives up
 * at the kernel all it could do but compute, tries whether that holds, and serves nothing where it does not.
 */

import type { RuntimeInfo } from "../contract/mod.ts";
import { builtGuest } from "./built_guest.ts";
import { montyCommand } from "./deno_command.ts";
import { EngineHost, type EngineHostOptions } from "./engine_host.ts";
import type { CommandLine } from "./limits.ts";
import { findMontyAddon } from "./monty_addon.ts";
import { findNamespaces } from "./namespaces.ts";
import type { SharedRuntime } from "./hosting_sandbox.ts";
import type { SandboxSpec } from "./runtime.ts";
import { SHARED_PROCESS_BYTES, sharedEngine, type SharedEngineOptions } from "./shared_engine.ts";
import type { SharedSandbox } from "./shared_sandbox.ts";

/** Options of {@link createMontyRuntime}. */
export interface MontyRuntimeOptions
  extends Omit<EngineHostOptions, "permissions">, SharedEngineOptions {
  /** The engine's native addon. @default the installed one */
  readonly addonPath?: string;
  /** What stands in front of the process. @default namespaces of its own, where the system gives them */
  readonly namespaces?: CommandLine | undefined;
}

/** What holds a process of the light engine. */
export type Confinement = "kernel-filter" | "kernel-filter+namespaces";

/** The light engine's runtime. */
export interface MontyRuntime extends SharedRuntime {
  readonly confinement: Confinement;
  /**
   * Starts a process and ends it. Answers why the engine cannot be used here, or `undefined`.
   */
  probe(spec: SandboxSpec): Promise<string | undefined>;
}

/** Creates the runtime. It keeps one folder of its own until it is disposed. */
export function createMontyRuntime(options: MontyRuntimeOptions = {}): MontyRuntime {
  return new LightPythonRuntime(options);
}

class LightPythonRuntime implements MontyRuntime {
  readonly name = "python";
  readonly carrier = "process";
  readonly confinement: Confinement;
  readonly #host: EngineHost<SharedSandbox>;
  readonly #addonPath: string | undefined;
  readonly #absence: string | undefined;

  constructor(options: MontyRuntimeOptions) {
    const around = "namespaces" in options ? options.namespaces : findNamespaces();
    this.confinement = around === undefined ? "kernel-filter" : "kernel-filter+namespaces";
    [this.#addonPath, this.#absence] = lookUp(options.addonPath);
    // SAFETY: a broker would be a socket the process talks to; flags need none (test/escape: native).
    this.#host = new EngineHost({ ...options, permissions: "flags" }, {
      guestPath: options.guestPath ?? builtGuest("monty"),
      command: (deno, guest, { memoryLimitBytes }) =>
        behind(
          around,
          montyCommand(deno, guest, this.#addonPath ?? "", {
            heapBytes: SHARED_PROCESS_BYTES,
            memoryLimitBytes,
          }),
        ),
      ...sharedEngine(options),
    });
  }

  async open(spec: SandboxSpec, signal?: AbortSignal): Promise<SharedSandbox> {
    if (this.#addonPath === undefined) findMontyAddon();
    return await this.#host.open(spec, signal);
  }

  async probe(spec: SandboxSpec): Promise<string | undefined> {
    try {
      await using _sandbox = await this.open(spec);
      return undefined;
    } catch (error) {
      return (error as Error).message;
    }
  }

  describe(): RuntimeInfo {
    const about = this.#host.describe({
      name: this.name,
      languages: ["python"],
      features: ["async", "parallel-calls", this.confinement],
    });
    const reason = this.#absence;
    return reason === undefined ? about : { ...about, available: false, reason };
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#host[Symbol.asyncDispose]();
  }
}

function lookUp(path: string | undefined): readonly [path: string | undefined, absence?: string] {
  try {
    return [path ?? findMontyAddon()];
  } catch (error) {
    return [undefined, (error as Error).message];
  }
}

function behind(around: CommandLine | undefined, line: CommandLine): CommandLine {
  if (around === undefined) return line;
  return { command: around.command, args: [...around.args, line.command, ...line.args] };
}
