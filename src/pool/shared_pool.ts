/**
 * Sandboxes that host many programs: a lease is a place in one of them. Who asks gets the one with the
 * fewest programs; more are started while all are busy, those that are worn, blocked or gone are
 * replaced, and idle ones above the minimum are dropped.
 */

import { type Clock, systemClock } from "../base/clock.ts";
import { type Logger, silentLogger } from "../base/log.ts";
import type { HostingSandbox, SandboxSpec } from "../runtime/mod.ts";
import { BackgroundWork } from "./background_work.ts";
import { createLease } from "./create_lease.ts";
import type { Lease, Pool, PoolStats } from "./pool.ts";
import { assertSized, type SharedPoolOptions } from "./shared_pool_options.ts";
import { isFit, type Isolation, isParked, leastLoaded, wantsMore } from "./shared_sizing.ts";
import { restartDelayMs } from "./sizing.ts";
import { cancelled, shuttingDown, type Waiter, WaitingLine } from "./waiting_line.ts";

/** Creates a pool and begins to fill it. */
export function createSharedPool(options: SharedPoolOptions): Pool {
  assertSized(options);
  return new SharedPool(options);
}

/** A process and who is in it. */
interface Place {
  readonly sandbox: HostingSandbox;
  readonly memoryLimitBytes: number;
  /** Whose programs it serves, where it serves one principal at a time. */
  principal: string | undefined;
  leases: number;
  idleSinceMs: number;
}

/** What is remembered of one who waits. */
interface Mark {
  /** Who asked later and was served earlier. */
  overtaken: number;
}

/** Milliseconds that processes are full before one more is started: most programs soon wait for a reply. */
const FULL_MS = 100;

/** How often one who waits is overtaken by those for whom there is room in a process of theirs. */
const MAX_OVERTAKEN = 32;

class SharedPool implements Pool {
  readonly #options: SharedPoolOptions;
  readonly #isolation: Isolation;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #places: Place[] = [];
  readonly #waiters = new WaitingLine<Mark>();
  readonly #work: BackgroundWork;
  readonly #closing = new AbortController();
  #starting = 0;
  #failures = 0;
  #drop: Disposable | undefined;
  #restart: Disposable | undefined;
  #fullness: Disposable | undefined;

  constructor(options: SharedPoolOptions) {
    this.#options = options;
    this.#isolation = options.isolation ?? "strict";
    this.#clock = options.clock ?? systemClock;
    this.#logger = options.logger ?? silentLogger;
    this.#work = new BackgroundWork(this.#logger, () => this.#tend());
    this.#fill();
  }

