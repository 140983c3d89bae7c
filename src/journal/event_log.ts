/**
 * What happened to one thing, in order, for any number of readers. Each reader says after which entry it
 * goes on, so a slow one costs nothing; what may be dropped is dropped oldest first when the bound is met.
 */

import type { Clock } from "../base/clock.ts";

/** How much of what may be dropped is kept. */
export interface EventLogLimits {
  readonly entries: number;
  readonly bytes: number;
}

/** One entry; the ids of a log begin at 1 and have no gaps. */
export interface LogEntry<Body> {
  readonly id: number;
  /** Milliseconds since the Unix epoch. */
  readonly at: number;
  readonly body: Body;
}

/** Stands for `lost` entries that were dropped; `id` is that of the last of them. */
export interface LostEntries {
  readonly id: number;
  readonly at: number;
  readonly lost: number;
}

/** An entry that may be dropped, with its size. */
interface Droppable<Body> extends LogEntry<Body> {
  readonly bytes: number;
}

/** A bounded log. */
export class EventLog<Body> {
  readonly #limits: EventLogLimits;
  readonly #clock: Clock;
  readonly #kept: LogEntry<Body>[] = [];
  readonly #droppable: Droppable<Body>[] = [];
  readonly #listeners = new Set<() => void>();
  /** Entries at the front of `#droppable` that are dropped already. */
  #dropped = 0;
  #droppableBytes = 0;
  #keptBytes = 0;
  #lastId = 0;
  #hasEnded = false;

  constructor(limits: EventLogLimits, clock: Clock) {
    this.#limits = limits;
    this.#clock = clock;
  }

  /** Id of the newest entry; 0 while there is none. */
  get lastId(): number {
    return this.#lastId;
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** Size of everything in it, as it was told. */
  get bytes(): number {
    return this.#keptBytes + this.#droppableBytes;
  }

  /** Adds an entry that is never dropped; nothing is added after the end. */
  add(body: Body, bytes: number): void {
    if (this.#hasEnded) return;
    this.#kept.push(this.#next(body));
    this.#keptBytes += bytes;
    this.#wake();
  }

  /** Adds an entry that older readers may miss. */
  addDroppable(body: Body, bytes: number): void {
    if (this.#hasEnded) return;
    this.#droppable.push({ ...this.#next(body), bytes });
    this.#droppableBytes += bytes;
    // SAFETY: servers and programs write these, as many as they like (test/unit/journal: event_log).
    while (this.#isOver()) this.#drop();
    this.#wake();
  }

  /** Adds the last entry. */
  end(body: Body, bytes: number): void {
    if (this.#hasEnded) return;
    this.#kept.push(this.#next(body));
    this.#keptBytes += bytes;
    this.#hasEnded = true;
    this.#wake();
  }

  /** What a reader that has seen `after` sees next; undefined when there is nothing yet. */
  read(after: number): LogEntry<Body> | LostEntries | undefined {
    const kept = this.#kept[firstAfter(this.#kept, after, 0)];
    const droppable = this.#droppable[firstAfter(this.#droppable, after, this.#dropped)];
    const next = earlier(kept, droppable);
    if (next === undefined) return undefined;
    const lost = next.id - after - 1;
    return lost > 0 ? { id: next.id - 1, at: next.at, lost } : next;
  }

  /** Told whenever an entry was added. */
  onChange(listener: () => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  }

  #next(body: Body): LogEntry<Body> {
    this.#lastId += 1;
    return { id: this.#lastId, at: this.#clock.now(), body };
  }

  #isOver(): boolean {
    const { entries, bytes } = this.#limits;
    const count = this.#droppable.length - this.#dropped;
    return count > entries || (this.#droppableBytes > bytes && count > 0);
  }

  #drop(): void {
    this.#droppableBytes -= this.#droppable[this.#dropped]?.bytes ?? 0;
    this.#dropped += 1;
    if (this.#dropped * 2 <= this.#droppable.length) return;
    this.#droppable.splice(0, this.#dropped);
    this.#dropped = 0;
  }

  #wake(): void {
    for (const listener of this.#listeners) listener();
  }
}

/** Index, from `from` on, of the first entry with an id above `after`. */
function firstAfter(entries: readonly LogEntry<unknown>[], after: number, from: number): number {
  let low = from;
  let high = entries.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((entries[middle]?.id ?? 0) > after) high = middle;
    else low = middle + 1;
  }
  return low;
}

function earlier<Body>(
  one: LogEntry<Body> | undefined,
  other: LogEntry<Body> | undefined,
): LogEntry<Body> | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return one.id < other.id ? one : other;
}
