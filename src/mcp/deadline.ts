/** One signal out of a caller's signal and a time limit, which remembers which of the two it was. */

import type { Clock } from "../base/clock.ts";

/** Aborts when the caller does or when the time is up. Disposing it stops its timer. */
export interface Deadline extends Disposable {
  readonly signal: AbortSignal;
  /** True once the time was up before the caller gave up. */
  readonly expired: boolean;
  /** Milliseconds until the time is up; never negative. */
  readonly remainingMs: number;
}

/** A deadline `timeoutMs` from now that also follows `signal`. */
export function createDeadline(clock: Clock, timeoutMs: number, signal?: AbortSignal): Deadline {
  const controller = new AbortController();
  const endsAt = clock.monotonic() + timeoutMs;
  let expired = false;
  const follow = () => controller.abort(signal?.reason);
  if (signal?.aborted) follow();
  else signal?.addEventListener("abort", follow, { once: true });
  const timer = clock.after(timeoutMs, () => {
    if (controller.signal.aborted) return;
    expired = true;
    controller.abort(new DOMException("The deadline has passed", "TimeoutError"));
  });
  return {
    signal: controller.signal,
    get expired() {
      return expired;
    },
    get remainingMs() {
      return Math.max(0, endsAt - clock.monotonic());
    },
    [Symbol.dispose]() {
      timer[Symbol.dispose]();
      signal?.removeEventListener("abort", follow);
    },
  };
}
