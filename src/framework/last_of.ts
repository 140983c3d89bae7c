/** Results that stream: of preliminary values the last one counts. */

import { untilAborted } from "../base/until_aborted.ts";

/**
 * The value itself, or the last one of a stream. When the signal aborts the stream is told to end, and
 * this rejects with the signal's reason.
 */
export async function lastOf(value: unknown, signal: AbortSignal): Promise<unknown> {
  if (!isAsyncIterable(value)) return value;
  const steps = value[Symbol.asyncIterator]();
  let last: unknown;
  try {
    for (;;) {
      const step = await untilAborted(Promise.resolve(steps.next()), signal);
      if (step.done === true) return last;
      last = step.value;
    }
  } catch (error) {
    // It may never answer, and nobody waits.
    if (signal.aborted) void end(steps);
    throw error;
  }
}

async function end(steps: AsyncIterator<unknown>): Promise<void> {
  try {
    await steps.return?.();
  } catch {
    // Its end is all that was wanted.
  }
}

function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === "object" && value !== null && Symbol.asyncIterator in value;
}
