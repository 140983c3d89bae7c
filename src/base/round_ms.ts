/** Times as they are shown: a clock's digits beyond the microsecond are noise. */

/** Milliseconds to the nearest microsecond. */
export function roundMs(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
