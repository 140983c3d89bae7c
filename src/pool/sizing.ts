/** How many sandboxes to keep and when to try again: pure decisions of the pool. */

/** The pool at one moment. */
export interface PoolLoad {
  readonly min: number;
  readonly max: number;
  /** Sandboxes in all: running, warm, starting, ending. */
  readonly total: number;
  readonly running: number;
  readonly warm: number;
  /** Being started for nobody in particular. */
  readonly starting: number;
  /** Most leases at the same time lately. */
  readonly recentPeak: number;
}

/** Sandboxes that should wait warm: `min`, or as many as were lately used together. */
export function warmTarget(
  { min, max, recentPeak }: Pick<PoolLoad, "min" | "max" | "recentPeak">,
): number {
  return Math.min(max, Math.max(min, recentPeak));
}

/** How many sandboxes to start in the background now; `parallel` bounds those starting together. */
export function refillCount(load: PoolLoad, parallel: number): number {
  const missing = warmTarget(load) - load.warm - load.starting;
  const room = load.max - load.total;
  return Math.max(0, Math.min(missing, room, parallel - load.starting));
}

/** A refill waits this long for the running program to end, so that the two do not compete. */
const REFILL_DELAY_MS = 10;
/** The same while most of the stock is there. */
const CALM_REFILL_DELAY_MS = 250;

/** Time until the stock is filled up again. */
export function refillDelayMs(load: PoolLoad): number {
  const isCalm = load.running > 0 && (load.warm + load.starting) * 2 > warmTarget(load);
  return isCalm ? CALM_REFILL_DELAY_MS : REFILL_DELAY_MS;
}

/** Time until the next try after `failures` failed starts in a row. */
export function restartDelayMs(failures: number): number {
  return failures === 0 ? 0 : Math.min(10_000, 100 * 2 ** Math.min(failures - 1, 10));
}
