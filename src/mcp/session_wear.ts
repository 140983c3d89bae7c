/**
 * Says when a session of the older revisions is worn out: a call was given up that its server has not
 * answered since, so that others cannot be asked, and no call goes on that would be lost by it.
 */

import type { Clock } from "../base/clock.ts";
import type { AbandonedRequests } from "./abandoned_requests.ts";

/** How long a server that asks has to answer what was given up before an idle session is worn out. */
export const RENEW_AFTER_MS = 15_000;

/** After how long calls wait for the ones before them, so that a session that is alone gets idle. */
export const DRAIN_AFTER_MS = 120_000;

/** What wears a session out. */
export interface SessionWearOptions {
  readonly clock: Clock;
  readonly abandoned: AbandonedRequests;
  /** Whether there is no other session for who cannot be asked in this one. @default there may be */
  readonly isAlone?: boolean | undefined;
  /** Told, while no call goes on, that another session should take this one's place. */
  readonly onWornOut: () => void;
}

/** The wear of one session. Disposing it ends its timer. */
export class SessionWear implements Disposable {
  readonly #options: SessionWearOptions;
  readonly #isIdle: () => boolean;
  #timer: Disposable | undefined;

  constructor(options: SessionWearOptions, isIdle: () => boolean) {
    this.#options = options;
    this.#isIdle = isIdle;
  }

  /** Whether it is time that calls wait for those that go on. */
  get wantsDrain(): boolean {
    const { isAlone = false, abandoned } = this.#options;
    return isAlone && (abandoned.oldestMs ?? 0) >= DRAIN_AFTER_MS;
  }

  /** Looks whether it is worn out; to be called when a call has ended, and looks again by itself. */
  look(): void {
    this[Symbol.dispose]();
    const { abandoned: { oldestMs }, clock, onWornOut } = this.#options;
    if (oldestMs === undefined) return;
    const leftMs = RENEW_AFTER_MS - oldestMs;
    if (leftMs > 0) this.#timer = clock.after(leftMs, () => this.look());
    else if (this.#isIdle()) onWornOut();
  }

  [Symbol.dispose](): void {
    this.#timer?.[Symbol.dispose]();
    this.#timer = undefined;
  }
}
