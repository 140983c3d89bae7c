/** The smallest run there is, to know whether programs can run at all. */

import { CodemodeError } from "../base/errors.ts";
import { budgetOf } from "./budget_of.ts";
import type { EngineParts } from "./engine_parts.ts";

/** Runs an empty program in a sandbox of the first pool; milliseconds. */
export async function probe(
  { clock, config, pools }: Pick<EngineParts, "clock" | "config" | "pools">,
  signal: AbortSignal,
): Promise<number> {
  const startedAt = clock.monotonic();
  const { memoryBytes, timeoutMs } = config.sandbox.limits;
  const [pool] = pools.values();
  if (pool === undefined) {
    throw new CodemodeError("RUNTIME_UNAVAILABLE", "No runtime is available");
  }
  await using lease = await pool.checkout({ memoryLimitBytes: memoryBytes }, signal);
  const report = await lease.sandbox.run(
    { code: "return 1;", namespaces: [], context: {}, timeoutMs, budget: budgetOf(config, {}) },
    { call: () => Promise.resolve({ ok: true, value: null }), log: () => {} },
    signal,
  );
  if (report.outcome.kind === "stopped") throw report.outcome.error;
  return clock.monotonic() - startedAt;
}
