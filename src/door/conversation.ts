/**
 * A program or a call that outlives the request that began it: it asks, its client comes back with the
 * answers, and goes on hearing of it where it left.
 */

import type { CallToolResult, ProtocolError } from "@modelcontextprotocol/server";
import type { Clock } from "../base/clock.ts";
import type { Owner } from "../capability/mod.ts";
import type { ExecutionEvent, OpenQuestion, QuestionAnswer } from "../contract/mod.ts";

/** What a conversation is about. */
export interface Subject {
  readonly id: string;
  /** How it ends; rejects with a `ProtocolError` only. */
  readonly result: Promise<CallToolResult>;
  /** Questions that wait for an answer. */
  readonly questions: readonly OpenQuestion[];
  /** What happens after an event, until it ends. */
  events(after: number): AsyncIterableIterator<ExecutionEvent>;
  /** Answers one of them; throws `INVALID_REQUEST` when it does not fit, the question then stays open. */
  answer(question: string, answer: QuestionAnswer): void;
  cancel(reason: string): void;
}

/** How it ended: with a result, or with an error of the protocol. */
export type Ending =
  | { readonly result: CallToolResult }
  | { readonly error: ProtocolError };

/** How far a conversation came: to its end, to questions, or not further in the time there was. */
export type Stop =
  | { readonly kind: "ended"; readonly result: CallToolResult }
  | { readonly kind: "asks"; readonly questions: readonly OpenQuestion[] }
  | { readonly kind: "goes on" };

/** Options of {@link Conversation.attend}. */
export interface AttendOptions {
  /** Ends the program: whoever called does not want it any more. */
  readonly signal: AbortSignal;
  /** Leaves it alone. @default never */
  readonly leave?: AbortSignal;
  readonly onEvent: (event: ExecutionEvent) => Promise<void>;
  /** Whether a question can be put to whoever called; one that cannot is answered with `cancel`. */
  readonly canAsk: (question: OpenQuestion) => boolean;
  /** Told of all open questions whenever something happened. @default the first one ends the hearing */
  readonly onQuestions?: (open: readonly OpenQuestion[]) => void;
}

const LEFT = "The execution was cancelled: its caller went away";

/** One program or call, and where its client has heard of it. */
export class Conversation {
  /** Whose it is, as it was granted when it began. */
  readonly owner: Owner;
  /** Milliseconds since the Unix epoch. */
  readonly createdAt: number;
  readonly #subject: Subject;
  readonly #clock: Clock;
  #heard = 0;
  #updatedAt: number;
  #isCancelled = false;
  #ending: Ending | undefined;

  constructor(subject: Subject, owner: Owner, clock: Clock) {
    this.#subject = subject;
    this.owner = owner;
    this.#clock = clock;
    this.createdAt = this.#updatedAt = clock.now();
    subject.result.then((result) => this.#close({ result }), (error) => this.#close({ error }));
  }

  /** When it last changed its state. */
  get updatedAt(): number {
    return this.#updatedAt;
  }

  /** Whether it was ended before it had a result. */
  get isCancelled(): boolean {
    return this.#isCancelled;
  }

  get id(): string {
    return this.#subject.id;
  }

  /** Settles when it has ended. */
  get end(): Promise<CallToolResult> {
    return this.#subject.result;
  }

  /** How it ended, once it has. */
  get ending(): Ending | undefined {
    return this.#ending;
  }

  get questions(): readonly OpenQuestion[] {
    return this.#ending === undefined && !this.#isCancelled ? this.#subject.questions : [];
  }

  /**
   * Takes an answer; throws `INVALID_REQUEST` when it does not fit its question, which then stays open.
   * One that was settled meanwhile, through another face or by the time, needs none.
   */
  answer(question: string, { action, content }: QuestionAnswer): void {
    const open = this.questions.find((one) => one.question === question);
    if (open === undefined) return;
    // Clients that have one form for all answers send an empty one with an address, too.
    const hasContent = content !== undefined && open.mode === "form";
    this.#subject.answer(question, hasContent ? { action, content } : { action });
    this.#touch();
  }

  cancel(reason: string): void {
    if (this.#ending !== undefined || this.#isCancelled) return;
    this.#isCancelled = true;
    this.#touch();
    this.#subject.cancel(reason);
  }

  /** Hears of it until it ends, asks, or is left alone. */
  async attend({ signal, leave, ...hearing }: AttendOptions): Promise<Stop> {
    const events = this.#subject.events(this.#heard);
    const cancel = () => this.cancel(LEFT);
    const depart = () => void events.return?.();
    if (signal.aborted) cancel();
    signal.addEventListener("abort", cancel, { once: true });
    leave?.addEventListener("abort", depart, { once: true });
    try {
      if (await this.#asks(events, hearing)) return { kind: "asks", questions: this.questions };
      if (leave?.aborted && this.#ending === undefined) return { kind: "goes on" };
      return { kind: "ended", result: await this.end };
    } finally {
      signal.removeEventListener("abort", cancel);
      leave?.removeEventListener("abort", depart);
    }
  }

  /** Hears until there is a question that ends the hearing, or nothing more to hear. */
  async #asks(
    events: AsyncIterableIterator<ExecutionEvent>,
    { canAsk, onEvent, onQuestions }: Omit<AttendOptions, "signal" | "leave">,
  ): Promise<boolean> {
    const isAsking = () => {
      this.#refuse(canAsk);
      onQuestions?.(this.questions);
      return onQuestions === undefined && this.questions.length > 0;
    };
    if (isAsking()) return true;
    for await (const event of events) {
      this.#heard = event.id;
      await onEvent(event);
      if (isAsking()) return true;
    }
    return false;
  }

  #close(ending: Ending): void {
    this.#ending = ending;
    this.#touch();
  }

  #touch(): void {
    this.#updatedAt = this.#clock.now();
  }

  #refuse(canAsk: (question: OpenQuestion) => boolean): void {
    for (const question of this.questions) {
      if (!canAsk(question)) this.answer(question.question, { action: "cancel" });
    }
  }
}