  checkout(spec: SandboxSpec, signal: AbortSignal): Promise<Lease> {
    if (signal.aborted) return Promise.reject(cancelled(signal.reason));
    if (this.#closing.signal.aborted) return Promise.reject(shuttingDown());
    const sinceMs = this.#clock.monotonic();
    const place = this.#mayOvertake(this.#waiters) ? this.#find(spec) : undefined;
    if (place !== undefined) {
      noteOvertaken(this.#waiters);
      const lease = this.#lease(place, spec, sinceMs, true);
      if (this.#wantsMore) this.#startWhenFull();
      return Promise.resolve(lease);
    }
    const waiting = this.#waiters.join(spec, sinceMs, { overtaken: 0 }, signal);
    this.#startFor(spec);
    return waiting;
  }

  stats(): PoolStats {
    return Object.freeze({
      warm: this.#places.filter(({ leases }) => leases === 0).length,
      starting: this.#starting,
      running: this.#places.reduce((sum, { leases }) => sum + leases, 0),
      ending: this.#work.ending,
      waiting: this.#waiters.length,
      target: this.#options.min,
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort(shuttingDown());
    this.#drop?.[Symbol.dispose]();
    this.#restart?.[Symbol.dispose]();
    this.#fullness?.[Symbol.dispose]();
    this.#waiters.refuseAll(shuttingDown());
    for (const { sandbox } of this.#places.splice(0)) this.#work.end(sandbox);
    await this.#work.finish();
  }

  #find(spec: SandboxSpec): Place | undefined {
    const isolation = this.#isolation;
    const { programsAtOnce, parkedAtOnce = 0 } = this.#options;
    const wanted = { spec, isolation, programsAtOnce, parkedAtOnce };
    return leastLoaded(this.#places.filter((place) => isFit(place, wanted)));
  }

  #lease(place: Place, { principal }: SandboxSpec, sinceMs: number, warm: boolean): Lease {
    place.leases += 1;
    place.principal = principal;
    const waitedMs = this.#clock.monotonic() - sinceMs;
    const facts = { sandbox: place.sandbox, waitedMs, startupMs: 0, warm };
    return createLease(facts, () => this.#giveBack(place));
  }

  #giveBack(place: Place): void {
    place.leases -= 1;
    place.idleSinceMs = this.#clock.monotonic();
    this.#tend();
  }

  /** Looks after places and waiters, whenever something has changed. */
  #tend(): void {
    if (this.#closing.signal.aborted) return;
    for (const place of [...this.#places]) {
      if (place.leases === 0 && place.sandbox.isWorn) this.#remove(place);
    }
    this.#serveWaiters();
    this.#fill();
    this.#scheduleDrop();
  }

  /** Whoever waits for a place that nobody else can use is overtaken, but not for ever. */
  #mayOvertake(waiters: Iterable<Waiter<Mark>>): boolean {
    for (const { mark } of waiters) if (mark.overtaken >= MAX_OVERTAKEN) return false;
    return true;
  }

  #serveWaiters(): void {
    const passed: Waiter<Mark>[] = [];
    for (const waiter of this.#waiters) {
      const place = this.#mayOvertake(passed) ? this.#find(waiter.spec) : undefined;
      if (place === undefined) {
        passed.push(waiter);
        continue;
      }
      noteOvertaken(passed);
      waiter.give(this.#lease(place, waiter.spec, waiter.sinceMs, false));
    }
    for (const { spec } of passed) this.#startFor(spec);
  }

  /** A process of its principal may have room at once; where there is none, another is needed. */
  #startFor({ principal }: SandboxSpec): void {
    const isTheirs = (place: Place) => place.leases > 0 && place.principal === principal;
    const isShared = this.#isolation === "shared" && this.#places.length > 0;
    if (isShared || this.#places.some(isTheirs)) this.#startWhenFull();
    else this.#startForWaiters();
  }

  /** Starts what is needed if that is still so after a while. */
  #startWhenFull(): void {
    this.#fullness ??= this.#clock.after(FULL_MS, () => {
      this.#fullness = undefined;
      this.#startForWaiters();
      this.#growIfBusy();
    });
  }

  #startForWaiters(): void {
    // Where they turn out to run instead of to wait, the next look brings more.
    const { programsAtOnce, parkedAtOnce = 0 } = this.#options;
    const each = programsAtOnce + parkedAtOnce;
    const needed = Math.ceil(this.#waiters.length / each);
    for (let started = this.#starting; started < needed; started += 1) {
      if (!this.#makeRoom()) return;
      this.#start(this.#waiters.at(started * each)?.spec ?? this.#options.spec);
    }
  }

  /** True when one more process may be started, if need be in the place of an idle one of no use here. */
  #makeRoom(): boolean {
    const { max, parkedProcesses = 0 } = this.#options;
    const parked = Math.min(parkedProcesses, this.#places.filter(isParked).length);
    if (this.#total < max + parked) return true;
    const idle = this.#places.find(({ leases }) => leases === 0);
    if (idle !== undefined) this.#remove(idle);
    return false;
  }

  get #total(): number {
    return this.#places.length + this.#starting + this.#work.ending;
  }

  /** Keeps `min` processes that can take programs. */
  #fill(): void {
    if (this.#closing.signal.aborted || this.#restart !== undefined) return;
    const { min, max, spec } = this.#options;
    const usable = this.#places.filter(({ sandbox }) => !sandbox.isWorn && !sandbox.isGone).length;
    for (let count = usable + this.#starting; count < min && this.#total < max; count += 1) {
      this.#start(spec);
    }
  }

  #growIfBusy(): void {
    if (this.#wantsMore) this.#start(this.#options.spec);
  }

  get #wantsMore(): boolean {
    if (this.#starting > 0 || this.#total >= this.#options.max) return false;
    return wantsMore(this.#places);
  }

  #start(spec: SandboxSpec): void {
    this.#starting += 1;
    this.#work.follow(
      this.#options.runtime.open({ memoryLimitBytes: spec.memoryLimitBytes }, this.#closing.signal)
        .then((sandbox) => this.#take(sandbox, spec), (error) => this.#noteFailure(error)),
    );
  }

  #take(sandbox: HostingSandbox, { memoryLimitBytes }: SandboxSpec): void {
    this.#starting -= 1;
    this.#failures = 0;
    const idleSinceMs = this.#clock.monotonic();
    const place = { sandbox, memoryLimitBytes, principal: undefined, leases: 0, idleSinceMs };
    if (this.#closing.signal.aborted) return this.#work.end(sandbox);
    this.#places.push(place);
    sandbox.onChange(() => this.#tend());
    this.#work.follow(sandbox.gone.then(() => {
      const at = this.#places.indexOf(place);
      if (at >= 0) this.#places.splice(at, 1);
    }));
  }

  #noteFailure(error: unknown): void {
    this.#starting -= 1;
    if (this.#closing.signal.aborted) return;
    this.#failures += 1;
    this.#logger.warn("A sandbox could not be started", { failures: this.#failures, error });
    this.#waiters.at(0)?.refuse(error);
    const delayMs = restartDelayMs(this.#failures);
    this.#restart ??= this.#clock.after(delayMs, () => {
      this.#restart = undefined;
      this.#tend();
    });
  }

  #remove(place: Place): void {
    const at = this.#places.indexOf(place);
    if (at >= 0) this.#places.splice(at, 1);
    this.#work.end(place.sandbox);
  }

  #scheduleDrop(): void {
    const { min, idleTimeoutMs } = this.#options;
    if (this.#drop !== undefined || this.#places.length <= min) return;
    const idle = this.#places.filter(({ leases }) => leases === 0);
    if (idle.length === 0) return;
    const oldestMs = Math.min(...idle.map(({ idleSinceMs }) => idleSinceMs));
    const waitMs = Math.max(1, oldestMs + idleTimeoutMs - this.#clock.monotonic());
    this.#drop = this.#clock.after(waitMs, () => this.#dropIdle());
  }

  #dropIdle(): void {
    this.#drop = undefined;
    const before = this.#clock.monotonic() - this.#options.idleTimeoutMs;
    for (const place of [...this.#places]) {
      if (this.#places.length <= this.#options.min) break;
      if (place.leases === 0 && place.idleSinceMs <= before) this.#remove(place);
    }
    this.#scheduleDrop();
  }
}

function noteOvertaken(waiters: Iterable<Waiter<Mark>>): void {
  for (const { mark } of waiters) mark.overtaken += 1;
}
