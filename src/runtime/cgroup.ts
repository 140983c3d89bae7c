/**
 * Control groups (version 2) below one that this service may write: one group for each sandbox, with a
 * quota of CPU time. Finds out whether there is such a place by trying, and removes what it makes.
 */

import { mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { spawnSync } from "node:child_process";
import process from "node:process";

const PERIOD_US = 100_000;
const SHELL = "/bin/sh";
/** What the service's own process moves to, since a group with processes has no groups with quotas. */
const SERVICE = "service";

const SHARED = "shared";

/** What of the world is looked at. */
export interface CgroupWorld {
  /** Where the hierarchy is mounted. @default `/sys/fs/cgroup` */
  readonly root?: string;
  /** The text of `/proc/self/cgroup`. @default read */
  readonly membership?: string;
  /** @default this process */
  readonly pid?: number;
  /** Removes a group. @default `rmdir`, which the kernel allows although a group shows files */
  readonly removeGroup?: (path: string) => void;
  /** Moves a new process into a group, true if it got there. @default tried with a shell */
  readonly canEnter?: (path: string) => boolean;
}

/** One sandbox's group. */
export interface CpuGroup {
  /** Where a process writes `0` to get in. */
  readonly entrance: string;
  /** Removes the group, whose processes must have ended. */
  remove(): void;
}

/** The groups of one service. */
export interface CpuGroups extends Disposable {
  /** Makes a group in which all processes together have `quota` of one core. */
  create(quota: number): CpuGroup;
}

/** Finds a place for groups; says why there is none. */
export function openCpuGroups(world: CgroupWorld = {}): CpuGroups | { readonly reason: string } {
  const { root = "/sys/fs/cgroup", pid = process.pid } = world;
  try {
    const own = ownGroup(root, world.membership ?? readFileSync("/proc/self/cgroup", "utf8"));
    if (own === undefined) return { reason: "this process is in no control group of version 2" };
    if (!words(own, "cgroup.controllers").includes("cpu")) {
      return { reason: "the controller cpu is not available to this process" };
    }
    if (!words(own, "cgroup.subtree_control").includes("cpu")) delegate(own, pid);
    const groups = new LocalGroups(own, pid, world.removeGroup ?? rmdirSync);
    const reason = groups.tryOut(world.canEnter ?? canEnter);
    return reason === undefined ? groups : { reason };
  } catch (error) {
    return { reason: explain((error as { code?: unknown }).code) };
  }
}

function explain(code: unknown): string {
  if (code === "ENOENT") return "there is no control group of version 2";
  if (code === SHARED) return "the control group of this process holds others too";
  return `the control group of this process cannot be written (${code})`;
}

/** The folder of the group this process is in. */
function ownGroup(root: string, membership: string): string | undefined {
  const path = /^0::(\/.*)$/m.exec(membership)?.[1];
  return path === undefined ? undefined : join(root, path);
}

/**
 * Gives quotas to the groups below one that holds this process alone: the process moves into a group of
 * its own first. Where others are in it too, it is not ours to change.
 */
function delegate(own: string, pid: number): void {
  const inside = words(own, "cgroup.procs").map(Number);
  if (inside.length !== 1 || inside[0] !== pid) {
    throw Object.assign(new Error("Not ours alone"), { code: SHARED });
  }
  mkdirSync(join(own, SERVICE), { recursive: true });
  writeFileSync(join(own, SERVICE, "cgroup.procs"), String(pid));
  writeFileSync(join(own, "cgroup.subtree_control"), "+cpu");
}

function words(group: string, file: string): readonly string[] {
  return readFileSync(join(group, file), "utf8").split(/\s+/).filter(Boolean);
}

class LocalGroups implements CpuGroups {
  readonly #own: string;
  readonly #pid: number;
  readonly #removeGroup: (path: string) => void;
  readonly #open = new Set<CpuGroup>();
  #count = 0;

  constructor(own: string, pid: number, removeGroup: (path: string) => void) {
    this.#own = own;
    this.#pid = pid;
    this.#removeGroup = removeGroup;
    this.#removeLeftovers();
  }

  /** Why nothing can be held here, if so. */
  tryOut(canEnter: (path: string) => boolean): string | undefined {
    const group = this.create(1);
    const isHeld = canEnter(group.entrance);
    group.remove();
    return isHeld ? undefined : "a process cannot be moved into a control group";
  }

  create(quota: number): CpuGroup {
    const path = join(this.#own, `sandbox-${this.#pid}-${this.#count += 1}`);
    mkdirSync(path);
    const group = { entrance: join(path, "cgroup.procs"), remove: () => this.#remove(group, path) };
    this.#open.add(group);
    writeFileSync(join(path, "cpu.max"), `${quotaUs(quota)} ${PERIOD_US}`);
    return group;
  }

  [Symbol.dispose](): void {
    for (const group of this.#open) group.remove();
  }

  #remove(group: CpuGroup, path: string): void {
    if (this.#tryRemove(path)) this.#open.delete(group);
  }

  /** The kernel removes no group that has processes, so those of a living service stay. */
  #removeLeftovers(): void {
    for (const name of readdirSync(this.#own)) {
      if (/^sandbox-\d+-\d+$/.test(name)) this.#tryRemove(join(this.#own, name));
    }
  }

  #tryRemove(path: string): boolean {
    try {
      this.#removeGroup(path);
      return true;
    } catch {
      return false; // Its process is not reaped yet; disposal tries again.
    }
  }
}

/** The kernel takes no quota below a millisecond. */
function quotaUs(quota: number): number {
  return Math.max(1000, Math.round(quota * PERIOD_US));
}

function canEnter(entrance: string): boolean {
  const args = ["-c", 'echo 0 > "$0"', entrance];
  return spawnSync(SHELL, args, { stdio: "ignore", timeout: 10_000 }).status === 0;
}
