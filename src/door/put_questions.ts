/**
 * Puts the open questions of a conversation to the client of one request, in the way of the older
 * revision: each by a request of its own, which is taken back as soon as its question needs no answer.
 */

import type { ServerContext } from "@modelcontextprotocol/server";
import type { OpenQuestion } from "../contract/mod.ts";
import type { Conversation } from "./conversation.ts";
import { elicit } from "./questions.ts";

const SETTLED = "The question needs no answer any more";

/** What was put to the client. Disposing it takes back what is still open. */
export class PutQuestions implements Disposable {
  readonly #ctx: ServerContext;
  readonly #conversation: Conversation;
  readonly #put = new Map<string, AbortController>();

  constructor(ctx: ServerContext, conversation: Conversation) {
    this.#ctx = ctx;
    this.#conversation = conversation;
  }

  /** Puts those that are new, and takes back those that are open no more. */
  put(open: readonly OpenQuestion[]): void {
    const names = new Set(open.map(({ question }) => question));
    for (const name of this.#put.keys()) {
      if (!names.has(name)) this.#takeBack(name);
    }
    for (const question of open) {
      if (!this.#put.has(question.question)) void this.#ask(question);
    }
  }

  [Symbol.dispose](): void {
    for (const name of this.#put.keys()) this.#takeBack(name);
  }

  /** Never rejects: an answer that does not fit is none. */
  async #ask(question: OpenQuestion): Promise<void> {
    const name = question.question;
    const settled = new AbortController();
    this.#put.set(name, settled);
    const answer = await elicit(this.#ctx, question, settled.signal);
    try {
      this.#conversation.answer(name, answer);
    } catch {
      this.#conversation.answer(name, { action: "cancel" });
    }
  }

  #takeBack(name: string): void {
    this.#put.get(name)?.abort(SETTLED);
    this.#put.delete(name);
  }
}
