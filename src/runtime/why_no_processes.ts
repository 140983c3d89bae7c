/** Why this host starts no process for programs; some platforms have the functions and refuse the call. */

import { spawnSync } from "node:child_process";
import { CodemodeError } from "../base/errors.ts";
import { findDeno } from "./deno_binary.ts";

const REFUSED = "this host starts no processes";

/**
 * Tries it: starts the `deno` program of sandboxes and asks for its version, about 15 ms. Answers with
 * the reason in words where it does not start, and with nothing where it does.
 */
export function whyNoProcesses(denoPath?: string): string | undefined {
  try {
    const options = { stdio: "ignore", timeout: 10_000 } as const;
    return spawnSync(findDeno(denoPath), ["--version"], options).status === 0 ? undefined : REFUSED;
  } catch (error) {
    return error instanceof CodemodeError ? error.message : REFUSED;
  }
}
