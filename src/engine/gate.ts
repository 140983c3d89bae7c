/**
 * Who may run now, who waits, and the door that closes at shutdown. Principals take turns, none has
 * more than its share of places, and one that fills the queue gives way to one that does not.
 */

import type { Clock } from "../base/clock.ts";
import { createDeferred, type Deferred } from "../base/deferred.ts";
import { CodemodeError } from "../base/errors.ts";
import { FairQueue } from "../base/fair_queue.ts";

/** Shortest and longest time a refused caller is asked to wait. */
const RETRY_MS = { least: 1000, most: 60_000 };
/** Share of the newest in the mean time a place is held. */
const NEWEST_SHARE = 0.2;

/** Why something was refused. */
export type Refusal = "full" | "displaced" | "timeout" | "closed";

/** Options of {@link Gate}. */
export interface GateOptions {
  /** How many run at the same time. */
  readonly places: number;
  /** How many wait at most. */
  readonly queue: number;
  /** Places of one principal at the same time. */
  readonly perPrincipal: number;
  /** How long one waits for its turn. */
  readonly timeoutMs: number;
  readonly clock: Clock;
  /** Told of each refusal, for metrics. */
  readonly onRefused?: (why: Refusal) => void;
}

/** A place inside; disposing it leaves. `signal` aborts when the caller or the shutdown cancels. */
export interface Ticket extends Disposable {
  readonly signal: AbortSignal;
  /** Turns that come before this one; undefined once it has had its turn or has left. */
  readonly position: number | undefined;
  /** Aborts the signal with this reason. */
  cancel(reason: CodemodeError): void;
  /** Gives its place back and waits at another gate, which has room for it however full it is. */
  move(to: Gate): void;
  /**
   * Resolves when it may run, at once while it does. Rejects with `QUEUE_FULL` after `timeoutMs`, or
   * the reason of either signal; it can wait again after its own has aborted.
   */
  turn(options?: TurnOptions): Promise<void>;
}

/** How a turn is waited for. */
export interface TurnOptions {
  /** Its abort ends the wait, and nothing else. */
  readonly signal?: AbortSignal;
  /** Whether it waits for as long as it takes. @default false */
  readonly isPatient?: boolean;
}

interface Entry {
  readonly principal: string;
  readonly controller: AbortController;
  isReady: boolean;
  /** Whether it waits for as long as it takes. */
  isPatient?: boolean;
  runningSince?: number | undefined;
  admitted?: Deferred<void>;
}

/** Lets executions in by turns. */
export class Gate {
  readonly #options: GateOptions;
  readonly #inside = new Set<Entry>();
  readonly #queue = new FairQueue<Entry>();
  /** Places taken by each principal. */
  readonly #taken = new Map<string, number>();
  #running = 0;
  #meanHeldMs = 0;
  #closed = false;
  #emptied: (() => void) | undefined;

  constructor(options: GateOptions) {
    this.#options = options;
  }

  /** Executions inside, running or waiting. */
  get inside(): number {
    return this.#inside.size;
  }

  /** Executions that wait for their turn. */
  get waiting(): number {
    return this.#queue.size;
  }

  /**
   * Enters or throws `QUEUE_FULL` or `SHUTTING_DOWN`. Where there is no room, the newest one that
   * waits of the principal with most gives way, if that leaves it no fewer than this one has.
   */
  enter(principal: string, caller?: AbortSignal): Ticket {
    if (this.#closed) {
      this.#options.onRefused?.("closed");
      throw new CodemodeError("SHUTTING_DOWN", "The service is shutting down");
    }
    const { places, queue } = this.#options;
    if (this.#running + this.#queue.size >= places + queue) this.#makeRoom(principal);
    const entry: Entry = { principal, controller: new AbortController(), isReady: false };
    this.#admit(entry);
    return this.#ticket(entry, caller);
  }

  #admit(entry: Entry): void {
    this.#inside.add(entry);
    this.#queue.add(entry);
  }

