/** The limits of a sandbox: how the kernel and the engine are told, and what it is called when one is hit. */

import { availableParallelism } from "node:os";
import process from "node:process";
import { CodemodeError } from "../base/errors.ts";
import type { JsonExcess } from "../base/json_extent.ts";
import { ENGINE_LIMIT, ENGINE_LIMITS, type EngineLimit } from "../protocol/engine_limit.ts";
import type { WireError } from "../protocol/frames.ts";
import type { CpuShareKind } from "./cpu_share.ts";
import { isProgram } from "./is_program.ts";
import type { ProcessEnd } from "./process_carrier.ts";

const MEBIBYTE = 1024 * 1024;
/** Data segment that V8 reserves before any program runs; measured on Deno 2.9.6. */
const RESERVED_DATA_BYTES = 576 * MEBIBYTE;
/** Resident memory beyond the limit that young generations and the engine's own pages may take. */
export const RESIDENT_SLACK_BYTES: number = 96 * MEBIBYTE;
const SHELL = "/bin/sh";

/** How each limit holds: by force at once, by a watch that may be late, not at all. */
export type LimitStrength = "hard" | "soft" | "none";

/** True where `ulimit` of a shell can bound the data segment. */
export function hasKernelLimits(): boolean {
  return process.platform === "linux" && isProgram(SHELL);
}

/** A command line. */
export interface CommandLine {
  readonly command: string;
  readonly args: readonly string[];
}

/** What the kernel is to bound. */
export interface KernelLimits {
  readonly memoryBytes: number;
  /** Time on all cores together; absent bounds none. */
  readonly cpuTimeMs?: number | undefined;
  /** Open files, sockets and pipes; absent bounds none. */
  readonly openFiles?: number;
  /** Size of a file that is written; absent bounds none. */
  readonly fileBytes?: number;
}

/**
 * What every sandbox gets besides memory and CPU time. The engine has 24 descriptors open when it is
 * ready, on Deno 2.9.6, and writes no file. The number of processes is not bounded: the kernel counts
 * the threads of a user, the service's own among them, and root's not at all.
 */
export const SANDBOX_FILES = Object.freeze({ openFiles: 64, fileBytes: 0 });

/** CPU time beyond the budget at which the kernel steps in, for what the watch and a start take. */
const KERNEL_SLACK_MS = 10_000;

/**
 * What the kernel bounds CPU time by, for programs of at most `timeoutMs`: a sandbox is started before
 * its program is known, so this is more than any of them is given by its host.
 */
export function cpuTimeWithin(timeoutMs: number, cpuTimeMs?: number): number {
  const most = timeoutMs * (availableParallelism() + 1);
  return Math.min(most, cpuTimeMs ?? Infinity) + KERNEL_SLACK_MS;
}

/** What programs are given at most, as far as a runtime is told. */
export interface TimeBounds {
  /** Longest time a program is given; absent leaves programs of a killed host their CPU time. */
  readonly maxTimeoutMs?: number;
  /** Most CPU time a program is given. @default what `maxTimeoutMs` has room for */
  readonly maxCpuTimeMs?: number;
}

/** What the kernel bounds CPU time by; `undefined` where it does not. */
export function kernelCpuTime({ maxTimeoutMs, maxCpuTimeMs }: TimeBounds): number | undefined {
  if (!hasKernelLimits() || maxTimeoutMs === undefined) return undefined;
  return cpuTimeWithin(maxTimeoutMs, maxCpuTimeMs);
}

/**
 * Wraps a command so that the kernel bounds its data segment (heap, buffers and WebAssembly memory
 * together), its CPU time, its open files and what it writes, and takes no core dump. The shell replaces itself: the process id
 * stays the same.
 */
export function withKernelLimits(line: CommandLine, limits: KernelLimits): CommandLine {
  const { memoryBytes, cpuTimeMs, openFiles, fileBytes } = limits;
  const kilobytes = Math.ceil((RESERVED_DATA_BYTES + memoryBytes) / 1024);
  // SAFETY: what ends a spinning program when nobody else is left to (test/integration/runtime: limits).
  const cpu = cpuTimeMs === undefined ? "" : limitCpu(Math.ceil(cpuTimeMs / 1000));
  // SAFETY: without RLIMIT_DATA, buffers outside the V8 heap grow without bound (test/escape: buffer-bomb).
  const data = `ulimit -d ${kilobytes}; `;
  const open = openFiles === undefined ? "" : `ulimit -n ${openFiles}; `;
  // SAFETY: no file grows, even where the engine would write one without asking (test/integration/runtime: limits).
  const files = fileBytes === undefined ? "" : `ulimit -f ${Math.ceil(fileBytes / 512)}; `;
  const script = `ulimit -c 0; ${data}${open}${files}${cpu}exec "$0" "$@"`;
  return { command: SHELL, args: ["-c", script, line.command, ...line.args] };
}

