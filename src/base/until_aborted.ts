/** Waiting for shared work: who gives up stops waiting, and the work goes on for the others. */

/** The outcome of `work`, or the signal's reason as soon as it aborts. */
export function untilAborted<Value>(work: Promise<Value>, signal: AbortSignal): Promise<Value> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    // Also where nobody waits any more its failure is heard, and is nobody's.
    const done = () => signal.removeEventListener("abort", onAbort);
    work.then(resolve, reject).finally(done);
    if (signal.aborted) return onAbort();
    signal.addEventListener("abort", onAbort, { once: true });
  });
}
