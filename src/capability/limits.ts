/** The specification's limits of what a capability allows, where a set does not say. */

/** Rates are per second, sizes bytes, times milliseconds. */
export const SPECIFICATION_LIMITS = Object.freeze({
  network: Object.freeze({
    maxRequestsPerSecond: 10,
    maxRequestSize: 1_048_576,
    timeoutPerRequest: 5_000,
    /** Ports a host is granted on when no port is named. */
    ports: Object.freeze([80, 443]),
  }),
  filesystem: Object.freeze({ maxFileSize: 1_048_576 }),
  mcp: Object.freeze({ maxCallsPerSecond: 5, maxConcurrentCalls: 3, timeoutPerCall: 10_000 }),
});
