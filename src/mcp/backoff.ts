/** How long a lost server is left alone: exponential, with full jitter so that many do not return at once. */

import type { RetryPolicy } from "../config/mod.ts";

/**
 * Milliseconds before the next attempt after `failures` failures in a row (at least 1): a random
 * share, `random` in [0, 1), of `initialDelayMs` doubled per further failure and capped at `maxDelayMs`.
 */
export function backoffDelayMs(
  policy: Pick<RetryPolicy, "initialDelayMs" | "maxDelayMs">,
  failures: number,
  random: number,
): number {
  const ceiling = policy.initialDelayMs * 2 ** Math.min(Math.max(failures - 1, 0), 52);
  return Math.floor(random * Math.min(policy.maxDelayMs, ceiling));
}
