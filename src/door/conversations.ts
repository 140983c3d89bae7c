/**
 * Conversations that wait for their client: bound to their principal and its grant, counted, and ended by
 * time.
 */

import type { Clock } from "../base/clock.ts";
import { type Owner, reaches } from "../capability/mod.ts";
import type { Conversation } from "./conversation.ts";

/** How many there may be, and how long one waits. */
export interface ConversationLimits {
  readonly perPrincipal: number;
  readonly patienceMs: number;
}

interface Kept {
  readonly conversation: Conversation;
  readonly timer: Disposable;
  /** Questions that were open when its time began. */
  readonly asked: readonly string[];
}

const FORGOTTEN = "The execution was cancelled: its caller did not come back";

/** Those that are kept. Disposing it ends them. */
export class Conversations implements Disposable {
  readonly #limits: ConversationLimits;
  readonly #clock: Clock;
  readonly #kept = new Map<string, Kept>();

  constructor(limits: ConversationLimits, clock: Clock) {
    this.#limits = limits;
    this.#clock = clock;
  }

  /** How many are kept. */
  get size(): number {
    return this.#kept.size;
  }

  /**
   * Keeps one until its client comes back; its time begins anew, unless a question that was open when
   * it began still is. False when its principal has too many: the oldest that has ended makes room.
   */
  keep(conversation: Conversation): boolean {
    const { id, owner } = conversation;
    const kept = this.#kept.get(id);
    // SAFETY: who comes back without an answer, again and again, keeps nobody waiting for one
    // (test/unit/door: conversations).
    if (kept?.asked.some((name) => isOpen(conversation, name))) return true;
    if (kept === undefined && !this.#hasRoom(owner.id)) return false;
    kept?.timer[Symbol.dispose]();
    const timer = this.#clock.after(this.#limits.patienceMs, () => {
      this.#kept.delete(id);
      conversation.cancel(FORGOTTEN);
    });
    const asked = conversation.questions.map(({ question }) => question);
    this.#kept.set(id, { conversation, timer, asked });
    return true;
  }

  #hasRoom(principal: string): boolean {
    const theirs = [...this.#kept.values()]
      .map(({ conversation }) => conversation)
      .filter(({ owner }) => owner.id === principal);
    if (theirs.length < this.#limits.perPrincipal) return true;
    const ended = theirs.find(({ ending }) => ending !== undefined);
    if (ended === undefined) return false;
    this.release(ended.id);
    return true;
  }

  /** The caller's conversation of that id; none where it was begun with a wider grant. */
  find(id: string, caller: Owner): Conversation | undefined {
    const found = this.#kept.get(id)?.conversation;
    // SAFETY: who knows an id of another's gets nothing by it (test/integration/door).
    return found !== undefined && reaches(caller, found.owner) ? found : undefined;
  }

  /** Lets go of one without ending it. */
  release(id: string): void {
    this.#kept.get(id)?.timer[Symbol.dispose]();
    this.#kept.delete(id);
  }

  [Symbol.dispose](): void {
    for (const { conversation, timer } of this.#kept.values()) {
      timer[Symbol.dispose]();
      conversation.cancel("The service is shutting down");
    }
    this.#kept.clear();
  }
}

function isOpen({ questions }: Conversation, name: string): boolean {
  return questions.some(({ question }) => question === name);
}
