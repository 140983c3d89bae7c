/** Time as a dependency, so that what waits can be tested without waiting. */

/** Wall time, monotonic time and timers. Durations and results are milliseconds. */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number;
  /** Milliseconds from an arbitrary start; never goes back, has fractions. */
  monotonic(): number;
  /** Calls `task` once after `delayMs`; disposing the handle cancels it. */
  after(delayMs: number, task: () => void): Disposable;
}

/** The longest a timer of the machine can wait: 24 days. */
const MAX_TIMER_MS = 2_147_483_647;

/** The machine's clock. Its timers keep the process alive until they fire or are disposed. */
export const systemClock: Clock = Object.freeze({
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(delayMs: number, task: () => void): Disposable {
    let timer: ReturnType<typeof setTimeout>;
    // SAFETY: a timer fires at once when it is told more, and who asks for a slow rate would have none.
    const wait = (leftMs: number): void => {
      timer = leftMs > MAX_TIMER_MS
        ? setTimeout(() => wait(leftMs - MAX_TIMER_MS), MAX_TIMER_MS)
        : setTimeout(task, leftMs);
    };
    wait(delayMs);
    return { [Symbol.dispose]: () => clearTimeout(timer) };
  },
});

/** Resolves after `delayMs`, or rejects with the signal's reason as soon as it aborts. */
export function sleep(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const onAbort = () => {
      timer[Symbol.dispose]();
      reject(signal?.reason);
    };
    const timer = clock.after(delayMs, () => {
      signal?.removeEventListener("abort", onAbort);
      resolve();
    });
    signal?.addEventListener("abort", onAbort, { once: true });
  });
}
