/**
 * Who may run now, who waits, and the door that closes at shutdown. Principals take turns, none has
 * more than its share of places, and one that fills the queue gives way to one that does not.
 */

import { createDeferred, type Deferred } from "../base/deferred.ts";
import { CodemodeError } from "../base/errors.ts";
import { FairQueue } from "../base/fair_queue.ts";
import type { GateOptions } from "./gate_options.ts";

/** Shortest and longest time a refused caller is asked to wait. */
const RETRY_MS = { least: 1000, most: 60_000 };
/** Share of the newest in the mean time a place is held. */
const NEWEST_SHARE = 0.2;

/** A place inside; disposing it leaves. `signal` aborts when the caller or the shutdown cancels. */
export interface Ticket extends Disposable {
  readonly signal: AbortSignal;
  /** Turns that come before this one; undefined once it has had its turn or has left. */
  readonly position: number | undefined;
  /** Aborts the signal with this reason. */
  cancel(reason: CodemodeError): void;
  /**
   * Goes to wait at another gate, or throws its `QUEUE_FULL`. Who is patient finds room however full it
   * is, waits for as long as it takes, and counts in its principal's share here until it has its turn.
   */
  move(to: Gate, options?: { readonly isPatient: boolean }): void;
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
}

interface Entry {
  readonly principal: string;
  readonly controller: AbortController;
  readonly isPatient: boolean;
  isReady: boolean;
  /** Whether its ticket waits for a place elsewhere. */
  isLeaving?: boolean;
  runningSince?: number;
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

  /** Executions inside, running or waiting; those that wait elsewhere by now are counted there. */
  get inside(): number {
    let inside = 0;
    for (const { isLeaving } of this.#inside) if (!isLeaving) inside += 1;
    return inside;
  }

  /** Whether one more of a principal would have its turn at once. */
  isFreeFor(principal: string): boolean {
    const { places, perPrincipal } = this.#options;
    const theirs = (this.#taken.get(principal) ?? 0) + this.#queue.count(principal);
    return this.#running < places && theirs < perPrincipal;
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
    const controller = new AbortController();
    return this.#ticket(this.#join({ principal, controller, isPatient: false }), caller);
  }

  #join(who: Pick<Entry, "principal" | "controller" | "isPatient">): Entry {
    if (!who.isPatient && this.#isFull) this.#makeRoom(who.principal);
    const entry: Entry = { ...who, isReady: false };
    this.#inside.add(entry);
    this.#queue.add(entry);
    return entry;
  }

  // SAFETY: programs that go on here are not counted, or they kept others from coming (test/unit/engine: gate).
  get #isFull(): boolean {
    const { places, queue } = this.#options;
    const room = places + queue - this.#running;
    return this.#queue.size >= room && this.#queue.sizeOf(isImpatient) >= room;
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
    const { controller, principal } = entry;
    let seat: Seat = { gate: this, entry };
    let left: Seat | undefined;
    const leave = (one: Seat) => one.gate.#leave(one.entry);
    const onAbort = () => controller.abort(cancelledByCaller());
    if (caller?.aborted) onAbort();
    caller?.addEventListener("abort", onAbort, { once: true });
    return {
      signal: controller.signal,
      get position() {
        return seat.gate.#queue.position(seat.entry);
      },
      cancel: (reason) => controller.abort(reason),
      move: (to, { isPatient } = { isPatient: false }) => {
        if (to === seat.gate) return;
        const next = to.#join({ principal, controller, isPatient });
        if (isPatient && left === undefined) (left = seat).gate.#vacate(seat.entry);
        else leave(seat);
        seat = { gate: to, entry: next };
      },
      turn: async (options = {}) => {
        await seat.gate.#turn(seat.entry, options);
        if (left) leave(left);
        left = undefined;
      },
      [Symbol.dispose]: () => {
        caller?.removeEventListener("abort", onAbort);
        if (left) leave(left);
        leave(seat);
      },
    };
  }

  async #turn(entry: Entry, { signal: own }: TurnOptions): Promise<void> {
    const { controller, isPatient } = entry;
    const signal = own ? AbortSignal.any([controller.signal, own]) : controller.signal;
    signal.throwIfAborted();
    entry.isReady = true;
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
    if (entry.runningSince !== undefined) this.#freeShare(entry);
    this.#pump();
    if (this.#inside.size === 0) this.#emptied?.();
  }

  // SAFETY: the place is free for others, or programs that wait elsewhere kept them out; the share is not,
  // or their principal had ever more of them (test/unit/engine: gate).
  #vacate(entry: Entry): void {
    if (entry.isLeaving) return;
    entry.isLeaving = true;
    if (entry.runningSince === undefined) return;
    this.#running -= 1;
    const heldMs = this.#options.clock.monotonic() - entry.runningSince;
    this.#meanHeldMs += (heldMs - this.#meanHeldMs) * NEWEST_SHARE;
    this.#pump();
  }

  #freeShare(entry: Entry): void {
    const left = (this.#taken.get(entry.principal) ?? 1) - 1;
    if (left > 0) this.#taken.set(entry.principal, left);
    else this.#taken.delete(entry.principal);
    this.#vacate(entry);
  }

  /** Takes the place in the queue of one whose principal has more, or throws `QUEUE_FULL`. */
  #makeRoom(principal: string): void {
    const newest = this.#queue.newestOfLongest(isImpatient);
    const most = newest === undefined ? 0 : this.#queue.count(newest.principal, isImpatient);
    // SAFETY: without this, one principal's executions would fill the queue for all others.
    const isFairer = most > this.#queue.count(principal, isImpatient) + 1;
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

/** Where a ticket is. */
interface Seat {
  readonly gate: Gate;
  readonly entry: Entry;
}

function isImpatient({ isPatient }: Entry): boolean {
  return !isPatient;
}

function cancelledByCaller(): CodemodeError {
  return new CodemodeError("CANCELLED", "The execution was cancelled by its caller");
}
