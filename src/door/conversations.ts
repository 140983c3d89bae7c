/**
 * Conversations that wait for their client: bound to their principal and its grant, counted, and ended by
 * time.
 */

import type { Clock } from "../base/clock.ts";
import { type Owner, reaches } from "../capability/mod.ts";
import type { Conversation } from "./conversation.ts";
import { KeptConversation } from "./kept_conversation.ts";

/** How many there may be, and how long one waits. */
export interface ConversationLimits {
  readonly perPrincipal: number;
  readonly patienceMs: number;
}

const FORGOTTEN = "The execution was cancelled: its caller did not come back";

/** Those that are kept. Disposing it ends them. */
export class Conversations implements Disposable {
  readonly #limits: ConversationLimits;
  readonly #clock: Clock;
  readonly #kept = new Map<string, KeptConversation>();

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
    if (kept === undefined && !this.#hasRoom(owner.id)) return false;
    if (kept === undefined) this.#kept.set(id, this.#newlyKept(conversation));
    else kept.renew();
    return true;
  }

  #newlyKept(conversation: Conversation): KeptConversation {
    return new KeptConversation(conversation, {
      clock: this.#clock,
      patienceMs: this.#limits.patienceMs,
      onOver: () => {
        this.#kept.delete(conversation.id);
        conversation.cancel(FORGOTTEN);
      },
    });
  }

  /** The client of one that is kept waits for it, so its time stands still until the handle is disposed. */
  attended(id: string): Disposable {
    return this.#kept.get(id)?.attended() ?? { [Symbol.dispose]() {} };
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
    this.#kept.get(id)?.[Symbol.dispose]();
    this.#kept.delete(id);
  }

  [Symbol.dispose](): void {
    for (const kept of this.#kept.values()) {
      kept[Symbol.dispose]();
      kept.conversation.cancel("The service is shutting down");
    }
    this.#kept.clear();
  }
}
