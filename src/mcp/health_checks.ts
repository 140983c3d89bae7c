/** Asks a connected server now and then for a sign of life, unless it has given one otherwise lately. */

import type { Clock } from "../base/clock.ts";
import type { BackgroundTasks } from "./background_tasks.ts";
import { createDeadline } from "./deadline.ts";
import type { Session } from "./session.ts";

/** Longest a health check may take; less where the server's calls have less. */
export const PING_TIMEOUT_MS = 5_000;

/** What the checks of a connection are made with. */
export interface HealthChecksOptions {
  readonly clock: Clock;
  readonly background: BackgroundTasks;
  readonly intervalMs: number;
  readonly timeoutMs: number;
  /** Whether it is checked though it has answered lately. */
  readonly isInDoubt: () => boolean;
  readonly onAnswered: (session: Session) => void;
  readonly onMissed: (error: unknown) => void;
  /** What a check rejects with that takes too long. */
  readonly tooLate: () => Error;
}

/** The checks of one session after the other. Disposing them ends those of the present one. */
export class HealthChecks implements Disposable {
  readonly #options: HealthChecksOptions;
  #watched: { readonly session: Session; readonly over: AbortController } | undefined;
  #timer: Disposable | undefined;
  #lastUsed = 0;

  constructor(options: HealthChecksOptions) {
    this.#options = options;
  }

  /** Checks `session` from now on, and no other one. */
  watch(session: Session): void {
    this[Symbol.dispose]();
    this.#watched = { session, over: new AbortController() };
    this.proved();
    this.#schedule();
  }

  /** It has just given a sign of life. */
  proved(): void {
    this.#lastUsed = this.#options.clock.monotonic();
  }

  [Symbol.dispose](): void {
    this.#timer?.[Symbol.dispose]();
    this.#watched?.over.abort();
    this.#watched = undefined;
  }

  /** Milliseconds the server took to answer. */
  async ping(session: Session, signal: AbortSignal): Promise<number> {
    const { clock, timeoutMs, tooLate, onAnswered } = this.#options;
    using deadline = createDeadline(clock, Math.min(PING_TIMEOUT_MS, timeoutMs), signal);
    const start = clock.monotonic();
    try {
      await session.ping(deadline.signal);
    } catch (error) {
      throw deadline.expired ? tooLate() : error;
    }
    onAnswered(session);
    return clock.monotonic() - start;
  }

  #schedule(): void {
    const { clock, background, intervalMs } = this.#options;
    this.#timer = clock.after(intervalMs, () => background.add(this.#check()));
  }

  async #check(): Promise<void> {
    const watched = this.#watched;
    if (!watched) return;
    const { clock, intervalMs, isInDoubt, onMissed } = this.#options;
    const idleMs = clock.monotonic() - this.#lastUsed;
    if (idleMs >= intervalMs || isInDoubt()) {
      try {
        await this.ping(watched.session, watched.over.signal);
      } catch (error) {
        if (watched === this.#watched) onMissed(error);
      }
    }
    if (watched === this.#watched) this.#schedule();
  }
}
