/**
 * What a repeatable program was sent, in order, so that another sandbox can be sent the same: every
 * call is made once, whichever sandbox asks for it, and its reply comes where it came the first time.
 */

import { createHash } from "node:crypto";
import type { Clock } from "../base/clock.ts";
import { CodemodeError } from "../base/errors.ts";
import type { CallFrame, ReplyFrame } from "../protocol/frames.ts";
import type { CallReply } from "../runtime/mod.ts";
import type { JournalShare } from "./journal_room.ts";

/** Options of {@link CallJournal}. */
export interface CallJournalOptions {
  readonly clock: Clock;
  /** Makes a call. `signal` aborts when the journal is closed. */
  readonly make: (frame: CallFrame, signal: AbortSignal) => Promise<CallReply>;
  /** Calls kept, sleeps among them. @default 10000 */
  readonly maxCalls?: number;
  /** Characters of replies kept. @default 33554432 */
  readonly maxLength?: number;
  /** Room among the journals of others; given back when this one keeps nothing any more. @default all */
  readonly share?: JournalShare | undefined;
}

/** One sandbox's way through the journal. */
export interface JournalReader {
  call(frame: CallFrame): Promise<CallReply>;
  /** The reply to a call was sent, as this text. */
  replied(frame: CallFrame, text: string): void;
  /** Why the end of the program, with `queued` calls not made yet, is not the end of the same program. */
  judgeEnd(queued: readonly CallFrame[]): CodemodeError | undefined;
}

/** A call, under the id that the program gave it: the n-th call is the n-th whenever it is made. */
interface Entry {
  readonly id: number;
  /** What was called. */
  readonly name: string;
  /** Of the arguments. */
  readonly digest: string;
  /** Until it has been sent. */
  reply?: CallReply;
  /** As it was sent. */
  text?: string;
}

/** A call that failed inside the host. */
const NOT_MADE: CallReply = Object.freeze({
  ok: false,
  error: { name: "Error", message: "The host could not make the call" },
});
const MAX_CALLS = 10_000;
const MAX_LENGTH = 32 * 1024 * 1024;

/** The journal of one program. Disposing it aborts the calls in flight. */
export class CallJournal implements Disposable {
  readonly #options: CallJournalOptions;
  readonly #aborter = new AbortController();
  readonly #entries = new Map<number, Entry>();
  /** Entries in the order of their replies. */
  readonly #order: Entry[] = [];
  #reader: Reader | undefined;
  #length = 0;
  /** Calls without a reply. */
  #open = 0;
  #isFull = false;

  constructor(options: CallJournalOptions) {
    this.#options = options;
  }

  /** Calls made so far. */
  get calls(): number {
    return this.#entries.size;
  }

  /** Replies so far. */
  get replies(): number {
    return this.#order.length;
  }

  /** Whether it holds more than it can keep, so that the program cannot be repeated any more. */
  get isFull(): boolean {
    return this.#isFull;
  }

  /**
   * Begins anew for another sandbox, which takes the place of the one before. `onDiverged` is told when
   * it asks for something else than the one before did; nothing is made or answered then.
   */
  read(onDiverged: (error: CodemodeError) => void): JournalReader {
    const reader = new Reader(this.#order, onDiverged);
    this.#reader = reader;
    return {
      call: (frame) => this.#answer(frame, reader),
      replied: (frame, text) => this.#keep(frame, text),
      judgeEnd: (queued) => this.#judgeEnd(reader, queued),
    };
  }

  [Symbol.dispose](): void {
    this.#reader = undefined;
    this.#options.share?.[Symbol.dispose]();
    if (this.#open > 0) {
      this.#aborter.abort(new CodemodeError("CANCELLED", "The program has ended"));
    }
  }

  #answer(frame: CallFrame, reader: Reader): Promise<CallReply> {
    const name = `${frame.namespace}.${frame.tool}`;
    const digest = digestOf(frame.args);
    const known = this.#entries.get(frame.id);
    // SAFETY: a program that asks for something else must not get or cause anything (test/unit/continuation: call_journal).
    if (known !== undefined && (known.name !== name || known.digest !== digest)) {
      return reader.diverge(known, name);
    }
    // SAFETY: what was made before it was full is not made again (test/unit/continuation: call_journal).
    if (known === undefined && this.#isFull) return this.#make(frame);
    return reader.wait(known ?? this.#begin(frame, { id: frame.id, name, digest }));
  }

  #begin(frame: CallFrame, entry: Entry): Entry {
    const { maxCalls = MAX_CALLS } = this.#options;
    this.#entries.set(entry.id, entry);
    if (this.#entries.size >= maxCalls) this.#overflow();
    void this.#make(frame).then((reply) => {
      entry.reply = reply;
      this.#order.push(entry);
      this.#reader?.deliver();
    });
    return entry;
  }

