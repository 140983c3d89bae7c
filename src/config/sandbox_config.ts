/** `sandbox`: where programs run, and how much they may use. */

import { z } from "zod";
import { RUNTIME_NAMES, type RuntimeName } from "../contract/mod.ts";
import { amount, duration, positive, size, whole } from "./values.ts";

/** Where programs run and how much they may use. */
export interface SandboxConfig {
  readonly runtime: RuntimeName | "auto";
  /** What holds a sandbox; `auto` is a process where one can be started, else a worker. @default process */
  readonly carrier: "process" | "worker" | "auto";
  /** Whether programs may run in workers, which do not hold hostile ones. @default false */
  readonly trustWorkers: boolean;
  /**
   * Who denies what a program tries around the host: the engine by its flags, or a broker that also
   * reports it; `auto` is a broker where one is seen to work. @default auto
   */
  readonly permissions: "broker" | "flags" | "auto";
  /** A command and its arguments to start every sandbox with. @default none */
  readonly wrapper?: readonly string[];
  readonly bash: {
    /** Built-in commands that scripts may use. @default all of the shell's, none of which reaches outside */
    readonly commands?: readonly string[];
  };
  readonly python: {
    /** Python sandboxes kept warm once a program has come; each takes some 200 MB. @default 1 */
    readonly min: number;
    /** Whether programs within its subset begin on the light engine, where that works. @default true */
    readonly light: boolean;
    /** Packages that programs can import besides the standard library. @default none */
    readonly packages?: {
      /**
       * A folder of wheels, or the address of one, with a `pyodide-lock.json` where packages depend on
       * each other; an address always needs one.
       */
      readonly index: string;
      readonly names: readonly string[];
    };
  };
  readonly bun: {
    /** The program. @default `bun` on PATH */
    readonly path?: string;
    /** A command and its arguments that confine it. @default none: it is not used */
    readonly wrapper?: readonly string[];
  };
  readonly workers: {
    /** Sandboxes kept warm. @default 2 */
    readonly min: number;
    /** Sandboxes of one program in all, running and warm. @default 10 */
    readonly max: number;
    /** A warm sandbox above `min` is dropped after this long. @default 30000 */
    readonly idleTimeoutMs: number;
  };
  /** Processes of light engines, which host many programs each. */
  readonly light: {
    /** Processes kept warm. @default 1 */
    readonly warm: number;
    /** Processes in all. @default 4 */
    readonly processes: number;
    /** Programs that run in one process at the same time; what it may take is that times their memory. @default 8 */
    readonly programsAtOnce: number;
    /** Programs that may wait for a reply beside each that runs, within the same memory. @default 7 */
    readonly parked: number;
    /** Programs after which a process is replaced. @default 5000 */
    readonly runsPerProcess: number;
    /** `strict`: a process serves one principal at a time; `shared`: anyone. @default strict */
    readonly isolation: "strict" | "shared";
  };
  readonly limits: {
    /** @default 134217728 */
    readonly memoryBytes: number;
    /** A program's own wall time, without that in which a call of it is in flight. @default 30000 */
    readonly timeoutMs: number;
    /** Time with a call in flight, in all; 0 makes it part of the own time. @default 300000 */
    readonly waitMs: number;
    /** CPU time in all. @default the timeout, beyond what the own wall time has room for */
    readonly cpuTimeMs?: number;
    /** Share of one CPU core; a priority where no control group can be written. @default 0.5 */
    readonly cpuQuota: number;
    /** Largest `timeout` a request may ask for. @default 300000 */
    readonly maxTimeoutMs: number;
    /** Largest `memoryLimit` a request may ask for. @default 536870912 */
    readonly maxMemoryBytes: number;
    /** Largest result. @default 16777216 */
    readonly resultBytes: number;
    /** Log lines of one execution. @default 1000 */
    readonly logLines: number;
    /** Log text of one execution. @default 1048576 */
    readonly logBytes: number;
    /** Tool calls of one execution. @default 1000 */
    readonly calls: number;
  };
  /** Executions waiting for a sandbox; one more is QUEUE_FULL. @default 100 */
  readonly queue: number;
  /** Time an execution waits for its turn; then it is QUEUE_FULL. @default 30000 */
  readonly queueTimeoutMs: number;
  readonly perPrincipal: {
    /**
     * Programs of one principal at the same time in sandboxes of their own; more wait.
     * @default `workers.max`, half of it where callers are told apart
     */
    readonly concurrent: number;
    /**
     * Programs of one principal at the same time in processes that host many.
     * @default all that have a place there, half of it where callers are told apart
     */
    readonly light: number;
  };
}

/** Processes that host many programs each. */
const light = z.strictObject({
  warm: whole.default(1),
  processes: positive.default(4),
  programsAtOnce: positive.default(8),
  parked: whole.default(7),
  runsPerProcess: positive.default(5000),
  isolation: z.enum(["strict", "shared"]).default("strict"),
});

/** Programs that have a place in processes of many: those that run, and those that wait. */
export function lightPlaces(
  { processes, programsAtOnce, parked }: SandboxConfig["light"],
): number {
  return processes * programsAtOnce * (1 + parked);
}

/** The section's shape and defaults. */
export const SandboxSchema = z.strictObject({
  runtime: z.enum(["auto", ...RUNTIME_NAMES]).default("auto"),
  carrier: z.enum(["process", "worker", "auto"]).default("process"),
  trustWorkers: z.boolean().default(false),
  permissions: z.enum(["broker", "flags", "auto"]).default("auto"),
  wrapper: z.array(z.string().min(1)).min(1).optional(),
  bash: z.strictObject({ commands: z.array(z.string()).min(1).optional() }).prefault({}),
  python: z.strictObject({
    min: whole.default(1),
    light: z.boolean().default(true),
    packages: z.strictObject({
      index: z.string().min(1),
      names: z.array(z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/)).min(1),
    }).optional(),
  }).prefault({}),
  bun: z.strictObject({
    path: z.string().min(1).optional(),
    wrapper: z.array(z.string().min(1)).min(1).optional(),
  }).prefault({}),
  workers: z.strictObject({
    min: whole.default(2),
    max: positive.default(10),
    idleTimeout: duration.default(30_000),
  }).prefault({}),
  light: light.prefault({}),
  limits: z.strictObject({
    memory: size.default(134_217_728),
    timeout: duration.default(30_000),
    wait: duration.default(300_000),
    cpuTime: duration.refine((ms) => ms >= 100, "must be at least 100ms").optional(),
    cpuQuota: amount.default(0.5),
    maxTimeout: duration.default(300_000),
    maxMemory: size.refine((bytes) => bytes >= 8_388_608, "must be at least 8MB").default(
      536_870_912,
    ),
    resultBytes: size.default(16_777_216),
    logLines: whole.default(1000),
    logBytes: size.default(1_048_576),
    calls: whole.default(1000),
  }).prefault({}),
  queue: whole.default(100),
  queueTimeout: duration.default(30_000),
  perPrincipal: z.strictObject({
    concurrent: positive.optional(),
    light: positive.optional(),
  }).prefault({}),
});
