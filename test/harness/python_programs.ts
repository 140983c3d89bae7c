/** Runs programs of Python's heavy engine. */

import type { RunReport, Runtime } from "../../src/runtime/mod.ts";
import { WORDED_MEMORY } from "../contract/language_contract.ts";
import { program, recordingHost } from "./programs.ts";
import type { SandboxRun } from "./sandbox.ts";
import { twoAtOnce } from "./two_at_once.ts";

const MEMORY_LIMIT_BYTES = 128 * 1024 * 1024;
const never = new AbortController().signal;

/** Runs programs in sandboxes of a runtime that stays, two at the same time. */
export function runAll(
  runtime: Runtime,
  codes: readonly string[],
  { host = recordingHost(), changes = {}, memoryLimitBytes = MEMORY_LIMIT_BYTES }: SandboxRun = {},
): Promise<RunReport[]> {
  return twoAtOnce(codes.map((code) => async () => {
    await using sandbox = await runtime.open({ memoryLimitBytes });
    const terms = { namespaces: WORDED_MEMORY, ...changes };
    return await sandbox.run(program(code, terms), host, never);
  }));
}
