/**
 * Changes that a server tells of, passed on no more often than is of use: one at once, those that
 * follow together after a rest, and the longer a server goes on the longer the rests.
 */

import type { Clock } from "../base/clock.ts";
import type { ServerChange } from "./server_change.ts";

/** Least time between two notices of the same thing. */
export const REST_MS = 100;

/** The most, however often the server tells of it. */
export const LONGEST_REST_MS = 5_000;

interface Rest {
  timer: Disposable;
  isChanged: boolean;
}

/** The changes of one server. Whoever adds them has bound how many things there are to tell of. */
export class PacedChanges implements Disposable {
  readonly #clock: Clock;
  readonly #tell: (change: ServerChange) => void;
  readonly #rests = new Map<string, Rest>();
  #isOver = false;

  constructor(clock: Clock, tell: (change: ServerChange) => void) {
    this.#clock = clock;
    this.#tell = tell;
  }

  /** Tells of the change, now or after the rest. */
  add(change: ServerChange): void {
    if (this.#isOver) return;
    const rest = this.#rests.get(keyOf(change));
    if (rest) rest.isChanged = true;
    else this.#tellAndRest(change, REST_MS);
  }

  /** Nothing is told any more. */
  [Symbol.dispose](): void {
    this.#isOver = true;
    for (const { timer } of this.#rests.values()) timer[Symbol.dispose]();
    this.#rests.clear();
  }

  #tellAndRest(change: ServerChange, restMs: number): void {
    const timer = this.#clock.after(restMs, () => this.#rested(change, restMs));
    this.#rests.set(keyOf(change), { timer, isChanged: false });
    this.#tell(change);
  }

  #rested(change: ServerChange, restMs: number): void {
    const key = keyOf(change);
    const isChanged = this.#rests.get(key)?.isChanged;
    this.#rests.delete(key);
    if (isChanged) this.#tellAndRest(change, Math.min(LONGEST_REST_MS, restMs * 2));
  }
}

function keyOf(change: ServerChange): string {
  return change.type === "resource" ? `resource ${change.uri}` : change.type;
}
