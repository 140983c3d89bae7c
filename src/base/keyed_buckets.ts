/** One token bucket for each key, for a bounded number of keys: the one not seen longest is forgotten. */

import { type Bucket, fullBucket, take, waitFor } from "./rate.ts";

/** Options of {@link KeyedBuckets}. */
export interface KeyedBucketsOptions {
  readonly perSecond: number;
  /** Tokens a key has at once. */
  readonly burst: number;
  /** Keys remembered. */
  readonly maxKeys: number;
}

/** Buckets by key. A key that was forgotten begins with a full bucket. */
export class KeyedBuckets {
  readonly #options: KeyedBucketsOptions;
  /** Seen longest ago first. */
  readonly #buckets = new Map<string, Bucket>();

  constructor(options: KeyedBucketsOptions) {
    this.#options = options;
  }

  /** Keys remembered now. */
  get size(): number {
    return this.#buckets.size;
  }

  /** Milliseconds until the key has a token; 0 when it has one. */
  waitMs(key: string, at: number): number {
    const bucket = this.#buckets.get(key);
    return bucket === undefined ? 0 : waitFor(bucket, at);
  }

  /** Takes a token if there is one and returns 0, else the milliseconds until there is one. */
  take(key: string, at: number): number {
    const { perSecond, burst } = this.#options;
    const known = this.#buckets.get(key) ?? fullBucket(perSecond, at, burst);
    const { bucket, waitMs } = take(known, at);
    this.#remember(key, waitMs > 0 ? known : bucket);
    return waitMs;
  }

  #remember(key: string, bucket: Bucket): void {
    this.#buckets.delete(key);
    this.#buckets.set(key, bucket);
    if (this.#buckets.size <= this.#options.maxKeys) return;
    const [oldest] = this.#buckets.keys();
    if (oldest !== undefined) this.#buckets.delete(oldest);
  }
}
