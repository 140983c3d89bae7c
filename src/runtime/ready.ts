/** How a sandbox of any carrier becomes ready: it says one `ready` frame, in time, and nothing else. */

import type { Clock } from "../base/clock.ts";
import { CodemodeError } from "../base/errors.ts";
import { PROTOCOL_VERSION } from "../protocol/frames.ts";
import { parseFrame } from "../protocol/parse_frame.ts";
import { LineSplitter } from "../protocol/lines.ts";
import { cancelledError, crashError } from "./limits.ts";
import type { PermissionBroker } from "./permission_broker.ts";
import type { GuestProcess } from "./process_carrier.ts";

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

/** What a process is started with. */
interface ProcessTerms {
  readonly memoryLimitBytes: number;
  /** Whom it asks for permissions. */
  readonly broker?: PermissionBroker | undefined;
}

/** A sandbox that starts, and how it is listened to. */
export interface StartingSandbox extends AsyncDisposable {
  listenForReady(listener: ReadyListener): void;
  /** Told once that it is ready. */
  becameReady(startupMs: number): void;
}

/**
 * Starts a sandbox and waits until its first line says that it is ready; what does not become so is
 * ended.
 *
 * @throws {CodemodeError} `SANDBOX_CRASHED` when it does not become ready, `CANCELLED` on abort.
 */
export async function openReady<S extends StartingSandbox>(
  start: () => S,
  options: ReadyOptions,
  signal: AbortSignal | undefined,
): Promise<S> {
  if (signal?.aborted) throw cancelledError(signal.reason);
  const { clock } = options;
  const startedMs = clock.monotonic();
  const sandbox = start();
  try {
    await waitUntilReady((listener) => sandbox.listenForReady(listener), options, signal);
  } catch (error) {
    await sandbox[Symbol.asyncDispose]();
    throw error;
  }
  sandbox.becameReady(clock.monotonic() - startedMs);
  return sandbox;
}

/** Waits until a first line says that it is ready; what is started is left to the caller. */
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

/** Listens to a process; it is not ready before it asks the broker it was given. */
export function listenToProcess(
  process: GuestProcess,
  { broker, memoryLimitBytes }: ProcessTerms,
  { take, fail }: ReadyListener,
): void {
  const lines = new LineSplitter(MAX_READY_BYTES);
  // SAFETY: a sandbox that asks no broker is not used as one that does (test/integration/runtime: permission_broker).
  const takeConnected = (line: string) => void broker?.connected.then(() => take(line));
  process.onOutput((chunk) => {
    if (!lines.push(chunk, broker === undefined ? take : takeConnected)) {
      fail(notReady("it spoke early"));
    }
  });
  void process.ended.then((end) => fail(crashError(end, memoryLimitBytes)));
}

/** What a sandbox that did not become ready is called. */
export function notReady(why: string): CodemodeError {
  return new CodemodeError("SANDBOX_CRASHED", `The sandbox did not become ready: ${why}`);
}

function isReady(line: string): boolean {
  const parsed = parseFrame(line, 1);
  return parsed.ok && parsed.frame.type === "ready" && parsed.frame.version === PROTOCOL_VERSION;
}
