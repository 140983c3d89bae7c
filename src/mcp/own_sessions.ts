/**
 * Further sessions of one server, beside the one that all callers share: each belongs to one execution
 * at a time, which has it to itself until it has had no call under way for a while. Another execution
 * gets it afterwards only if nothing in it can still be about the one before. How many there are is
 * bounded, and `session_shares.ts` says who may have them; who waits takes turns by principal.
 */

import type { Clock } from "../base/clock.ts";
import { FairQueue } from "../base/fair_queue.ts";
import type { Logger } from "../base/log.ts";
import { describeError } from "./background_tasks.ts";
import type { Need, OwnCall, Stay } from "./own_call.ts";
import { RecentCount } from "./recent_count.ts";
import type { Owner } from "./seated_calls.ts";
import { mayHold, type SharedSessions } from "./session_shares.ts";
import { whenOver } from "./when_over.ts";

/** How long an execution keeps its session without a call under way. */
export const KEEP_MS = 5_000;

/** How long a session stays that nobody has. */
export const IDLE_MS = 30_000;

/** How long one that had to be thrown away is remembered of the principal that had it. */
export const REMEMBER_MS = 15_000;

/** How long none is opened after one could not be. */
export const REST_AFTER_FAILURE_MS = 30_000;

/** What is kept here. */
export interface Ownable {
  /** Resolves once it is over. */
  readonly lost: Promise<unknown>;
  /** Whether nothing in it may still be about a call that was made. */
  readonly isClean: boolean;
  /** Never rejects. */
  close(): Promise<void>;
}

/** What a server's further sessions are made with. */
export interface OwnSessionsOptions<One extends Ownable> extends SharedSessions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly open: () => Promise<One>;
  /** Is handed what goes on by itself. */
  readonly background: (task: Promise<void>) => void;
}

interface Waiting<One> extends Need<One> {
  readonly principal: string;
  readonly isReady: boolean;
}

interface Kept<One> {
  readonly session: One;
  /** Of which list of tools it is. */
  readonly generation: number;
  /** Whose it is, or was. */
  call: OwnCall | undefined;
  /** Whether it is that one's still. */
  isHeld: boolean;
  underWay: number;
  timer?: Disposable | undefined;
}

/** The further sessions of one server. */
export class OwnSessions<One extends Ownable> {
  readonly #options: OwnSessionsOptions<One>;
  readonly #kept = new Set<Kept<One>>();
  readonly #needs = new Set<Waiting<One>>();
  readonly #turns = new FairQueue<Waiting<One>>();
  /** Sessions that had to be thrown away. */
  readonly #wasted: RecentCount;
  #opening = 0;
  /** They are still there. */
  #closing = 0;
  #generation = 0;
  #rest: Disposable | undefined;
  #isClosed = false;

  constructor(options: OwnSessionsOptions<One>) {
    this.#options = options;
    this.#wasted = new RecentCount(options.clock, REMEMBER_MS, () => this.look());
  }

  /** Begins a call in its execution's own session; undefined when it has none. */
  enter(call: OwnCall): Stay<One> | undefined {
    for (const kept of this.#kept) {
      if (kept.call?.owner !== call.owner) continue;
      return kept.isHeld || this.#mayHold(call) ? this.#begin(kept, call) : undefined;
    }
    return undefined;
  }

