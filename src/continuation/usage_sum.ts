/** What a program used in all its sandboxes. */

import type { Usage } from "../runtime/mod.ts";

/** Before the first. */
export const NOTHING_USED: Usage = Object.freeze({
  cpuTimeMs: 0,
  memoryPeakBytes: 0,
  wallTimeMs: 0,
  waitTimeMs: 0,
});

/** One sandbox and another. */
export function addUsage(one: Usage, other: Usage): Usage {
  return {
    cpuTimeMs: one.cpuTimeMs + other.cpuTimeMs,
    memoryPeakBytes: Math.max(one.memoryPeakBytes, other.memoryPeakBytes),
    wallTimeMs: one.wallTimeMs + other.wallTimeMs,
    waitTimeMs: one.waitTimeMs + other.waitTimeMs,
  };
}
