/** What a Python sandbox is made of: Pyodide's files, packages, and a snapshot where one can be had. */

import { dirname, join } from "node:path";
import { CodemodeError } from "../base/errors.ts";
import type { Logger } from "../base/log.ts";
import { builtGuest } from "./built_guest.ts";
import { cacheFolder } from "./cache_folder.ts";
import { findDeno } from "./deno_binary.ts";
import { denoCommand, denoEnvironment } from "./deno_command.ts";
import { type CommandLine, type KernelLimits, SANDBOX_FILES } from "./limits.ts";
import { digestFiles, findPythonAssets } from "./python_assets.ts";
import { findWheels, type PythonPackages } from "./python_packages.ts";
import { makeSnapshot } from "./python_snapshot.ts";
import { SandboxFolder } from "./sandbox_folder.ts";
import { SnapshotCache } from "./snapshot_cache.ts";

const MEBIBYTE = 1024 * 1024;
/**
 * What Pyodide takes before any program runs: its memory, its code and its files. Measured as data
 * segment on Pyodide 314.0.7 with Deno 2.9.6.
 */
const BASE_BYTES = 160 * MEBIBYTE;
const SNAPSHOT = "engine.snapshot";

/** Options of {@link PythonEngine}. */
export interface PythonEngineOptions {
  readonly logger: Logger;
  readonly denoPath?: string | undefined;
  readonly guestPath?: string | undefined;
  /** Where snapshots are kept. @default the system's folder for caches */
  readonly cachePath?: string | undefined;
  /** What every sandbox has besides the standard library. @default nothing */
  readonly packages?: PythonPackages | undefined;
  /** What sandboxes are for. @default serve */
  readonly mode?: "serve" | "analyse";
}

/** Pyodide, in processes. */
export class PythonEngine {
  readonly guestPath: string;
  readonly #options: PythonEngineOptions;
  readonly #ending = new AbortController();
  #assets: Readonly<Record<string, string>> | undefined;
  #snapshot: string | undefined;
  #wheels: readonly string[] = [];

  constructor(options: PythonEngineOptions) {
    this.#options = options;
    this.guestPath = options.guestPath ?? builtGuest("python");
  }

  assertAvailable(): void {
    this.#findAssets();
  }

  /** Finds the snapshot or makes it; without one sandboxes start slowly. */
  async prepare(): Promise<void> {
    const { packages } = this.#options;
    const { signal } = this.#ending;
    if (packages !== undefined) this.#wheels = await findWheels(packages, { signal });
    // Packages are files, which no snapshot holds: one snapshot serves whatever packages there are.
    const assets = this.#findAssets();
    const { logger, cachePath = join(cacheFolder(), "python") } = this.#options;
    try {
      const cache = new SnapshotCache(cachePath);
      const key = digestFiles({ ...assets, guest: this.guestPath }).slice(0, 32);
      this.#snapshot = cache.find(key) ?? cache.keep(key, await this.#make());
    } catch (error) {
      if (this.#ending.signal.aborted) throw new CodemodeError("SHUTTING_DOWN", "It is closed");
      logger.warn("Python sandboxes start without a memory snapshot, which takes seconds", {
        error,
      });
    }
  }

  files(): Readonly<Record<string, string>> {
    const snapshot = this.#snapshot === undefined ? {} : { [SNAPSHOT]: this.#snapshot };
    const wheels = this.#wheels.map((path, at) => [`engine.w${at}.whl`, path]);
    return { ...this.#findAssets(), ...Object.fromEntries(wheels), ...snapshot };
  }

  /** The command of a process whose programs may take so much beyond what Python takes. */
  command(denoPath: string, guest: string, memoryLimitBytes: number): CommandLine {
    const names = Object.keys(this.files());
    const mode = this.#options.mode ?? "serve";
    const more = toCommand(dirname(guest), names, { mode, memoryLimitBytes });
    return denoCommand(denoPath, guest, memoryLimitBytes + BASE_BYTES, more);
  }

  /** What the kernel bounds such a process by. */
  kernelLimits(memoryLimitBytes: number, cpuTimeMs?: number): KernelLimits {
    return { memoryBytes: memoryLimitBytes + BASE_BYTES, cpuTimeMs, ...SANDBOX_FILES };
  }

  /** Gives up what is being prepared. */
  stop(): void {
    this.#ending.abort();
  }

  #findAssets(): Readonly<Record<string, string>> {
    return this.#assets ??= findPythonAssets().files;
  }

  async #make(): Promise<Uint8Array> {
    const assets = this.#findAssets();
    using folder = new SandboxFolder({ guestPath: this.guestPath, files: () => assets });
    const { guest, empty, path } = folder.prepare();
    const memoryLimitBytes = 512 * MEBIBYTE;
    const names = Object.keys(assets);
    const more = toCommand(path, names, { mode: "snapshot", memoryLimitBytes });
    const line = denoCommand(findDeno(this.#options.denoPath), guest, memoryLimitBytes, more);
    this.#options.logger.info("making the memory snapshot that Python sandboxes start from");
    const spec = { ...line, directory: empty, environment: denoEnvironment(empty) };
    return await makeSnapshot(spec, this.#ending.signal);
  }
}

function toCommand(
  folder: string,
  names: readonly string[],
  { mode, memoryLimitBytes }: { readonly mode: string; readonly memoryLimitBytes: number },
) {
  // SAFETY: exactly the engine's own files, and only until they are read (test/escape: python, permissions).
  const paths = names.map((name) => join(folder, name).replaceAll(",", ",,"));
  const wheels = names.filter((name) => name.endsWith(".whl"));
  return {
    flags: [`--allow-read=${paths.join(",")}`],
    args: [mode, folder, String(memoryLimitBytes), ...wheels],
  };
}
