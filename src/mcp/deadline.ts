/** One signal out of a caller's signal and a time limit, which remembers which of the two it was. */

import type { Clock } from "../base/clock.ts";

/** Aborts when the caller does or when the time is up. Disposing it stops its timer. */
export interface Deadline extends Disposable {
  readonly signal: AbortSignal;
  /** True once the time was up before the caller gave up. */
  readonly expired: boolean;
  /** Milliseconds until the time is up; never negative. */
  readonly remainingMs: number;
  /** Time stands still until every pause is disposed; the caller's signal goes on. */
  pause(): Disposable;
}

/** A deadline `timeoutMs` from now that also follows `signal`. */
export function createDeadline(clock: Clock, timeoutMs: number, signal?: AbortSignal): Deadline {
  return new PausableDeadline(clock, timeoutMs, signal);
}

class PausableDeadline implements Deadline {
  readonly #clock: Clock;
  readonly #controller = new AbortController();
  readonly #caller: AbortSignal | undefined;
  readonly #follow = () => this.#controller.abort(this.#caller?.reason);
  #expired = false;
  #pauses = 0;
  /** What is left while time stands still. */
  #leftMs: number;
  #endsAt = 0;
  #timer: Disposable | undefined;

  constructor(clock: Clock, timeoutMs: number, caller: AbortSignal | undefined) {
    this.#clock = clock;
    this.#caller = caller;
    this.#leftMs = timeoutMs;
    if (caller?.aborted) this.#follow();
    else caller?.addEventListener("abort", this.#follow, { once: true });
    this.#run();
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  get expired(): boolean {
    return this.#expired;
  }

  get remainingMs(): number {
    if (!this.#timer) return this.#leftMs;
    return Math.max(0, this.#endsAt - this.#clock.monotonic());
  }

  pause(): Disposable {
    if (this.#pauses === 0) this.#stop();
    this.#pauses += 1;
    let ended = false;
    return {
      [Symbol.dispose]: () => {
        if (ended) return;
        ended = true;
        this.#pauses -= 1;
        if (this.#pauses === 0) this.#run();
      },
    };
  }

  [Symbol.dispose](): void {
    this.#pauses = Infinity;
    this.#stop();
    this.#caller?.removeEventListener("abort", this.#follow);
  }

  #run(): void {
    this.#endsAt = this.#clock.monotonic() + this.#leftMs;
    this.#timer = this.#clock.after(this.#leftMs, () => {
      if (this.#controller.signal.aborted) return;
      this.#expired = true;
      this.#controller.abort(new DOMException("The deadline has passed", "TimeoutError"));
    });
  }

  #stop(): void {
    this.#leftMs = this.remainingMs;
    this.#timer?.[Symbol.dispose]();
    this.#timer = undefined;
  }
}