  /** Lets nobody in any more; resolves when everyone has left. The signal's abort cancels them. */
  async close(signal: AbortSignal): Promise<void> {
    this.#closed = true;
    if (this.#inside.size === 0) return;
    const empty = new Promise<void>((resolve) => this.#emptied = resolve);
    const cancelAll = () => {
      const reason = new CodemodeError("CANCELLED", "The service is shutting down");
      for (const { controller } of this.#inside) controller.abort(reason);
    };
    if (signal.aborted) cancelAll();
    signal.addEventListener("abort", cancelAll, { once: true });
    await empty;
    signal.removeEventListener("abort", cancelAll);
  }

  #ticket(entry: Entry, caller: AbortSignal | undefined): Ticket {
    const { controller } = entry;
    // deno-lint-ignore no-this-alias -- the gate it is at now
    let gate: Gate = this;
    const onAbort = () => controller.abort(cancelledByCaller());
    if (caller?.aborted) onAbort();
    caller?.addEventListener("abort", onAbort, { once: true });
    return {
      signal: controller.signal,
      get position() {
        return gate.#queue.position(entry);
      },
      cancel: (reason) => controller.abort(reason),
      move: (to) => {
        if (to === gate) return;
        gate.#leave(entry);
        gate = to;
        gate.#admit(entry);
      },
      turn: (options = {}) => gate.#turn(entry, options),
      [Symbol.dispose]: () => {
        caller?.removeEventListener("abort", onAbort);
        gate.#leave(entry);
      },
    };
  }

  async #turn(entry: Entry, { signal: own, isPatient = false }: TurnOptions): Promise<void> {
    const { controller } = entry;
    const signal = own ? AbortSignal.any([controller.signal, own]) : controller.signal;
    signal.throwIfAborted();
    entry.isReady = true;
    entry.isPatient = isPatient;
    this.#pump();
    if (entry.runningSince !== undefined) return;
    const admitted = entry.admitted = createDeferred<void>();
    const onAbort = () => this.#giveUp(entry, signal.reason, controller.signal.aborted);
    signal.addEventListener("abort", onAbort, { once: true });
    const { clock, timeoutMs } = this.#options;
    using _timer = isPatient
      ? undefined
      : clock.after(timeoutMs, () => this.#giveUp(entry, this.#waitedTooLong(entry), true));
    try {
      await admitted.promise;
    } finally {
      signal.removeEventListener("abort", onAbort);
    }
  }

  /** One that may wait again keeps its place in the queue, and others pass it. */
  #giveUp(entry: Entry, reason: unknown, isForGood: boolean): void {
    if (entry.runningSince !== undefined) return;
    entry.isReady = false;
    if (isForGood) this.#queue.remove(entry);
    entry.admitted?.reject(reason);
  }

  #waitedTooLong(entry: Entry): CodemodeError {
    this.#options.onRefused?.("timeout");
    const { timeoutMs } = this.#options;
    return new CodemodeError("QUEUE_FULL", `The execution waited ${timeoutMs} ms for its turn`, {
      details: {
        queueTimeout: timeoutMs,
        position: this.#queue.position(entry),
        retryAfterMs: this.#retryAfterMs(),
      },
    });
  }

  /** Gives free places to those whose turn it is. */
  #pump(): void {
    const { places, perPrincipal, clock } = this.#options;
    const mayRun = (principal: string) => (this.#taken.get(principal) ?? 0) < perPrincipal;
    while (this.#running < places) {
      const entry = this.#queue.next(mayRun);
      if (entry === undefined) return;
      entry.runningSince = clock.monotonic();
      this.#running += 1;
      this.#taken.set(entry.principal, (this.#taken.get(entry.principal) ?? 0) + 1);
      entry.admitted?.resolve();
    }
  }

  #leave(entry: Entry): void {
    if (!this.#inside.delete(entry)) return;
    this.#queue.remove(entry);
    if (entry.runningSince !== undefined) this.#freePlace(entry.principal, entry.runningSince);
    entry.runningSince = undefined;
    entry.isReady = false;
    this.#pump();
    if (this.#inside.size === 0) this.#emptied?.();
  }

  #freePlace(principal: string, since: number): void {
    this.#running -= 1;
    const left = (this.#taken.get(principal) ?? 1) - 1;
    if (left > 0) this.#taken.set(principal, left);
    else this.#taken.delete(principal);
    const heldMs = this.#options.clock.monotonic() - since;
    this.#meanHeldMs += (heldMs - this.#meanHeldMs) * NEWEST_SHARE;
  }

  /** Takes the place in the queue of one whose principal has more, or throws `QUEUE_FULL`. */
  #makeRoom(principal: string): void {
    const newest = this.#queue.newestOfLongest(({ isPatient }) => !isPatient);
    const most = newest === undefined ? 0 : this.#queue.count(newest.principal);
    // SAFETY: without this, one principal's executions would fill the queue for all others.
    const isFairer = most > this.#queue.count(principal) + 1;
    this.#options.onRefused?.(isFairer ? "displaced" : "full");
    const full = this.#full();
    if (newest === undefined || !isFairer) throw full;
    newest.controller.abort(full);
    this.#queue.remove(newest);
  }

  #full(): CodemodeError {
    const { places, queue } = this.#options;
    const count = this.#running + this.#queue.size;
    return new CodemodeError("QUEUE_FULL", `${count} executions are running or waiting`, {
      details: { max: places + queue, retryAfterMs: this.#retryAfterMs() },
    });
  }

  /** When the queue of now should be through. */
  #retryAfterMs(): number {
    const rounds = (this.#queue.size + 1) / this.#options.places;
    const expected = Math.ceil(this.#meanHeldMs * rounds);
    return Math.min(RETRY_MS.most, Math.max(RETRY_MS.least, expected));
  }
}

function cancelledByCaller(): CodemodeError {
  return new CodemodeError("CANCELLED", "The execution was cancelled by its caller");
}