/** A second before SIGKILL comes SIGXCPU, which says what it was. A hard limit below the soft one is refused. */
function limitCpu(seconds: number): string {
  return `ulimit -S -t ${seconds}; ulimit -H -t ${seconds + 1}; `;
}

/** The V8 flag that bounds the heap. */
export function heapFlag(memoryLimitBytes: number): string {
  const megabytes = Math.max(8, Math.floor(memoryLimitBytes / MEBIBYTE));
  return `--v8-flags=--max-old-space-size=${megabytes}`;
}

/** How the limits hold on this host; `isHard` says that the kernel bounds processes. CPU time is watched; the kernel is behind the watch. */
export function describeLimits(
  share: CpuShareKind,
  isHard: boolean,
): Record<string, LimitStrength> {
  const isLinux = process.platform === "linux";
  return {
    wallTime: "hard",
    heap: "hard",
    memory: isHard ? "hard" : isLinux ? "soft" : "none",
    output: "hard",
    calls: "hard",
    cpuShare: share === "cgroup" ? "hard" : share === "nice" ? "soft" : "none",
    openFiles: isHard ? "hard" : "none",
    cpuTime: isHard ? "hard" : isLinux ? "soft" : "none",
  };
}

/** The wall-clock limit was hit. */
export function timeoutError(timeoutMs: number): CodemodeError {
  const message = `Code execution timed out after ${timeoutMs}ms`;
  return new CodemodeError("EXECUTION_TIMEOUT", message, { details: { timeout: timeoutMs } });
}

/** The program waited too long for its calls, all of its waiting together. */
export function waitError(waitMs: number): CodemodeError {
  const message = `Code execution waited for its calls longer than ${waitMs}ms`;
  return new CodemodeError("EXECUTION_TIMEOUT", message, { details: { wait: waitMs } });
}

/** The limit on CPU time was hit. */
export function cpuTimeError(cpuTimeMs: number): CodemodeError {
  const message = `Code execution used more than ${cpuTimeMs}ms of CPU time`;
  return new CodemodeError("CPU_LIMIT_EXCEEDED", message, { details: { cpuTime: cpuTimeMs } });
}

/** The limit on CPU time was hit behind calls in flight. */
export function waitingCpuTimeError(cpuTimeMs: number): CodemodeError {
  const message =
    `Code execution used more than ${cpuTimeMs}ms of CPU time while it waited for its calls`;
  return new CodemodeError("CPU_LIMIT_EXCEEDED", message, { details: { cpuTime: cpuTimeMs } });
}

/** The memory limit was hit. */
export function memoryError(memoryLimitBytes: number): CodemodeError {
  const message = `Code execution exceeded its memory limit of ${memoryLimitBytes} bytes`;
  const details = { memoryLimit: memoryLimitBytes };
  return new CodemodeError("MEMORY_LIMIT_EXCEEDED", message, { details });
}

/** One of the limits on output was hit; `what` was larger than `limit` bytes. */
export function outputError(what: string, limit: number): CodemodeError {
  const message = `${what} is larger than ${limit} bytes`;
  return new CodemodeError("OUTPUT_LIMIT_EXCEEDED", message, { details: { limit } });
}

/** A value had more in it than is read of one. */
export function extentError({ kind, limit, reason }: JsonExcess): CodemodeError {
  const message = `A value of the program cannot leave it: ${reason}`;
  return new CodemodeError("OUTPUT_LIMIT_EXCEEDED", message, { details: { limit, unit: kind } });
}

/** The guest's side said what none of its frames may. */
export function protocolError(reason: string): CodemodeError {
  const message = `The sandbox broke its protocol: ${reason}`;
  return new CodemodeError("SANDBOX_CRASHED", message);
}

/** One call more than allowed was made. */
export function callLimitError(limit: number): CodemodeError {
  const message = `The program made more than ${limit} tool calls`;
  return new CodemodeError("CALL_LIMIT_EXCEEDED", message, { details: { limit } });
}

