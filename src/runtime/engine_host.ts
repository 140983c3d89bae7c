/**
 * What runtimes whose sandboxes are `deno` processes have in common: where the guest side lies, by whom
 * permissions are denied, which limits the kernel holds, and that nothing outlives the runtime.
 */

import process from "node:process";
import { type Clock, systemClock } from "../base/clock.ts";
import { CodemodeError } from "../base/errors.ts";
import { type Logger, silentLogger } from "../base/log.ts";
import type { RuntimeInfo } from "../contract/mod.ts";
import { type PermissionMode, probeBroker } from "./broker_probe.ts";
import { BrokerSockets } from "./broker_sockets.ts";
import type { CgroupWorld, CpuGroup } from "./cgroup.ts";
import { type CpuShare, inGroup, openCpuShare } from "./cpu_share.ts";
import { findDeno } from "./deno_binary.ts";
import { denoEnvironment } from "./deno_command.ts";
import {
  cancelledError,
  type CommandLine,
  describeLimits,
  hasKernelLimits,
  type KernelLimits,
  withKernelLimits,
} from "./limits.ts";
import { OrphanReaper } from "./orphan_reaper.ts";
import type { PermissionBroker } from "./permission_broker.ts";
import type { ProcessSpec } from "./process_carrier.ts";
import type { Sandbox, SandboxSpec } from "./runtime.ts";
import { SandboxFolder } from "./sandbox_folder.ts";
import { unlessAborted } from "./unless_aborted.ts";
import { findWrapper, wrap } from "./wrapper.ts";

/** Options of every runtime whose sandboxes are processes. */
export interface EngineHostOptions {
  /** The `deno` program. @default the running one, else on PATH, else of the npm package `deno` */
  readonly denoPath?: string;
  readonly logger?: Logger;
  readonly clock?: Clock;
  /** How long a sandbox may take to become ready. @default 10000 */
  readonly startupTimeoutMs?: number;
  /**
   * Who denies: the engine by its flags, or a broker that also tells what was tried. `auto` is a broker
   * where one is seen to work, which is tried before the first sandbox. @default flags
   */
  readonly permissions?: PermissionMode | "auto";
  /** A command to put in front of a sandbox's own. @default none */
  readonly wrapper?: readonly string[];
  /** Share of one CPU core. @default no share is set */
  readonly cpuQuota?: number;
  /** Where control groups are looked for. @default this machine */
  readonly cgroups?: CgroupWorld;
}

/** What a sandbox of the host's is started with. */
export interface EngineSettings {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly startupTimeoutMs: number;
  readonly niceness: number | undefined;
  readonly broker: PermissionBroker | undefined;
}

/** A sandbox in a process. */
export interface HostedSandbox extends Sandbox {
  /** Process id, or as a negative one the group that ends with it. */
  readonly killTarget: number;
}

/** The engine that a host holds. */
export interface HostedEngine<S extends HostedSandbox> {
  /** The bundled guest side. */
  readonly guestPath: string;
  command(denoPath: string, guest: string, spec: SandboxSpec): CommandLine;
  kernelLimits(spec: SandboxSpec): KernelLimits;
  /** Throws `RUNTIME_UNAVAILABLE` when the engine is not there. @default it is */
  assertAvailable?(): void;
  /** Makes what every sandbox needs, before the first; tried again after a failure. @default nothing */
  prepare?(): Promise<void>;
  /** Files beside the guest side, by their names there. @default none */
  files?(): Readonly<Record<string, string>>;
  /** Ends what is being prepared. */
  stop?(): void;
  start(
    spec: SandboxSpec,
    process: ProcessSpec,
    settings: EngineSettings,
    signal?: AbortSignal,
  ): Promise<S>;
}

/** Opens sandboxes of one engine and ends them all. */
export class EngineHost<S extends HostedSandbox> implements AsyncDisposable {
  readonly #options: EngineHostOptions;
  readonly #engine: HostedEngine<S>;
  readonly #logger: Logger;
  readonly #folder: SandboxFolder;
  readonly #sockets = new BrokerSockets(() => this.#folder.nextSocket());
  readonly #reaper = new OrphanReaper();
  readonly #open = new Set<S>();
  readonly #hasKernelLimits = hasKernelLimits();
  #denoPath: string | undefined;
  #wrapper: CommandLine | undefined;
  #share: CpuShare | undefined;
  #mode: PermissionMode | undefined;
  #deciding: Promise<PermissionMode> | undefined;
  #isDisposed = false;

