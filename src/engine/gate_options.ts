/** How a gate is sized, and why it refuses. */

import type { Clock } from "../base/clock.ts";

/** Why something was refused. */
export type Refusal = "full" | "displaced" | "timeout" | "closed";

/** Options of `Gate`. */
export interface GateOptions {
  /** How many run at the same time. */
  readonly places: number;
  /** How many wait at most. */
  readonly queue: number;
  /** Places of one principal at the same time. */
  readonly perPrincipal: number;
  /** How long one waits for its turn. */
  readonly timeoutMs: number;
  readonly clock: Clock;
  /** Told of each refusal, for metrics. */
  readonly onRefused?: (why: Refusal) => void;
}
