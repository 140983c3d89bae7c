/** A token bucket as arithmetic: how long the next one has to wait. */

/** Tokens left at a time; immutable. */
export interface Bucket {
  readonly perSecond: number;
  /** Tokens it holds at most. */
  readonly burst: number;
  readonly tokens: number;
  /** Monotonic milliseconds of the last update. */
  readonly at: number;
}

/** A full bucket: `burst` tokens, at least one; one second's worth where it is not told. */
export function fullBucket(perSecond: number, at: number, burst: number = perSecond): Bucket {
  const most = Math.max(1, burst);
  return { perSecond, burst: most, tokens: most, at };
}

/**
 * Takes one token, on credit if there is none: `waitMs` is how long its taker must wait, so takers
 * are served in the order they asked.
 */
export function take(bucket: Bucket, at: number): { bucket: Bucket; waitMs: number } {
  const waitMs = waitFor(bucket, at);
  return { bucket: { ...bucket, tokens: tokensAt(bucket, at) - 1, at }, waitMs };
}

/** Milliseconds until the last of `count` takers has its token; takes nothing. */
export function waitFor(bucket: Bucket, at: number, count = 1): number {
  const missing = count - tokensAt(bucket, at);
  return missing <= 0 ? 0 : (missing / bucket.perSecond) * 1000;
}

function tokensAt(bucket: Bucket, at: number): number {
  const grown = bucket.tokens + ((at - bucket.at) / 1000) * bucket.perSecond;
  return Math.min(bucket.burst, grown);
}
