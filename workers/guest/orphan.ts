/**
 * Ends a sandbox whose host has gone without ending it. A program that waits would otherwise wait for
 * ever; one that spins never comes here and meets its limit of CPU time instead.
 */

/** Milliseconds between two looks. */
const LOOK_INTERVAL_MS = 1000;

/** What is needed of `Deno`. */
export interface ProcessLike {
  /** The parent's id; another one once the parent has gone. */
  readonly ppid: number;
  exit(code: number): never;
  unrefTimer(timer: ReturnType<typeof setInterval>): void;
}

/** Watches from now on; must run before the scope is sealed. */
export function exitWhenOrphaned(process: ProcessLike): void {
  const { ppid } = process;
  const exit = process.exit.bind(process);
  // SAFETY: a killed service cannot end its sandboxes (test/e2e: shutdown).
  const timer = setInterval(() => {
    if (process.ppid !== ppid) exit(1);
  }, LOOK_INTERVAL_MS);
  process.unrefTimer(timer);
}
