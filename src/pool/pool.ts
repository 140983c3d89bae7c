/**
 * Sandboxes ahead of time: keeps some of one default spec warm, gives each to one lease, starts others
 * when asked, and never has more than `max` in all. `sandbox_pool.ts` does it; this is what it promises.
 */

import type { Clock } from "../base/clock.ts";
import type { Logger } from "../base/log.ts";
import type { Metrics } from "../base/metrics.ts";
import type { Runtime, Sandbox, SandboxSpec } from "../runtime/mod.ts";
import { SandboxPool } from "./sandbox_pool.ts";

/** Options of {@link createPool}. */
export interface PoolOptions {
  readonly runtime: Runtime;
  /** The spec kept warm. */
  readonly spec: SandboxSpec;
  /** Sandboxes kept warm. */
  readonly min: number;
  /** Sandboxes in all, running and warm. */
  readonly max: number;
  /** A warm sandbox above `min` is dropped after this long. */
  readonly idleTimeoutMs: number;
  readonly clock?: Clock;
  readonly logger?: Logger;
  readonly metrics?: Metrics;
}

/** A sandbox for one program. Disposing it gives it back: it is ended, the pool sees to its end. */
export interface Lease extends AsyncDisposable {
  readonly sandbox: Sandbox;
  /** Waiting for a place, without the start of the sandbox. */
  readonly waitedMs: number;
  /** Starting the sandbox while the caller waited; 0 when it was warm. */
  readonly startupMs: number;
  readonly warm: boolean;
}

/** What a pool holds. */
export interface PoolStats {
  readonly warm: number;
  readonly starting: number;
  readonly running: number;
  /** Given back, not yet gone. */
  readonly ending: number;
  readonly waiting: number;
  /** Sandboxes that should be warm now. */
  readonly target: number;
}

/** Warm sandboxes. */
export interface Pool extends AsyncDisposable {
  /**
   * A sandbox of `spec`: warm when it is the default spec and one is there, else started now.
   *
   * @throws {CodemodeError} `CANCELLED` on abort, `SHUTTING_DOWN` after disposal, `SANDBOX_CRASHED`
   * when it cannot be started.
   */
  checkout(spec: SandboxSpec, signal: AbortSignal): Promise<Lease>;
  stats(): PoolStats;
}

/** Creates a pool and begins to fill it. */
export function createPool(options: PoolOptions): Pool {
  const { min, max } = options;
  if (!Number.isInteger(min) || !Number.isInteger(max) || min < 0 || max < 1 || max < min) {
    const rule = '"max" must be an integer >= 1 and >= "min"';
    throw new RangeError(
      `Cannot size the pool as ${rule}: current values min=${min}, max=${max}`,
    );
  }
  const pool = new SandboxPool(options);
  if (options.metrics !== undefined) watchStats(options.metrics, () => pool.stats());
  return pool;
}

/** Shows the pool as `codemode_sandboxes{state}`. */
function watchStats(metrics: Metrics, read: () => PoolStats): void {
  const gauge = metrics.gauge("codemode_sandboxes", "Sandboxes by state");
  metrics.beforePrint(() => {
    const { warm, starting, running, ending, waiting } = read();
    for (const [state, count] of Object.entries({ warm, starting, running, ending, waiting })) {
      gauge.set(count, { state });
    }
  });
}
