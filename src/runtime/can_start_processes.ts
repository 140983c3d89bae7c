/** Whether this host starts processes at all; some platforms have the functions and refuse the call. */

import { spawnSync } from "node:child_process";
import { findDeno } from "./deno_binary.ts";

/** Tries it: starts the `deno` program of sandboxes and asks for its version, about 15 ms. */
export function canStartProcesses(denoPath?: string): boolean {
  try {
    const options = { stdio: "ignore", timeout: 10_000 } as const;
    return spawnSync(findDeno(denoPath), ["--version"], options).status === 0;
  } catch {
    return false; // There is no program, or no way to start one.
  }
}
