/**
 * The share of a CPU core that a sandbox gets: held by a control group where there is one to write,
 * else only wished for by a priority, which matters when cores are short.
 */

import { type CgroupWorld, type CpuGroup, type CpuGroups, openCpuGroups } from "./cgroup.ts";
import { getPriority, setPriority } from "node:os";
import type { CommandLine } from "./limits.ts";
import { threadsOf } from "./proc_usage.ts";

const SHELL = "/bin/sh";
/** Each step of niceness is about a quarter more of a share; the kernel's weights are made so. */
const NICE_STEP = 1.25;
/** The kernel's lowest priority. */
const LOWEST = 19;

/** What holds the share. */
export type CpuShareKind = "cgroup" | "nice" | "none";

/** How sandboxes share cores. */
export interface CpuShare extends Disposable {
  readonly kind: CpuShareKind;
  /** Why it is not a control group, where a share is asked for. */
  readonly reason?: string;
  /** For programs outside of control groups, once they have run for a while. */
  readonly niceness?: number;
  /** The next sandbox's group, where there are groups. */
  createGroup(): CpuGroup | undefined;
}

/** Decides what holds `quota` of one core; absent asks for nothing. */
export function openCpuShare(quota: number | undefined, world?: CgroupWorld): CpuShare {
  if (quota === undefined) return noGroups({ kind: "none" });
  const groups = openCpuGroups(world);
  if (!("reason" in groups)) return inGroups(groups, quota);
  const niceness = nicenessOf(quota);
  if (niceness === 0) return noGroups({ kind: "none", reason: groups.reason });
  return noGroups({ kind: "nice", reason: groups.reason, niceness });
}

/** The niceness beyond this process's own that weighs about `quota` against it. */
export function nicenessOf(quota: number): number {
  const steps = Math.round(Math.log(1 / quota) / Math.log(NICE_STEP));
  return Math.min(LOWEST, Math.max(0, steps));
}

/**
 * Lets others come before a process from now on, by so many steps from this one. On Linux a priority is a thread's, and is inherited by
 * threads that are started later.
 */
export function yieldToOthers(pid: number, niceness: number): void {
  const priority = Math.min(LOWEST, getPriority() + niceness);
  for (const thread of threadsOf(pid)) {
    try {
      setPriority(thread, priority);
    } catch {
      // It has ended.
    }
  }
}

/** A command that enters a group before it becomes what it is. */
export function inGroup(line: CommandLine, group: CpuGroup): CommandLine {
  // SAFETY: outside of its group nothing runs (test/unit/runtime: cpu_share).
  const script = 'echo 0 > "$0" || exit 1; exec "$@"';
  return { command: SHELL, args: ["-c", script, group.entrance, line.command, ...line.args] };
}

function inGroups(groups: CpuGroups, quota: number): CpuShare {
  return {
    kind: "cgroup",
    createGroup: () => groups.create(quota),
    [Symbol.dispose]: () => groups[Symbol.dispose](),
  };
}

function noGroups(share: Pick<CpuShare, "kind" | "reason" | "niceness">): CpuShare {
  return { ...share, createGroup: () => undefined, [Symbol.dispose]: () => {} };
}
