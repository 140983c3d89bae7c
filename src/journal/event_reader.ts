/** One reader of a log: what is there, then what comes, until the end. Leaving it wakes who waits. */

import { createDeferred } from "../base/deferred.ts";
import type { EventLog, LogEntry, LostEntries } from "./event_log.ts";

/** What was read. */
export type Read<Body> = LogEntry<Body> | LostEntries;

/** Reads a log from a place in it. */
export class EventReader<Body, Event> implements AsyncIterableIterator<Event> {
  readonly #log: EventLog<Body>;
  readonly #toEvent: (read: Read<Body>) => Event;
  #after: number;
  #hasLeft = false;
  #stopWaiting: (() => void) | undefined;
  /** Settles when those who asked before are served. */
  #turn: Promise<unknown> = Promise.resolve();

  /** Goes on after the entry with the id `after`. */
  constructor(log: EventLog<Body>, after: number, toEvent: (read: Read<Body>) => Event) {
    this.#log = log;
    this.#after = after;
    this.#toEvent = toEvent;
  }

  /** Those who ask at the same time are served in turn. */
  next(): Promise<IteratorResult<Event, undefined>> {
    const turn = this.#turn.then(() => this.#next());
    this.#turn = turn.catch(() => {});
    return turn;
  }

  return(): Promise<IteratorResult<Event, undefined>> {
    this.#hasLeft = true;
    this.#stopWaiting?.();
    return Promise.resolve(OVER);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async #next(): Promise<IteratorResult<Event, undefined>> {
    for (;;) {
      if (this.#hasLeft) return OVER;
      const read = this.#log.read(this.#after);
      if (read !== undefined) {
        this.#after = read.id;
        return { done: false, value: this.#toEvent(read) };
      }
      if (this.#log.hasEnded) return OVER;
      await this.#change();
    }
  }

  async #change(): Promise<void> {
    const { promise, resolve } = createDeferred<void>();
    using _listening = this.#log.onChange(resolve);
    this.#stopWaiting = resolve;
    await promise;
    this.#stopWaiting = undefined;
  }
}

const OVER: IteratorReturnResult<undefined> = Object.freeze({ done: true, value: undefined });