  constructor(options: EngineHostOptions, engine: HostedEngine<S>) {
    const { permissions = "flags" } = options;
    this.#options = options;
    this.#engine = engine;
    this.#logger = options.logger ?? silentLogger;
    this.#mode = permissions === "auto" ? undefined : permissions;
    this.#folder = new SandboxFolder({
      guestPath: engine.guestPath,
      files: () => engine.files?.() ?? {},
    });
  }

  /** Opens a sandbox; see `Runtime.open`. */
  async open(spec: SandboxSpec, signal?: AbortSignal): Promise<S> {
    this.#assertOpen();
    this.#assertAvailable();
    const mode = await this.#decided(spec, signal);
    this.#assertOpen();
    return await this.#openIn(mode, spec, signal);
  }

  /** Engine and mode are made ready once; whoever gives up waiting leaves it to the others. */
  async #decided(spec: SandboxSpec, signal?: AbortSignal): Promise<PermissionMode> {
    if (signal?.aborted) throw cancelledError(signal.reason);
    this.#deciding ??= (async () => {
      await this.#engine.prepare?.();
      return await this.#decideMode(spec);
    })().catch((error) => {
      this.#deciding = undefined;
      throw error;
    });
    return await unlessAborted(this.#deciding, signal);
  }

  /** What is said of the runtime that sandboxes are opened for. */
  describe(about: Pick<RuntimeInfo, "name" | "languages" | "features">): RuntimeInfo {
    const { kind: cpuShare } = this.#findShare();
    return {
      ...about,
      carrier: "process",
      limits: describeLimits(cpuShare, this.#hasKernelLimits),
      cpuShare,
      ...(this.#mode === undefined ? {} : { permissions: this.#mode }),
      ...this.#availability(),
    };
  }

  #availability(): Pick<RuntimeInfo, "available" | "reason"> {
    try {
      this.#assertAvailable();
      return { available: true };
    } catch (error) {
      return { available: false, reason: (error as Error).message };
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isDisposed = true;
    await Promise.all([...this.#open].map((sandbox) => sandbox[Symbol.asyncDispose]()));
    this.#engine.stop?.();
    await this.#deciding?.catch(() => {});
    await this.#sockets[Symbol.asyncDispose]();
    await this.#reaper[Symbol.asyncDispose]();
    this.#folder[Symbol.dispose]();
    this.#share?.[Symbol.dispose]();
  }

  #assertOpen(): void {
    if (this.#isDisposed) throw new CodemodeError("SHUTTING_DOWN", "The runtime is closed");
  }

  #assertAvailable(): void {
    this.#findDeno();
    this.#findWrapper();
    this.#engine.assertAvailable?.();
    if (this.#mode !== "broker" || process.platform !== "win32") return;
    const message = "The permission broker needs sockets that this system does not have";
    throw new CodemodeError("RUNTIME_UNAVAILABLE", message);
  }

  #findDeno(): string {
    this.#denoPath ??= findDeno(this.#options.denoPath);
    return this.#denoPath;
  }

  #findWrapper(): CommandLine | undefined {
    const { wrapper } = this.#options;
    if (wrapper !== undefined) this.#wrapper ??= findWrapper(wrapper);
    return this.#wrapper;
  }

  #findShare(): CpuShare {
    if (this.#share !== undefined) return this.#share;
    const { cpuQuota, cgroups } = this.#options;
    this.#share = openCpuShare(cpuQuota, cgroups);
    const { kind, reason } = this.#share;
    if (reason !== undefined) {
      this.#logger.debug("no control group holds the CPU share of programs", {
        instead: kind,
        reason,
      });
    }
    return this.#share;
  }

  async #decideMode(spec: SandboxSpec): Promise<PermissionMode> {
    if (this.#mode !== undefined) return this.#mode;
    const reason = process.platform === "win32"
      ? "this system has no sockets for it"
      : await probeBroker(() => this.#openIn("broker", spec));
    if (reason !== undefined && !this.#isDisposed) {
      this.#logger.warn("no permission broker works here; flags deny instead", { reason });
    }
    this.#mode = reason === undefined ? "broker" : "flags";
    return this.#mode;
  }

  async #openIn(mode: PermissionMode, spec: SandboxSpec, signal?: AbortSignal): Promise<S> {
    const broker = mode === "broker" ? await this.#sockets.open() : undefined;
    const group = this.#findShare().createGroup();
    const sandbox = await this.#start(spec, broker, group, signal).catch((error) => {
      group?.remove();
      broker?.[Symbol.dispose]();
      throw error;
    });
    this.#open.add(sandbox);
    const watch = this.#hasKernelLimits ? this.#reaper.watch(sandbox.killTarget) : undefined;
    void sandbox.gone.then(() => {
      watch?.[Symbol.dispose]();
      group?.remove();
      this.#open.delete(sandbox);
    });
    if (!this.#isDisposed) return sandbox;
    await sandbox[Symbol.asyncDispose]();
    throw new CodemodeError("SHUTTING_DOWN", "The runtime is closed");
  }

  async #start(
    spec: SandboxSpec,
    broker: PermissionBroker | undefined,
    group: CpuGroup | undefined,
    signal: AbortSignal | undefined,
  ): Promise<S> {
    const { clock = systemClock, startupTimeoutMs = 10_000 } = this.#options;
    const { niceness } = this.#findShare();
    const settings = { clock, logger: this.#logger, startupTimeoutMs, niceness, broker };
    return await this.#engine.start(spec, this.#processSpec(spec, broker, group), settings, signal);
  }

  #processSpec(
    spec: SandboxSpec,
    broker: PermissionBroker | undefined,
    group: CpuGroup | undefined,
  ): ProcessSpec {
    const { guest, empty, path } = this.#folder.prepare();
    const wrapper = this.#findWrapper();
    const bare = this.#engine.command(this.#findDeno(), guest, spec);
    const limited = this.#hasKernelLimits
      ? withKernelLimits(bare, this.#engine.kernelLimits(spec))
      : bare;
    const wrapped = wrapper === undefined ? limited : wrap(limited, wrapper, path);
    const line = group === undefined ? wrapped : inGroup(wrapped, group);
    return {
      ...line,
      directory: empty,
      environment: denoEnvironment(empty, broker?.path),
      isGroup: wrapper !== undefined,
    };
  }
}
