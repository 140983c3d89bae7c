/** How a pool of processes that host many programs is sized. */

import type { Clock } from "../base/clock.ts";
import type { Logger } from "../base/log.ts";
import type { SandboxSpec, SharedRuntime } from "../runtime/mod.ts";
import type { Isolation } from "./shared_sizing.ts";

/** Options of `createSharedPool`. */
export interface SharedPoolOptions {
  readonly runtime: SharedRuntime;
  /** The spec kept warm; its principal is nobody's. */
  readonly spec: SandboxSpec;
  /** Processes kept warm. */
  readonly min: number;
  /** Processes at the same time. */
  readonly max: number;
  /** Further ones while as many others hold none but parked programs. @default 0 */
  readonly parkedProcesses?: number;
  /** Programs in one process at the same time. */
  readonly programsAtOnce: number;
  /**
   * Further ones in a process while as many others in it are parked: wait for a reply and cost memory
   * alone. Fewer where that memory is needed by those that run; none where principals share processes.
   * @default 0
   */
  readonly parkedAtOnce?: number;
  /** `strict`: a process serves one principal at a time. @default strict */
  readonly isolation?: Isolation;
  /** A process above `min` is dropped after this long without programs. */
  readonly idleTimeoutMs: number;
  readonly clock?: Clock;
  readonly logger?: Logger;
}

/** Throws a `RangeError` where the numbers do not go together. */
export function assertSized(options: SharedPoolOptions): void {
  const { min, max, programsAtOnce } = options;
  const isSized = [min, max, programsAtOnce].every(Number.isInteger) && min >= 0 && max >= 1 &&
    max >= min && programsAtOnce >= 1;
  if (!isSized) {
    throw new RangeError(
      `Cannot size the pool as "max" must be an integer >= 1 and >= "min", and "programsAtOnce" >= 1: ` +
        `current values min=${min}, max=${max}, programsAtOnce=${programsAtOnce}`,
    );
  }
}
