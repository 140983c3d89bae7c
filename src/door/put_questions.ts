/**
 * Puts the open questions of a conversation to the client of one request, in the way of the older
 * revision: each by a request of its own, which is taken back as soon as its question needs no answer.
 */

import type { ServerContext } from "@modelcontextprotocol/server";
import { toCodemodeError } from "../base/errors.ts";
import type { Logger } from "../base/log.ts";
import type { OpenQuestion } from "../contract/mod.ts";
import type { Conversation } from "./conversation.ts";
import { elicit } from "./questions.ts";

/** Times that one question is put; who gives no answer by then gives none. */
const MAX_TURNS = 3;

const SETTLED = "The question needs no answer any more";

/** What was put to the client. Disposing it takes back what is still open. */
export class PutQuestions implements Disposable {
  readonly #ctx: ServerContext;
  readonly #conversation: Conversation;
  readonly #logger: Logger;
  readonly #put = new Map<string, AbortController>();

  constructor(ctx: ServerContext, conversation: Conversation, logger: Logger) {
    this.#ctx = ctx;
    this.#logger = logger;
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

  /** Never rejects. An answer that does not fit is asked for again, with what is wrong with it. */
  async #ask(question: OpenQuestion): Promise<void> {
    const name = question.question;
    const ending = new AbortController();
    this.#put.set(name, ending);
    let issue: string | undefined;
    for (let turn = 0; turn < MAX_TURNS; turn += 1) {
      try {
        const asked = { question, settled: ending.signal, issue };
        return this.#conversation.answer(name, await elicit(this.#ctx, asked));
      } catch (thrown) {
        issue = toCodemodeError(thrown).message;
      }
    }
    this.#logger.warn("a client's answers do not fit what it was asked", { issue });
    this.#conversation.answer(name, { action: "cancel" });
  }

  #takeBack(name: string): void {
    this.#put.get(name)?.abort(SETTLED);
    this.#put.delete(name);
  }
}