  /** Waits for a session of the execution's own until it is granted or disposed. */
  need(need: Need<One>): Disposable {
    const { call, isWanted } = need;
    const mayHold = () => this.#mayHold(call);
    const waiting: Waiting<One> = {
      ...need,
      principal: call.principal,
      get isReady() {
        return isWanted() && mayHold();
      },
    };
    this.#needs.add(waiting);
    this.#turns.add(waiting);
    this.look();
    return { [Symbol.dispose]: () => this.#forget(waiting) };
  }

  /** To be called when a need may be wanted now: gives out what is free, opens what is wanted. */
  look(): void {
    if (this.#isClosed) return;
    for (const need of [...this.#needs]) {
      const stay = need.isWanted() ? this.enter(need.call) : undefined;
      if (stay) this.#grant(need, stay);
    }
    for (const kept of this.#kept) if (!kept.isHeld) this.#giveOut(kept);
    while (this.#isShort() && this.#hasRoom) this.#open();
    for (const kept of this.#kept) if (this.#mayYield(kept)) this.#yield(kept);
  }

  /** `session` is of no use any more. */
  drop(session: One): void {
    for (const kept of this.#kept) if (kept.session === session) this.#close(kept);
    this.look();
  }

  /** The server is another one now: what is open ends with the execution that has it. */
  retire(): void {
    this.#generation += 1;
    for (const kept of this.#kept) if (!kept.isHeld) this.#close(kept);
    this.look();
  }

  /** Ends all of them, whatever goes on there. */
  clear(): void {
    this.#generation += 1;
    for (const kept of this.#kept) this.#close(kept);
    this.#rest?.[Symbol.dispose]();
    this.#rest = undefined;
  }

  /** Ends all of them for good. */
  close(): void {
    this.#isClosed = true;
    this.clear();
    this.#wasted[Symbol.dispose]();
  }

  #forget(need: Waiting<One>): void {
    this.#needs.delete(need);
    this.#turns.remove(need);
  }

  #grant(need: Waiting<One>, stay: Stay<One>): void {
    this.#forget(need);
    need.onGranted(stay);
  }

  #giveOut(kept: Kept<One>): boolean {
    const next = this.#turns.next(() => true);
    if (!next) return false;
    this.#grant(next, this.#begin(kept, next.call));
    for (const need of [...this.#needs]) {
      if (need.call.owner === next.call.owner) this.#grant(need, this.#begin(kept, need.call));
    }
    return true;
  }

  /** Whether its execution only might come again, and is one of those that have it for a short time. */
  #mayYield({ isHeld, underWay, call, session, generation }: Kept<One>): boolean {
    if (!isHeld || underWay > 0 || call?.canBeAsked) return false;
    return session.isClean && generation === this.#generation;
  }

  /** Goes to whoever would wait otherwise. */
  #yield(kept: Kept<One>): void {
    kept.isHeld = false;
    if (!this.#isShort() || !this.#giveOut(kept)) kept.isHeld = true;
  }

  #mayHold(call: OwnCall, holders: readonly OwnCall[] = this.#holders): boolean {
    const wasted = this.#wasted.of(call.principal);
    return mayHold(call, this.#options, { holders, closing: this.#closing, wasted });
  }

  get #holders(): readonly OwnCall[] {
    return [...this.#kept].flatMap(({ isHeld, call }) => isHeld && call ? [call] : []);
  }

  #begin(kept: Kept<One>, call: OwnCall): Stay<One> {
    kept.timer?.[Symbol.dispose]();
    kept.timer = undefined;
    kept.call = call;
    kept.isHeld = true;
    kept.underWay += 1;
    let isOver = false;
    return {
      session: kept.session,
      [Symbol.dispose]: () => {
        if (isOver) return;
        isOver = true;
        kept.underWay -= 1;
        if (kept.underWay === 0) this.#keep(kept, call);
      },
    };
  }

  /** Nothing is under way: it stays whose it is as long as more may come. */
  #keep(kept: Kept<One>, { owner, over }: OwnCall): void {
    if (!this.#kept.has(kept)) return;
    // An owner without a name is one call, which is over.
    if (typeof owner === "object" || over.aborted) return this.#release(kept);
    const limits = { over, afterMs: KEEP_MS };
    kept.timer = whenOver(this.#options.clock, limits, () => this.#release(kept));
    this.look();
  }

  // SAFETY: what a server still does for one execution must not be asked of another
  // (test/unit/mcp/own_sessions_test.ts).
  #release(kept: Kept<One>): void {
    kept.isHeld = false;
    const { isClean } = kept.session;
    if (!isClean && kept.call) this.#wasted.add(kept.call.principal);
    if (!isClean || kept.generation !== this.#generation) this.#close(kept);
    else kept.timer = this.#options.clock.after(IDLE_MS, () => this.#close(kept));
    this.look();
  }

  #close(kept: Kept<One>): void {
    if (!this.#kept.delete(kept)) return;
    kept.timer?.[Symbol.dispose]();
    this.#closing += 1;
    const closed = kept.session.close().then(() => {
      this.#closing -= 1;
      this.look();
    });
    this.#options.background(closed);
  }

  get #hasRoom(): boolean {
    const there = this.#kept.size + this.#opening + this.#closing;
    return !this.#rest && there < this.#options.limit;
  }

  /** Whether executions wait that may have a session each and for which none is being opened. */
  #isShort(): boolean {
    const holders = [...this.#holders];
    const owners = new Set<Owner>();
    for (const { call, isWanted } of this.#needs) {
      if (owners.size > this.#opening) break;
      if (owners.has(call.owner) || !isWanted() || !this.#mayHold(call, holders)) continue;
      owners.add(call.owner);
      holders.push(call);
    }
    return owners.size > this.#opening;
  }

  #open(): void {
    this.#opening += 1;
    this.#options.background(this.#openOne(this.#generation));
  }

  async #openOne(generation: number): Promise<void> {
    let session: One | undefined;
    try {
      session = await this.#options.open();
    } catch (error) {
      if (!this.#isClosed) this.#failed(describeError(error));
    }
    this.#opening -= 1;
    const none = { call: undefined, isHeld: false, underWay: 0 };
    if (session) await this.#take({ session, generation, ...none });
  }

  #failed(reason: string): void {
    const { clock, logger } = this.#options;
    logger.warn("MCP server cannot be given a further session", { reason });
    this.#rest ??= clock.after(REST_AFTER_FAILURE_MS, () => {
      this.#rest = undefined;
      this.look();
    });
  }

  async #take(kept: Kept<One>): Promise<void> {
    if (this.#isClosed || kept.generation !== this.#generation) {
      this.#closing += 1;
      await kept.session.close();
      this.#closing -= 1;
      return this.look();
    }
    this.#kept.add(kept);
    this.#options.logger.debug("MCP server has a further session", { sessions: this.#kept.size });
    this.#options.background(kept.session.lost.then(() => this.drop(kept.session)));
    kept.timer = this.#options.clock.after(IDLE_MS, () => this.#close(kept));
    this.look();
  }
}
