/** What engines have in common of which each process hosts many programs: how many, for how long, and how much memory. */

import type { EngineHostOptions, HostedEngine } from "./engine_host.ts";
import { SANDBOX_FILES } from "./limits.ts";
import { SharedSandbox } from "./shared_sandbox.ts";

const MEBIBYTE = 1024 * 1024;

/** What a process itself needs, beside its programs. */
export const SHARED_PROCESS_BYTES: number = 256 * MEBIBYTE;

/** Options of engines of many programs. */
export interface SharedEngineOptions {
  /** The bundled guest side. @default that of the engine in `workers/built` beside `src` */
  readonly guestPath?: string;
  /** Programs in one process at the same time, which bounds its memory. @default 16 */
  readonly programsAtOnce?: number;
  /** Programs after which a process is replaced. @default 5000 */
  readonly runsPerProcess?: number;
  /** Growth of a process after which it is replaced. @default 256 MiB */
  readonly grownBytes?: number;
}

/** The limits of its processes and how they are started. */
export function sharedEngine(
  options: SharedEngineOptions,
): Pick<HostedEngine<SharedSandbox>, "kernelLimits" | "start"> {
  const { runsPerProcess = 5000, grownBytes = 256 * MEBIBYTE } = options;
  const wear = { maxRuns: runsPerProcess, maxGrownBytes: grownBytes };
  return {
    kernelLimits: ({ memoryLimitBytes }) => ({
      memoryBytes: SHARED_PROCESS_BYTES + programsAtOnceOf(options) * memoryLimitBytes,
      ...SANDBOX_FILES,
    }),
    start: ({ memoryLimitBytes }, process, settings, signal) =>
      SharedSandbox.open(process, { ...settings, ...wear, memoryLimitBytes }, signal),
  };
}

/** A share of CPU time is one program's: a process has that of all it may host. */
export function shareOfAll(
  options: SharedEngineOptions & Pick<EngineHostOptions, "cpuQuota">,
): Pick<EngineHostOptions, "cpuQuota"> {
  const { cpuQuota } = options;
  return cpuQuota === undefined ? {} : { cpuQuota: cpuQuota * programsAtOnceOf(options) };
}

function programsAtOnceOf({ programsAtOnce = 16 }: SharedEngineOptions): number {
  return programsAtOnce;
}