  async #make(frame: CallFrame): Promise<CallReply> {
    const { make, clock } = this.#options;
    this.#open += 1;
    const reply = await make(frame, this.#aborter.signal).catch(() => NOT_MADE);
    this.#open -= 1;
    return { ...reply, at: clock.now() };
  }

  /** Keeps a reply as the text it was sent as, which takes a fraction of the room. */
  #keep({ id }: CallFrame, text: string): void {
    const entry = this.#entries.get(id);
    if (entry === undefined) return;
    delete entry.reply;
    if (this.#isFull) delete entry.text;
    else if (entry.text === undefined) this.#keepText(entry, text);
  }

  #keepText(entry: Entry, text: string): void {
    const { maxLength = MAX_LENGTH, share } = this.#options;
    entry.text = text;
    this.#length += text.length;
    if (this.#length > maxLength || share?.grow(text.length) === false) this.#overflow();
  }

  /** Keeps only what the present sandbox has not been given yet. */
  #overflow(): void {
    this.#isFull = true;
    for (const entry of this.#reader?.given ?? []) delete entry.text;
    this.#options.share?.[Symbol.dispose]();
  }

  #judgeEnd(reader: Reader, queued: readonly CallFrame[]): CodemodeError | undefined {
    const waiting = new Set(queued.map(({ id }) => id));
    for (const entry of this.#entries.values()) {
      if (reader.asked.has(entry.id) || waiting.has(entry.id)) continue;
      return diverged(entry, `it ended without ${entry.name}`);
    }
    return undefined;
  }
}

/** How far one sandbox has come. */
class Reader {
  readonly #order: readonly Entry[];
  readonly #onDiverged: (error: CodemodeError) => void;
  readonly #waiting = new Map<Entry, (reply: CallReply) => void>();
  /** Ids of calls. */
  readonly asked = new Set<number>();
  #delivered = 0;

  constructor(order: readonly Entry[], onDiverged: (error: CodemodeError) => void) {
    this.#order = order;
    this.#onDiverged = onDiverged;
  }

  /** Whose replies it has. */
  get given(): readonly Entry[] {
    return this.#order.slice(0, this.#delivered);
  }

  wait(entry: Entry): Promise<CallReply> {
    this.asked.add(entry.id);
    return new Promise((resolve) => {
      this.#waiting.set(entry, resolve);
      // Not at once: who asked does not listen yet, and one who asked before would be heard first.
      queueMicrotask(() => this.deliver());
    });
  }

  /** Gives each reply when it is its turn and it was asked for. */
  deliver(): void {
    for (;;) {
      const next = this.#order[this.#delivered];
      const give = next && this.#waiting.get(next);
      if (!give) return;
      this.#waiting.delete(next);
      this.#delivered += 1;
      give(replyOf(next));
    }
  }

  diverge(before: Entry, name: string): Promise<CallReply> {
    const what = before.name === name
      ? `${name} with other arguments`
      : `${name} instead of ${before.name}`;
    this.#onDiverged(diverged(before, `it called ${what}`));
    return new Promise(() => {}); // The sandbox is about to end.
  }
}

function replyOf({ reply, text }: Entry): CallReply {
  if (reply !== undefined) return reply;
  const { type: _type, id: _id, ...kept } = JSON.parse(text!) as ReplyFrame;
  return kept;
}

function digestOf(args: CallFrame["args"]): string {
  const text = JSON.stringify(args);
  return text.length <= 64 ? text : createHash("sha256").update(text).digest("base64");
}

function diverged({ id }: Entry, what: string): CodemodeError {
  return new CodemodeError(
    "CONTINUATION_FAILED",
    `The program was continued in another sandbox and did something else there: ${what}`,
    { details: { reason: "diverged", call: id } },
  );
}
