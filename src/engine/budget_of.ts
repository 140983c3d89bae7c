/** The budgets of one execution, from the operator's limits and the grant: its traffic, its time. */

import { type CapabilitySet, DEFAULT_AMOUNTS } from "../capability/mod.ts";
import type { Config } from "../config/mod.ts";
import type { Budget } from "../protocol/budget.ts";
import type { Program } from "../runtime/mod.ts";

/** Nesting of values in either direction. */
const DEPTH = 200;
/** Room in a frame around the value it carries. */
const FRAME_OVERHEAD_BYTES = 64 * 1024;

/** Budget of an execution under this configuration and grant. */
export function budgetOf(config: Config, grant: CapabilitySet): Budget {
  const { limits } = config.sandbox;
  const frameBytes = limits.resultBytes + FRAME_OVERHEAD_BYTES;
  return {
    frameBytes,
    resultBytes: limits.resultBytes,
    logLines: limits.logLines,
    logBytes: limits.logBytes,
    calls: limits.calls,
    concurrentCalls: grant.mcp?.maxConcurrentCalls ?? DEFAULT_AMOUNTS.maxConcurrentCalls,
    depth: DEPTH,
    totalBytes: frameBytes * 4,
  };
}

/** Times of a program that asked for `timeoutMs`. */
export function timeLimitsOf(
  { sandbox: { limits } }: Config,
  timeoutMs: number,
): Pick<Program, "timeoutMs" | "waitMs" | "cpuTimeMs"> {
  const { waitMs, cpuTimeMs } = limits;
  return { timeoutMs, waitMs, ...(cpuTimeMs === undefined ? {} : { cpuTimeMs }) };
}
