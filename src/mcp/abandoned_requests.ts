/**
 * Requests that were given up while their server may still be at them: what it says or asks then may
 * be about one of these. A server that notices a cancellation never answers it, so most of them end
 * with the session only.
 */

import type { Clock } from "../base/clock.ts";
import { isInPlace } from "./answer_in_place.ts";
import type { Owner } from "./seated_calls.ts";

/** Requests that are remembered one by one; beyond that it is only known that there are too many. */
export const MAX_ABANDONED = 1000;

interface Abandoned {
  readonly owner: Owner;
  readonly at: number;
}

/** What was given up on one session and has not been answered since. */
export class AbandonedRequests {
  readonly #clock: Clock;
  /** By the id of the request, the oldest first. */
  readonly #open = new Map<number, Abandoned>();
  /** Whose those are whose answers were lost: nobody's who may be asked. */
  readonly #nobody: Owner = Object.freeze({});
  #owner: Owner | undefined;
  #isFull = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Cancels by `cancel` a request of `owner`; what is sent meanwhile says which one that is. */
  cancel(owner: Owner, cancel: () => void): void {
    this.#owner = owner;
    try {
      cancel();
    } finally {
      this.#owner = undefined;
    }
  }

  /** To be shown every message to the server. */
  sent(message: unknown): void {
    const { method, params } = Object(message) as { readonly [member: string]: unknown };
    if (method !== "notifications/cancelled" || this.#owner === undefined) return;
    this.#add(Number(Object(params).requestId), this.#owner);
  }

  /** To be shown every message of the server: whether it answers one, which is over then. */
  received(message: unknown): boolean {
    const { id, method } = Object(message) as { readonly [member: string]: unknown };
    // SAFETY: a server may go on asking for a call whose answer it could not deliver
    // (test/unit/mcp/abandoned_requests_test.ts).
    if (typeof id === "number" && isInPlace(message)) {
      if (!this.#open.has(id)) this.#add(id, this.#nobody);
      return false;
    }
    if (this.#open.size === 0) return false;
    return id !== undefined && method === undefined && this.#open.delete(Number(id));
  }

  #add(id: number, owner: Owner): void {
    this.#open.set(id, { owner, at: this.#clock.monotonic() });
    if (this.#open.size <= MAX_ABANDONED) return;
    this.#isFull = true;
    for (const oldest of this.#open.keys()) return void this.#open.delete(oldest);
  }

  /** Whether all there are were this owner's. */
  areOnlyOf(owner: Owner): boolean {
    if (this.#isFull) return false;
    return [...this.#open.values()].every((one) => one.owner === owner);
  }

  /** Milliseconds since the first was given up; undefined when there is none. */
  get oldestMs(): number | undefined {
    if (this.#isFull) return Infinity;
    for (const { at } of this.#open.values()) return this.#clock.monotonic() - at;
    return undefined;
  }

  /** Milliseconds since the last was given up; undefined when there is none. */
  get newestMs(): number | undefined {
    const last = [...this.#open.values()].at(-1);
    return last && this.#clock.monotonic() - last.at;
  }
}
