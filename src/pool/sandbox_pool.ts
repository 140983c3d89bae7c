/**
 * The pool at work: a stock of warm sandboxes, a queue of who waits, and timers that refill and drop.
 * Who waits is served in the order of asking. Sizes and delays are decided in `sizing.ts`.
 */

import { type Clock, systemClock } from "../base/clock.ts";
import { type Logger, silentLogger } from "../base/log.ts";
import type { Sandbox, SandboxSpec } from "../runtime/mod.ts";
import { BackgroundWork } from "./background_work.ts";
import { createLease } from "./create_lease.ts";
import type { Lease, Pool, PoolOptions, PoolStats } from "./pool.ts";
import { type PoolLoad, refillCount, refillDelayMs, restartDelayMs, warmTarget } from "./sizing.ts";
import { cancelled, shuttingDown, type Waiter, WaitingLine } from "./waiting_line.ts";

/** Background starts at the same time. */
const PARALLEL_REFILLS = 2;
/** Time for the answer to leave before the next start takes the event loop. */
const AFTER_RUN_DELAY_MS = 1;

/** What is remembered of one who waits. */
interface Mark {
  readonly isDefault: boolean;
  /** True once a sandbox of another spec than the default is being started for it. */
  isServed: boolean;
}

interface WarmSandbox {
  readonly sandbox: Sandbox;
  readonly sinceMs: number;
}

/** See {@link Pool}. */
export class SandboxPool implements Pool {
  readonly #options: PoolOptions;
  readonly #clock: Clock;
  readonly #logger: Logger;
  /** Oldest first. */
  readonly #warm: WarmSandbox[] = [];
  readonly #waiters = new WaitingLine<Mark>(() => this.#pump());
  readonly #work: BackgroundWork;
  readonly #closing = new AbortController();
  /** Sandboxes of the default spec being started; they serve default waiters in order. */
  #defaultStarts = 0;
  #otherStarts = 0;
  #running = 0;
  #failures = 0;
  #peak = 0;
  #peakAtMs: number;
  #refill: Disposable | undefined;
  #refillDueMs = 0;
  #drop: Disposable | undefined;

  constructor(options: PoolOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#logger = options.logger ?? silentLogger;
    this.#work = new BackgroundWork(this.#logger, () => this.#pump());
    this.#peakAtMs = this.#clock.monotonic();
    this.#refillNow();
  }