/** One timer more than allowed was set. */
export function sleepLimitError(limit: number): CodemodeError {
  const message = `The program set more than ${limit} timers at the same time`;
  return new CodemodeError("CALL_LIMIT_EXCEEDED", message, { details: { limit } });
}

/** The program tried around the host what it may not, again and again. */
export function deniedLimitError(limit: number): CodemodeError {
  const message = `The program tried more than ${limit} times what it may not`;
  return new CodemodeError("CALL_LIMIT_EXCEEDED", message, { details: { limit } });
}

/** The caller gave up. */
export function cancelledError(reason: unknown): CodemodeError {
  return new CodemodeError("CANCELLED", "The execution was cancelled", { cause: reason });
}

const OUT_OF_MEMORY =
  /out of memory|heap limit|memory allocation of \d+ bytes failed|Failed to reserve|Cannot allocate memory/i;

/** Signals by which an engine ends itself when it cannot go on. */
const OWN_SIGNALS: ReadonlySet<string> = new Set([
  "SIGABRT",
  "SIGBUS",
  "SIGILL",
  "SIGSEGV",
  "SIGTRAP",
]);

/** What is known of a process that has ended. */
export interface ProcessUse {
  /** What it had grown by when last looked at. @default 0 */
  readonly grownBytes?: number;
  /** CPU time since it was started, when last looked at. @default 0 */
  readonly cpuTimeMs?: number;
  /** At which CPU time the kernel ends it. @default it does not */
  readonly kernelCpuTimeMs?: number | undefined;
}

/** The kernel sends SIGXCPU at its limit of CPU time and SIGKILL a second later. */
function wasOutOfCpuTime(end: ProcessEnd, use: ProcessUse): boolean {
  const { cpuTimeMs = 0, kernelCpuTimeMs = Infinity } = use;
  return end.signal === "SIGXCPU" || (end.signal === "SIGKILL" && cpuTimeMs >= kernelCpuTimeMs);
}

/**
 * What the end of a process says when nobody asked it to end. An engine that gives up with much memory
 * in use and without a word, as happens when the kernel refuses memory to one of its threads, did so
 * for want of memory.
 */
export function crashError(
  end: ProcessEnd,
  memoryLimitBytes: number,
  use: ProcessUse = {},
): CodemodeError {
  const { grownBytes = 0, cpuTimeMs = 0, kernelCpuTimeMs } = use;
  if (wasOutOfCpuTime(end, use)) return cpuTimeError(kernelCpuTimeMs ?? Math.floor(cpuTimeMs));
  const gaveUp = end.signal !== null && OWN_SIGNALS.has(end.signal);
  const isFull = gaveUp && grownBytes >= memoryLimitBytes / 2;
  if (isFull || OUT_OF_MEMORY.test(end.stderr)) return memoryError(memoryLimitBytes);
  if (neverStarted(end)) {
    const message = "The runtime's program is missing or cannot be executed";
    return new CodemodeError("RUNTIME_UNAVAILABLE", message);
  }
  const how = end.signal === null ? `exit code ${end.exitCode}` : `signal ${end.signal}`;
  const details = { exitCode: end.exitCode, signal: end.signal };
  const message = `The sandbox ended before the program did: ${how}`;
  return new CodemodeError("SANDBOX_CRASHED", message, { details });
}

/** By what the system says, or by the codes of a shell that cannot find or execute a program. */
function neverStarted({ exitCode, signal }: ProcessEnd): boolean {
  return exitCode === 127 || exitCode === 126 || (exitCode === null && signal === null);
}

const ALLOCATION_FAILED =
  /^(Array buffer allocation failed|WebAssembly\.(Memory|Instance)\(\): .*(allocate|memory)|WebAssembly\.Memory\.grow\(\): .*|Out of memory.*)$/i;

/** True for an error by which the engine says that memory could not be had. */
export function isAllocationFailure(error: WireError): boolean {
  return error.name === "RangeError" && ALLOCATION_FAILED.test(error.message);
}

/** The limit that an engine of many programs says it ended one at, if it says so. */
export function engineLimitOf({ name, message }: WireError): EngineLimit | undefined {
  if (name === "InternalError" && message === "out of memory") return "memory";
  return name === ENGINE_LIMIT ? ENGINE_LIMITS.find((limit) => limit === message) : undefined;
}
