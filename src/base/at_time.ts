/** Something that happens at a time of the wall clock, such as the end of a credential. */

import type { Clock } from "./clock.ts";

/**
 * Calls `task` once at `at`, in milliseconds since the Unix epoch, or soon where that is past; disposing
 * the handle cancels it. Without a time nothing is ever called.
 */
export function atTime(clock: Clock, at: number | undefined, task: () => void): Disposable {
  if (at === undefined) return { [Symbol.dispose]() {} };
  return clock.after(Math.max(0, at - clock.now()), task);
}
