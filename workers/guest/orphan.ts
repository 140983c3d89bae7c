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

/**
 * Watches from the program's first look at a timer on: one that waits for the host ends with the
 * channel, one that waits for nothing ends at once. Loading timers costs a third of a start, so a
 * program that uses none does not pay for them. Must run before the scope is sealed.
 */
export function exitWhenOrphaned(scope: typeof globalThis, process: ProcessLike): void {
  const define = Object.defineProperty;
  const every = lazily(scope, "setInterval");
  let isWatching = false;
  // SAFETY: a killed service cannot end its sandboxes (test/e2e: shutdown).
  const watch = () => {
    if (isWatching) return;
    isWatching = true;
    const { ppid } = process;
    const look = () => process.ppid === ppid || process.exit(1);
    process.unrefTimer(every()(look, LOOK_INTERVAL_MS));
  };
  for (const name of WAITING) {
    const read = lazily(scope, name);
    const settle = (value: unknown) =>
      define(scope, name, { value, writable: true, configurable: true });
    const get = () => {
      watch();
      settle(read());
      return read();
    };
    define(scope, name, { get, set: settle, configurable: true });
  }
}

/** Reads a global later, without loading it now. */
function lazily<Name extends (typeof WAITING)[number]>(
  scope: typeof globalThis,
  name: Name,
): () => (typeof globalThis)[Name] {
  const { get, value } = Object.getOwnPropertyDescriptor(scope, name) ?? {};
  return get === undefined ? () => value : get.bind(scope);
}
