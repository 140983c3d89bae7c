/** Does something once: after a while, or as soon as a signal aborts. */

import type { Clock } from "../base/clock.ts";

/** Disposing it before then does nothing ever. */
export function whenOver(
  clock: Clock,
  { over, afterMs }: { readonly over: AbortSignal; readonly afterMs: number },
  task: () => void,
): Disposable {
  const stop = () => {
    timer[Symbol.dispose]();
    over.removeEventListener("abort", end);
  };
  const end = () => {
    stop();
    task();
  };
  const timer = clock.after(afterMs, end);
  over.addEventListener("abort", end, { once: true });
  return { [Symbol.dispose]: stop };
}
