/** A token bucket as arithmetic: how long the next one has to wait. */

/** Tokens left at a time; immutable. */
export interface Bucket {
  readonly perSecond: number;
  readonly tokens: number;
  /** Monotonic milliseconds of the last update. */
  readonly at: number;
}

/** A full bucket: one second's worth of tokens, at least one. */
export function fullBucket(perSecond: number, at: number): Bucket {
  return { perSecond, tokens: Math.max(1, perSecond), at };
}

/**
 * Takes one token, on credit if there is none: `waitMs` is how long its taker must wait, so takers
 * are served in the order they asked.
 */
export function take(bucket: Bucket, at: number): { bucket: Bucket; waitMs: number } {
  const grown = bucket.tokens + ((at - bucket.at) / 1000) * bucket.perSecond;
  const tokens = Math.min(Math.max(1, bucket.perSecond), grown) - 1;
  const waitMs = tokens >= 0 ? 0 : (-tokens / bucket.perSecond) * 1000;
  return { bucket: { ...bucket, tokens, at }, waitMs };
}
