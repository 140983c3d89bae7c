/**
 * Empties around a process whose native code asks nobody: a network without interfaces and no way to
 * others' shared memory. Behind them the process filters its own system calls, which is what it is held
 * by; these hold should the kernel's filter have a hole.
 */

import { spawnSync } from "node:child_process";
import process from "node:process";
import { isProgram } from "./is_program.ts";
import type { CommandLine } from "./limits.ts";

/** Where systems have the program; it is not looked for on a path that others could have set. */
const UNSHARE = "/usr/bin/unshare";
/** Each makes something of the kernel's the process's own, and empty. The process id stays the same. */
const NAMESPACES: readonly string[] = Object.freeze(["--user", "--net", "--ipc", "--uts"]);
const TRIAL_TIMEOUT_MS = 5000;

/** Puts namespaces in front of a command; answers `undefined` where this system gives none. */
export function findNamespaces(program: string = UNSHARE): CommandLine | undefined {
  if (process.platform !== "linux" || !isProgram(program)) return undefined;
  // What this does is whatever the kernel lets it do: seen, not concluded.
  const { status } = spawnSync(program, [...NAMESPACES, "--", program, "--version"], {
    timeout: TRIAL_TIMEOUT_MS,
    stdio: "ignore",
  });
  return status === 0 ? { command: program, args: [...NAMESPACES, "--"] } : undefined;
}
