/**
 * What servers ask in the middle of one execution's calls, or of one call without a program. A question
 * stays open until it is answered well, its call ends, or nobody has answered for too long; then nobody
 * is asked again.
 */

import type { Clock } from "../base/clock.ts";
import { createDeferred, type Deferred } from "../base/deferred.ts";
import { CodemodeError } from "../base/errors.ts";
import {
  MAX_QUESTION_MESSAGE,
  type OpenQuestion,
  type Question,
  type QuestionAnswer,
} from "../contract/mod.ts";
import type { Standstill } from "../runtime/mod.ts";
import type { ExecutionFeed } from "./execution_feed.ts";
import { contentIssues } from "./question_content.ts";
import { sizeOf } from "./value_size.ts";

/** Bounds of the questions of one execution, or of one call without a program. */
export interface QuestionLimits {
  /** How long one waits for its answer. */
  readonly timeoutMs: number;
  /** Questions open at the same time. */
  readonly open: number;
  /** Questions in all. */
  readonly total: number;
}

/** What questions need. */
export interface QuestionsOptions {
  readonly limits: QuestionLimits;
  readonly clock: Clock;
  /** Told of each question, and once of its end, whatever ended it. */
  readonly feed: Pick<ExecutionFeed, "asked" | "answered">;
  /** Stands still while a question is open. @default nothing does */
  readonly standstill?: Standstill;
}

interface Open {
  readonly question: OpenQuestion;
  readonly answered: Deferred<QuestionAnswer>;
}

/** Size of the schema of a form, and length of an address, beyond which nobody is asked. */
const MAX_SCHEMA_BYTES = 64 * 1024;
const MAX_URL_LENGTH = 2048;

/** Nobody was asked, or nobody answered. */
const NOT_ANSWERED: QuestionAnswer = Object.freeze({ action: "cancel" });

/** The questions of one execution, or of one call. */
export class Questions {
  readonly #options: QuestionsOptions;
  readonly #open = new Map<string, Open>();
  #asked = 0;
  #isNobodyThere = false;

  constructor(options: QuestionsOptions) {
    this.#options = options;
  }

  /** Those that wait for an answer, oldest first. */
  get open(): readonly OpenQuestion[] {
    return [...this.#open.values()].map(({ question }) => question);
  }

  /** Asks and waits for the answer; `cancel` when nobody gives one. Rejects when the call is aborted. */
  async ask(question: Question, signal: AbortSignal): Promise<QuestionAnswer> {
    signal.throwIfAborted();
    if (!this.#mayAsk(question)) return NOT_ANSWERED;
    const { clock, limits, feed, standstill } = this.#options;
    this.#asked += 1;
    const name = `q${this.#asked}`;
    const told = { ...question, message: messageOf(question), question: name };
    const answered = createDeferred<QuestionAnswer>();
    const onAbort = () => {
      answered.reject(signal.reason);
      this.#close(name, NOT_ANSWERED);
    };
    this.#open.set(name, { question: told, answered });
    feed.asked(told);
    signal.addEventListener("abort", onAbort, { once: true });
    using _still = standstill?.begin();
    using _timer = clock.after(limits.timeoutMs, () => this.#giveUp(name));
    try {
      return await answered.promise;
    } finally {
      signal.removeEventListener("abort", onAbort);
      this.#open.delete(name);
    }
  }

  /** Takes an answer; `INVALID_REQUEST` when it fits no open question, which then stays open. */
  answer(name: string, answer: QuestionAnswer): void {
    const open = this.#open.get(name);
    if (open === undefined) throw notOpen(name, [...this.#open.keys()]);
    const taken = checked(open.question, answer);
    this.#close(name, taken);
  }

  #close(name: string, answer: QuestionAnswer): void {
    const open = this.#open.get(name);
    if (open === undefined) return;
    this.#open.delete(name);
    this.#options.feed.answered(name, answer);
    open.answered.resolve(answer);
  }

  #giveUp(name: string): void {
    // SAFETY: a server cannot hold a sandbox longer by asking again somebody who is not there
    // (test/unit/engine: questions).
    this.#isNobodyThere = true;
    this.#close(name, NOT_ANSWERED);
  }

  #mayAsk({ requestedSchema, url = "" }: Question): boolean {
    const { open, total } = this.#options.limits;
    if (this.#isNobodyThere || this.#open.size >= open || this.#asked >= total) return false;
    if (url.length > MAX_URL_LENGTH) return false;
    return sizeOf(requestedSchema) <= MAX_SCHEMA_BYTES;
  }
}

function messageOf({ message }: Question): string {
  return message.length <= MAX_QUESTION_MESSAGE
    ? message
    : `${message.slice(0, MAX_QUESTION_MESSAGE - 1)}…`;
}

/** The answer as it reaches the server. */
function checked(
  { mode, requestedSchema }: OpenQuestion,
  { action, content }: QuestionAnswer,
): QuestionAnswer {
  if (action !== "accept" || mode !== "form") {
    if (content === undefined) return { action };
    throw wrong([{ path: "content", message: "only an accepted form has content" }]);
  }
  const given = content ?? {};
  const issues = contentIssues(requestedSchema, given)
    .map(({ path, message }) => ({ path: `content.${path}`, message }));
  if (issues.length > 0) throw wrong(issues);
  return { action, content: given };
}

function wrong(issues: readonly { readonly path: string; readonly message: string }[]) {
  const told = issues.slice(0, 20).map(({ path, message }) => `${path} ${message}`).join("; ");
  return new CodemodeError("INVALID_REQUEST", `The answer does not fit its question: ${told}`, {
    details: { issues: issues.slice(0, 20) },
  });
}

function notOpen(name: string, open: readonly string[]): CodemodeError {
  const hint = open.length === 0 ? "none is" : `open: ${open.join(", ")}`;
  return new CodemodeError(
    "INVALID_REQUEST",
    `No question "${name.slice(0, 64)}" waits for an answer; ${hint}`,
    { details: { issues: [{ path: "question", message: hint }] } },
  );
}
