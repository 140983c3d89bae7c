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

/** Names through which a program can wait without the host. */
const WAITING = ["setTimeout", "setInterval"] as const;

const apply = Reflect.apply;

/**
 * Watches from the first timer of the program on: one that waits for the host ends with the channel,
 * one that waits for nothing ends at once. Loading timers costs a third of a start, so a program that
 * uses none does not pay for them. Must run before the scope is sealed.
 */
export function exitWhenOrphaned(scope: typeof globalThis, process: ProcessLike): void {
  const exit = process.exit.bind(process);
  const unref = process.unrefTimer.bind(process);
  const every = scope.setInterval;
  let isWatching = false;
  // SAFETY: a killed service cannot end its sandboxes (test/e2e: shutdown).
  const watch = () => {
    if (isWatching) return;
    isWatching = true;
    const { ppid } = process;
    unref(every(() => {
      if (process.ppid !== ppid) exit(1);
    }, LOOK_INTERVAL_MS));
  };
  for (const name of WAITING) {
    const start = scope[name];
    const watched = (...args: unknown[]): unknown => {
      watch();
      return apply(start, scope, args);
    };
    Object.defineProperty(scope, name, { value: watched, writable: true, configurable: true });
  }
}
