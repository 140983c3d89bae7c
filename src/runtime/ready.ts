/** How a sandbox of any carrier becomes ready: it says one `ready` frame, in time, and nothing else. */

import type { Clock } from "../base/clock.ts";
import { CodemodeError } from "../base/errors.ts";
import { PROTOCOL_VERSION } from "../protocol/frames.ts";
import { parseFrame } from "../protocol/parse_frame.ts";
import { cancelledError } from "./limits.ts";

/** Longest line before a program was sent. */
export const MAX_READY_BYTES = 4096;

/** What waiting for a sandbox needs. */
export interface ReadyOptions {
  readonly clock: Clock;
  readonly startupTimeoutMs: number;
}

/** Settles a start: `take` gets the first line, `fail` whatever makes it impossible. */
export interface ReadyListener {
  take(line: string): void;
  fail(error: CodemodeError): void;
}

/**
 * Waits until the first line of a sandbox says that it is ready.
 *
 * @throws {CodemodeError} `SANDBOX_CRASHED` when it does not become ready, `CANCELLED` on abort.
 */
export async function waitUntilReady(
  listen: (listener: ReadyListener) => void,
  { clock, startupTimeoutMs }: ReadyOptions,
  signal: AbortSignal | undefined,
): Promise<void> {
  let onAbort = () => {};
  let late: Disposable | undefined;
  try {
    await new Promise<void>((resolve, reject) => {
      onAbort = () => reject(cancelledError(signal?.reason));
      late = clock.after(startupTimeoutMs, () => reject(notReady("it took too long")));
      signal?.addEventListener("abort", onAbort, { once: true });
      listen({
        take: (line) => isReady(line) ? resolve() : reject(notReady("it spoke early")),
        fail: reject,
      });
    });
  } finally {
    late?.[Symbol.dispose]();
    signal?.removeEventListener("abort", onAbort);
  }
}

/** What a sandbox that did not become ready is called. */
export function notReady(why: string): CodemodeError {
  return new CodemodeError("SANDBOX_CRASHED", `The sandbox did not become ready: ${why}`);
}

function isReady(line: string): boolean {
  const parsed = parseFrame(line, 1);
  return parsed.ok && parsed.frame.type === "ready" && parsed.frame.version === PROTOCOL_VERSION;
}
