/** A conversation that waits for its client, and for how long: while a request attends to it, it does not. */

import type { Clock } from "../base/clock.ts";
import type { Conversation } from "./conversation.ts";

/** How long it waits, and who is told that nobody came. */
export interface Patience {
  readonly clock: Clock;
  readonly patienceMs: number;
  readonly onOver: () => void;
}

/** One that is kept. Disposing it stops its time. */
export class KeptConversation implements Disposable {
  readonly conversation: Conversation;
  readonly #patience: Patience;
  /** Questions that were open when its time began. */
  #asked: readonly string[] = [];
  /** When its time is over, of a clock that never goes back. */
  #until = 0;
  #attending = 0;
  #isOver = false;
  #timer: Disposable | undefined;

  constructor(conversation: Conversation, patience: Patience) {
    this.conversation = conversation;
    this.#patience = patience;
    this.renew();
  }

  /** Its time begins anew, unless a question that was open when it began still is. */
  renew(): void {
    const names = this.conversation.questions.map(({ question }) => question);
    // SAFETY: who comes back without an answer, again and again, keeps nobody waiting for one
    // (test/unit/door: conversations).
    if (!this.#asked.some((name) => names.includes(name))) {
      const { clock, patienceMs } = this.#patience;
      this.#asked = names;
      this.#until = clock.monotonic() + patienceMs;
    }
    this.#wait();
  }

  /** Its client is there until the handle is disposed. */
  attended(): Disposable {
    let hasLeft = false;
    this.#attending += 1;
    this.#wait();
    return {
      [Symbol.dispose]: () => {
        if (hasLeft) return;
        hasLeft = true;
        this.#attending -= 1;
        this.renew();
      },
    };
  }

  [Symbol.dispose](): void {
    this.#isOver = true;
    this.#wait();
  }

  #wait(): void {
    this.#timer?.[Symbol.dispose]();
    this.#timer = undefined;
    if (this.#isOver || this.#attending > 0) return;
    const { clock, onOver } = this.#patience;
    this.#timer = clock.after(Math.max(0, this.#until - clock.monotonic()), onOver);
  }
}
