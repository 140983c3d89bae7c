/**
 * The executions that can still be asked about: those that run, and for a while those that have ended.
 * Each belongs to one caller and exists for no other. What is too much goes oldest first, from the
 * caller that has most, so that none pushes out what belongs to others.
 */

import type { Clock } from "../base/clock.ts";

/** How much is kept of what has ended. */
export interface KeepLimits {
  readonly ageMs: number;
  readonly count: number;
  readonly bytes: number;
}

/** What is kept of one execution. */
export interface Kept {
  readonly executionId: string;
  /** Whose it is. */
  readonly principal: string;
}

interface Entry<Record extends Kept> {
  readonly record: Record;
  /** The n-th of its caller. */
  readonly number: number;
  endedAt?: number;
  bytes: number;
}

interface Owned<Record extends Kept> {
  readonly entries: Map<string, Entry<Record>>;
  /** Those that have ended, in the order they did. */
  readonly ended: Set<Entry<Record>>;
  bytes: number;
  count: number;
}

/** One page of a list. */
export interface Page<Record> {
  readonly records: readonly Record[];
  /** Where the next page begins; absent when this is the last one. */
  readonly next?: number;
}

/** The executions of all callers. Disposing it forgets those that have ended. */
export class KeptExecutions<Record extends Kept> implements Disposable {
  readonly #limits: KeepLimits;
  readonly #clock: Clock;
  readonly #owners = new Map<string, Owned<Record>>();
  /** Those that have ended, of all callers, in the order they did. */
  readonly #ended = new Set<Entry<Record>>();
  #bytes = 0;
  #timer: Disposable | undefined;
  #isClosed = false;

  constructor(limits: KeepLimits, clock: Clock) {
    this.#limits = limits;
    this.#clock = clock;
  }

  /** Executions that have ended and are kept, and their size. */
  get kept(): { readonly count: number; readonly bytes: number } {
    return { count: this.#ended.size, bytes: this.#bytes };
  }

  /** One that runs; it stays until it has ended and longer. */
  add(record: Record): void {
    const owned = this.#owners.get(record.principal) ??
      { entries: new Map(), ended: new Set(), bytes: 0, count: 0 };
    this.#owners.set(record.principal, owned);
    owned.count += 1;
    owned.entries.set(record.executionId, { record, number: owned.count, bytes: 0 });
  }

  /** It has ended; its size is known now. */
  end({ executionId, principal }: Kept, bytes: number): void {
    const owned = this.#owners.get(principal);
    const entry = owned?.entries.get(executionId);
    if (owned === undefined || entry === undefined || entry.endedAt !== undefined) return;
    entry.endedAt = this.#clock.monotonic();
    entry.bytes = bytes;
    owned.ended.add(entry);
    owned.bytes += bytes;
    this.#ended.add(entry);
    this.#bytes += bytes;
    this.#makeRoom();
    if (this.#isClosed) this.#forgetEnded();
    else this.#arm();
  }

  /** The execution, for its own caller only. */
  // SAFETY: what belongs to another is not told from what does not exist (test/e2e: events).
  find(principal: string, executionId: string): Record | undefined {
    return this.#owners.get(principal)?.entries.get(executionId)?.record;
  }

  /** Those of a caller's executions that `isListed`, newest first, that are older than the n-th. */
  list(
    principal: string,
    limit: number,
    before = Infinity,
    isListed: (record: Record) => boolean = () => true,
  ): Page<Record> {
    const records: Record[] = [];
    let next = Infinity;
    for (
      const { record, number } of [...this.#owners.get(principal)?.entries.values() ?? []].reverse()
    ) {
      if (number >= before || !isListed(record)) continue;
      if (records.length === limit) return { records, next };
      records.push(record);
      next = number;
    }
    return { records };
  }

  /** Forgets what has ended, and from now on whatever ends. */
  [Symbol.dispose](): void {
    this.#isClosed = true;
    this.#timer?.[Symbol.dispose]();
    this.#timer = undefined;
    this.#forgetEnded();
  }

  #forgetEnded(): void {
    for (const entry of [...this.#ended]) this.#forget(entry);
  }

  #makeRoom(): void {
    const { count, bytes } = this.#limits;
    while (this.#ended.size > count) this.#forgetOldest((owned) => owned.ended.size);
    while (this.#bytes > bytes) this.#forgetOldest((owned) => owned.bytes);
  }

  #forgetOldest(sizeOf: (owned: Owned<Record>) => number): void {
    let most: Owned<Record> | undefined;
    for (const owned of this.#owners.values()) {
      if (owned.ended.size > 0 && (most === undefined || sizeOf(owned) > sizeOf(most))) {
        most = owned;
      }
    }
    const [oldest] = most?.ended ?? [];
    if (oldest !== undefined) this.#forget(oldest);
  }

  #forget(entry: Entry<Record>): void {
    const { principal, executionId } = entry.record;
    const owned = this.#owners.get(principal);
    this.#ended.delete(entry);
    this.#bytes -= entry.bytes;
    if (owned === undefined) return;
    owned.entries.delete(executionId);
    owned.ended.delete(entry);
    owned.bytes -= entry.bytes;
    if (owned.entries.size === 0) this.#owners.delete(principal);
  }

  #arm(): void {
    const [oldest] = this.#ended;
    if (oldest?.endedAt === undefined || this.#timer !== undefined) return;
    const leftMs = oldest.endedAt + this.#limits.ageMs - this.#clock.monotonic();
    this.#timer = this.#clock.after(Math.max(0, Math.ceil(leftMs)), () => this.#forgetOld());
  }

  #forgetOld(): void {
    this.#timer = undefined;
    const limit = this.#clock.monotonic() - this.#limits.ageMs;
    for (const entry of this.#ended) {
      if ((entry.endedAt ?? Infinity) > limit) break;
      this.#forget(entry);
    }
    this.#arm();
  }
}
