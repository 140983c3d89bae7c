/** Timing as arithmetic: samples in, percentiles and rates out. */

/** What one series gave. Times are milliseconds. */
export interface Series {
  readonly p50: number;
  readonly p95: number;
  readonly count: number;
}

/** Milliseconds of each of `count` runs, one after another; `before` is not timed. */
export async function sequential(
  count: number,
  task: () => Promise<unknown>,
  before: () => Promise<unknown> = () => Promise.resolve(),
): Promise<number[]> {
  const times: number[] = [];
  for (let index = 0; index < count; index++) {
    await before();
    const startedAt = performance.now();
    await task();
    times.push(performance.now() - startedAt);
  }
  return times;
}

/** The percentiles of samples. */
export function toSeries(samples: readonly number[]): Series {
  const sorted = samples.toSorted((a, b) => a - b);
  return { p50: quantile(sorted, 0.5), p95: quantile(sorted, 0.95), count: sorted.length };
}

/** Tasks a second with `callers` at the same time. */
export async function throughput(
  count: number,
  callers: number,
  task: () => Promise<unknown>,
): Promise<number> {
  let left = count;
  const startedAt = performance.now();
  await Promise.all(Array.from({ length: callers }, async () => {
    while (left-- > 0) await task();
  }));
  return count / ((performance.now() - startedAt) / 1000);
}

function quantile(sorted: readonly number[], q: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? NaN;
}