  checkout(spec: SandboxSpec, signal: AbortSignal): Promise<Lease> {
    if (signal.aborted) return Promise.reject(cancelled(signal.reason));
    if (this.#closing.signal.aborted) return Promise.reject(shuttingDown());
    const mark = { isDefault: isSameSpec(spec, this.#options.spec), isServed: false };
    const waiting = this.#waiters.join(spec, this.#clock.monotonic(), mark, signal);
    this.#pump();
    return waiting;
  }

  stats(): PoolStats {
    return Object.freeze({
      warm: this.#warm.length,
      starting: this.#defaultStarts + this.#otherStarts,
      running: this.#running,
      ending: this.#work.ending,
      waiting: this.#waiters.length,
      target: warmTarget(this.#load()),
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort(shuttingDown());
    this.#refill?.[Symbol.dispose]();
    this.#drop?.[Symbol.dispose]();
    this.#waiters.refuseAll(shuttingDown());
    for (const { sandbox } of this.#warm.splice(0)) this.#work.end(sandbox);
    await this.#work.finish();
  }

  get #total(): number {
    const starting = this.#defaultStarts + this.#otherStarts;
    return this.#warm.length + starting + this.#running + this.#work.ending;
  }

  #load(): PoolLoad {
    const { min, max, idleTimeoutMs } = this.#options;
    if (this.#clock.monotonic() - this.#peakAtMs > idleTimeoutMs) this.#notePeak(this.#running);
    const defaultWaiters = [...this.#waiters].filter(({ mark }) => mark.isDefault).length;
    return {
      min,
      max,
      total: this.#total,
      running: this.#running,
      warm: this.#warm.length,
      starting: Math.max(0, this.#defaultStarts - defaultWaiters),
      recentPeak: this.#peak,
    };
  }

  #notePeak(running: number): void {
    this.#peak = running;
    this.#peakAtMs = this.#clock.monotonic();
  }

  #give({ sinceMs, give }: Waiter<Mark>, sandbox: Sandbox, warm: boolean): void {
    this.#running += 1;
    if (this.#running >= this.#peak) this.#notePeak(this.#running);
    const totalMs = this.#clock.monotonic() - sinceMs;
    const startupMs = warm ? 0 : Math.min(totalMs, sandbox.startupMs);
    const facts = { sandbox, waitedMs: totalMs - startupMs, startupMs, warm };
    give(createLease(facts, () => this.#giveBack(sandbox)));
  }

  #giveBack(sandbox: Sandbox): void {
    this.#running -= 1;
    this.#work.end(sandbox);
    if (this.#failures === 0) this.#scheduleRefill(AFTER_RUN_DELAY_MS);
  }

  /** Serves whoever can be served, oldest first, then looks at the stock. */
  #pump(): void {
    if (this.#closing.signal.aborted) return;
    this.#giveWarm();
    this.#startForWaiters();
    this.#scheduleRefill(refillDelayMs(this.#load()));
  }

  #giveWarm(): void {
    while (this.#warm.length > 0) {
      const next = this.#nextDefault();
      if (next === undefined) return;
      this.#give(next, this.#warm.pop()!.sandbox, true);
    }
  }

  #nextDefault(): Waiter<Mark> | undefined {
    for (const waiter of this.#waiters) if (waiter.mark.isDefault) return waiter;
    return undefined;
  }

  #startForWaiters(): void {
    let served = 0;
    for (const waiter of this.#waiters) {
      const { isDefault, isServed } = waiter.mark;
      if (isDefault ? served++ < this.#defaultStarts : isServed) continue;
      if (this.#total >= this.#options.max) return this.#makeRoom();
      if (isDefault) this.#startDefault();
      else this.#startOther(waiter);
    }
  }

  /** Gives up a warm sandbox for a waiter of another spec. */
  #makeRoom(): void {
    const oldest = this.#work.ending === 0 ? this.#warm.shift() : undefined;
    if (oldest !== undefined) this.#work.end(oldest.sandbox);
  }

  #startOther(waiter: Waiter<Mark>): void {
    waiter.mark.isServed = true;
    this.#otherStarts += 1;
    const done = () => void (this.#otherStarts -= 1);
    this.#work.follow(
      this.#open(waiter.spec, done).then(
        (sandbox) => {
          if (this.#waiters.has(waiter)) this.#give(waiter, sandbox, false);
          else this.#work.end(sandbox);
        },
        (error) => waiter.refuse(error),
      ),
    );
  }

  #startDefault(): void {
    this.#defaultStarts += 1;
    const done = () => void (this.#defaultStarts -= 1);
    this.#work.follow(
      this.#open(this.#options.spec, done).then(
        (sandbox) => {
          const next = this.#nextDefault();
          if (next !== undefined) this.#give(next, sandbox, false);
          else if (this.#closing.signal.aborted) this.#work.end(sandbox);
          else this.#keepWarm(sandbox);
        },
        (error) => this.#nextDefault()?.refuse(error),
      ),
    );
  }

  async #open(spec: SandboxSpec, done: () => void): Promise<Sandbox> {
    try {
      const sandbox = await this.#options.runtime.open(spec, this.#closing.signal);
      this.#failures = 0;
      return sandbox;
    } catch (error) {
      if (!this.#closing.signal.aborted) this.#noteFailure("A sandbox could not be started", error);
      throw error;
    } finally {
      done();
    }
  }

  #noteFailure(message: string, error?: unknown): void {
    this.#failures += 1;
    this.#logger.warn(message, { failures: this.#failures, error });
  }

  #keepWarm(sandbox: Sandbox): void {
    const entry = { sandbox, sinceMs: this.#clock.monotonic() };
    this.#warm.push(entry);
    this.#work.follow(sandbox.gone.then(() => {
      const at = this.#warm.indexOf(entry);
      if (at < 0) return;
      this.#warm.splice(at, 1);
      this.#noteFailure("A warm sandbox died");
    }));
    this.#scheduleDrop();
  }

  /** Refills a little later, so that a program that has just begun runs undisturbed. */
  #scheduleRefill(delayMs: number): void {
    if (this.#closing.signal.aborted) return;
    if (refillCount(this.#load(), PARALLEL_REFILLS) === 0) return;
    const waitMs = Math.max(delayMs, restartDelayMs(this.#failures));
    const dueMs = this.#clock.monotonic() + waitMs;
    if (this.#refill !== undefined && dueMs >= this.#refillDueMs) return;
    this.#refill?.[Symbol.dispose]();
    this.#refillDueMs = dueMs;
    this.#refill = this.#clock.after(waitMs, () => this.#refillNow());
  }

  #refillNow(): void {
    this.#refill = undefined;
    const count = refillCount(this.#load(), PARALLEL_REFILLS);
    for (let started = 0; started < count; started += 1) this.#startDefault();
  }

  /** Sets the timer that drops what has been idle for too long. */
  #scheduleDrop(): void {
    const oldest = this.#warm[0];
    if (this.#drop !== undefined || oldest === undefined) return;
    if (this.#warm.length <= this.#options.min || this.#closing.signal.aborted) return;
    const isWanted = this.#warm.length <= warmTarget(this.#load());
    const sinceMs = isWanted ? Math.max(oldest.sinceMs, this.#peakAtMs) : oldest.sinceMs;
    const dueMs = sinceMs + this.#options.idleTimeoutMs;
    const waitMs = Math.max(1, dueMs - this.#clock.monotonic() + 1);
    this.#drop = this.#clock.after(waitMs, () => this.#dropIdle());
  }

  #dropIdle(): void {
    this.#drop = undefined;
    const before = this.#clock.monotonic() - this.#options.idleTimeoutMs;
    const spare = this.#warm.length - warmTarget(this.#load());
    for (let dropped = 0; dropped < spare && this.#warm[0]!.sinceMs <= before; dropped += 1) {
      this.#work.end(this.#warm.shift()!.sandbox);
    }
    this.#scheduleDrop();
  }
}

/** Whose program it is matters only where sandboxes are kept for somebody. */
function isSameSpec(asked: SandboxSpec, usual: SandboxSpec): boolean {
  return asked.memoryLimitBytes === usual.memoryLimitBytes &&
    (usual.principal === undefined || asked.principal === usual.principal);
}
