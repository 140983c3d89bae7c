/** Calls that wait until they can be told from those under way, in the order they came. */

import { type Place, type Seated, type SeatedCall, setStill } from "./seated_calls.ts";

/** What decides on who waits. */
export interface WaitingRules {
  /** Whether a call may be let in now. */
  readonly isFree: (call: SeatedCall) => boolean;
  /** Whether a call waits for what takes long, so that others may pass it. */
  readonly isHeldUp: (call: SeatedCall) => boolean;
  /** Whether the time that it waits is not its own. */
  readonly standsStill: (call: SeatedCall) => boolean;
}

interface Waiter extends Seated {
  readonly admit: (place: Place) => void;
  readonly refuse: (reason: unknown) => void;
}

/** The queue before the places of one session. */
export class WaitingCalls {
  readonly #rules: WaitingRules;
  readonly #waiters = new Set<Waiter>();

  constructor(rules: WaitingRules) {
    this.#rules = rules;
  }

  /** Whether a new call may go past all that wait. */
  get mayBePassed(): boolean {
    return [...this.#waiters].every(({ call }) => this.#rules.isHeldUp(call));
  }

  /** Resolves with the place that `admit` gives; rejects with the signal's reason, or when refused. */
  wait(call: SeatedCall, signal: AbortSignal, onGone: () => void): Promise<Place> {
    return new Promise((resolve, reject) => {
      const end = () => {
        this.#waiters.delete(waiter);
        signal.removeEventListener("abort", onAbort);
        setStill(waiter, false);
      };
      const onAbort = () => {
        waiter.refuse(signal.reason);
        onGone();
      };
      const waiter: Waiter = {
        call,
        admit: (place) => {
          end();
          resolve(place);
        },
        refuse: (reason) => {
          end();
          reject(reason);
        },
      };
      this.#waiters.add(waiter);
      signal.addEventListener("abort", onAbort, { once: true });
      this.keepTime();
    });
  }

  /** Lets in who is free, as far as nobody is passed who must not be. */
  admit(toPlace: (call: SeatedCall) => Place): void {
    for (const waiter of this.#waiters) {
      if (this.#rules.isFree(waiter.call)) waiter.admit(toPlace(waiter.call));
      else if (!this.#rules.isHeldUp(waiter.call)) return;
    }
  }

  refuse(reason: unknown): void {
    for (const waiter of this.#waiters) waiter.refuse(reason);
  }

  /** Lets the time of those stand still whose time is not their own. */
  keepTime(): void {
    for (const waiter of this.#waiters) setStill(waiter, this.#rules.standsStill(waiter.call));
  }
}
