/** Timing as arithmetic: samples in, percentiles and rates out. */

/** What one series gave. Times are milliseconds. */
export interface Series {
  readonly p50: number;
  readonly p95: number;
  readonly count: number;
}

/** Runs `task` `count` times one after another; `before` is not timed. */
export async function sequential(
  count: number,
  task: () => Promise<unknown>,
  before: () => Promise<unknown> = () => Promise.resolve(),
): Promise<Series> {
  const times: number[] = [];
  for (let index = 0; index < count; index++) {
    await before();
    const startedAt = performance.now();
    await task();
    times.push(performance.now() - startedAt);
  }
  times.sort((a, b) => a - b);
  return { p50: quantile(times, 0.5), p95: quantile(times, 0.95), count };
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
