/**
 * What a process has used, from Linux's `/proc`. CPU time comes from the scheduler's nanosecond counts
 * of each thread, since the ticks of `/proc/<pid>/stat` are 10 ms; threads that have ended are not in
 * it, the kernel's own limit counts them. Elsewhere there is no reading, and callers must say so rather
 * than guess.
 */

import { readdirSync, readFileSync } from "node:fs";

/** One reading. */
export interface ProcessReading {
  readonly cpuTimeMs: number;
  /** Resident now. */
  readonly residentBytes: number;
  /** Most that was ever resident. */
  readonly peakBytes: number;
}

/** Reads a process, or `undefined` when it is gone or the system has no `/proc`. */
export function readProcess(pid: number): ProcessReading | undefined {
  try {
    const status = readFileSync(`/proc/${pid}/status`, "latin1");
    const residentBytes = readKilobytes(status, "VmRSS:");
    const peakBytes = readKilobytes(status, "VmHWM:");
    if (residentBytes === undefined || peakBytes === undefined) return undefined;
    return { cpuTimeMs: readCpuTime(pid), residentBytes, peakBytes };
  } catch {
    return undefined; // Gone, or no such file system.
  }
}

function readCpuTime(pid: number): number {
  let nanoseconds = 0;
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    nanoseconds += readThread(`/proc/${pid}/task/${thread}/schedstat`);
  }
  return nanoseconds / 1e6;
}

/** A thread may end between being listed and being read, which must not hide the others. */
function readThread(path: string): number {
  try {
    const text = readFileSync(path, "latin1");
    return Number(text.slice(0, text.indexOf(" ")));
  } catch {
    return 0;
  }
}

function readKilobytes(status: string, key: string): number | undefined {
  const at = status.indexOf(key);
  if (at < 0) return undefined;
  return Number.parseInt(status.slice(at + key.length), 10) * 1024;
}

/**
 * Reads a process and all it has started, as one. What is most resident is a sum of what each had at
 * its own time, so it is an upper bound.
 */
export function readProcessTree(pid: number): ProcessReading | undefined {
  const readings = treeOf(pid).flatMap((one) => readProcess(one) ?? []);
  if (readings.length === 0) return undefined;
  return readings.reduce((sum, one) => ({
    cpuTimeMs: sum.cpuTimeMs + one.cpuTimeMs,
    residentBytes: sum.residentBytes + one.residentBytes,
    peakBytes: sum.peakBytes + one.peakBytes,
  }));
}

/** All threads of a process and of what it has started; itself where the system does not say. */
export function threadsOf(pid: number): readonly number[] {
  const threads = treeOf(pid).flatMap((one) => {
    try {
      return readdirSync(`/proc/${one}/task`).map(Number);
    } catch {
      return []; // Gone, or no such file system.
    }
  });
  return threads.length === 0 ? [pid] : threads;
}

function treeOf(pid: number): readonly number[] {
  return [pid, ...childrenOf(pid).flatMap(treeOf)];
}

function childrenOf(pid: number): readonly number[] {
  try {
    const tasks = readdirSync(`/proc/${pid}/task`);
    return tasks.flatMap((task) =>
      readFileSync(`/proc/${pid}/task/${task}/children`, "latin1").split(" ").filter(Boolean)
    ).map(Number);
  } catch {
    return []; // Gone, or a kernel that does not say.
  }
}

/** What was used between two readings. Peak memory is above what was resident at `before`. */
export function subtractReadings(
  before: ProcessReading,
  after: ProcessReading,
): { readonly cpuTimeMs: number; readonly memoryPeakBytes: number } {
  const grew = after.peakBytes > before.peakBytes;
  const highest = grew ? after.peakBytes : after.residentBytes;
  return {
    cpuTimeMs: Math.max(0, after.cpuTimeMs - before.cpuTimeMs),
    memoryPeakBytes: Math.max(0, highest - before.residentBytes),
  };
}
