/** How many requests a principal may send, and how often an address may fail to say who it is. */

import type { Clock } from "../base/clock.ts";
import { CodemodeError } from "../base/errors.ts";
import { KeyedBuckets } from "../base/keyed_buckets.ts";
import type { ServerConfig } from "../config/mod.ts";
import { addressGroup } from "./remote_address.ts";

/** Principals or addresses remembered at the same time. */
const MAX_KEYS = 10_000;

/** Requests of each principal. */
export class RequestRate {
  readonly #clock: Clock;
  readonly #buckets: KeyedBuckets;
  readonly #perSecond: number;

  constructor({ requestsPerSecond, burst }: ServerConfig["limits"], clock: Clock) {
    this.#clock = clock;
    this.#perSecond = requestsPerSecond;
    this.#buckets = new KeyedBuckets({ perSecond: requestsPerSecond, burst, maxKeys: MAX_KEYS });
  }

  /** Counts one request; throws `RATE_LIMITED` with `details.retryAfterMs`. */
  count(principal: string): void {
    const waitMs = this.#buckets.take(principal, this.#clock.monotonic());
    if (waitMs > 0) {
      throw limited(`More than ${this.#perSecond} requests a second`, "requestsPerSecond", waitMs);
    }
  }
}

/**
 * Failed authentications of each remote address. Ask {@link FailedAttempts.assertAllowed} before a
 * credential is looked at, so that one who guesses does not learn that a guess was right.
 */
export class FailedAttempts {
  readonly #clock: Clock;
  readonly #buckets: KeyedBuckets;

  constructor({ failuresPerMinute }: ServerConfig["limits"], clock: Clock) {
    this.#clock = clock;
    this.#buckets = new KeyedBuckets({
      perSecond: failuresPerMinute / 60,
      burst: failuresPerMinute,
      maxKeys: MAX_KEYS,
    });
  }

  /** Throws `RATE_LIMITED` while the address has failed too often. */
  assertAllowed(address: string): void {
    const waitMs = this.#buckets.waitMs(addressGroup(address), this.#clock.monotonic());
    if (waitMs > 0) {
      throw limited(
        "Too many failed authentications from this address",
        "failuresPerMinute",
        waitMs,
      );
    }
  }

  /** Counts one failure. */
  failed(address: string): void {
    this.#buckets.take(addressGroup(address), this.#clock.monotonic());
  }
}

function limited(message: string, limit: string, waitMs: number): CodemodeError {
  return new CodemodeError("RATE_LIMITED", message, {
    details: { limit, retryAfterMs: Math.ceil(waitMs) },
  });
}
