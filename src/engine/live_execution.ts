/** One execution as doors hold it: what happens, how it ends, and what its caller can do meanwhile. */

import { CodemodeError, toCodemodeError } from "../base/errors.ts";
import type { Owner } from "../capability/mod.ts";
import type {
  ExecutionDetails,
  ExecutionEvent,
  ExecutionView,
  OpenQuestion,
  QuestionAnswer,
} from "../contract/mod.ts";
import { toProblem } from "../contract/mod.ts";
import type { Clock } from "../base/clock.ts";
import { type EventLog, EventReader, type Kept } from "../journal/mod.ts";
import { type ExecutionResult, toPlainAnswer } from "./answer.ts";
import type { ExecutionFeed } from "./execution_feed.ts";
import { type Happening, type ToAnswer, toEvent } from "./happening.ts";
import type { Questions } from "./questions.ts";

/** An execution that was let in. */
export interface StartedExecution {
  readonly executionId: string;
  /** How it ended; rejects when no program ran. */
  readonly result: Promise<ExecutionResult>;
  /** Questions that wait for an answer. */
  readonly questions: readonly OpenQuestion[];
  /**
   * What happened after the event with the id `after`, then what happens, until the result or the error.
   * Logs and progress that are not kept any more are one log line that says how many they were.
   */
  events(after?: number, toAnswer?: ToAnswer): AsyncIterableIterator<ExecutionEvent>;
  /** Ends it; does nothing when it has ended. */
  cancel(reason?: string): void;
  /** Answers a question; `INVALID_REQUEST` when the answer fits none, which leaves it open. */
  answer(question: string, answer: QuestionAnswer): void;
  view(): ExecutionView;
  /** The view with what it waits for and how it ended. */
  details(toAnswer?: ToAnswer): ExecutionDetails;
}

/** What an execution is made of. */
export interface LiveExecutionParts {
  readonly executionId: string;
  readonly requestId: string;
  readonly owner: Owner;
  readonly log: EventLog<Happening>;
  readonly feed: ExecutionFeed;
  readonly questions: Questions;
  readonly clock: Clock;
  readonly cancel: (reason: CodemodeError) => void;
}

/** Bytes that an execution takes besides its events. */
const EXECUTION_BYTES = 1000;

/** How it ended. */
type End = { readonly result: ExecutionResult } | { readonly error: CodemodeError };

/** One execution, alive or kept. */
export class LiveExecution implements StartedExecution, Kept {
  readonly executionId: string;
  /** Whose it is, as it was granted then. */
  readonly owner: Owner;
  readonly #requestId: string;
  readonly #log: EventLog<Happening>;
  readonly #feed: ExecutionFeed;
  readonly #clock: Clock;
  readonly #createdAt: number;
  #live: Pick<LiveExecutionParts, "questions" | "cancel"> | undefined;
  #result: Promise<ExecutionResult> | undefined;
  #end: End | undefined;
  #endedAt = 0;

  constructor(parts: LiveExecutionParts) {
    this.executionId = parts.executionId;
    this.owner = parts.owner;
    this.#requestId = parts.requestId;
    this.#log = parts.log;
    this.#feed = parts.feed;
    this.#clock = parts.clock;
    this.#createdAt = parts.clock.now();
    this.#live = parts;
  }

  get result(): Promise<ExecutionResult> {
    if (this.#result === undefined) throw new TypeError("Cannot await the execution: not begun");
    return this.#result;
  }

  get questions(): readonly OpenQuestion[] {
    return this.#live?.questions.open ?? [];
  }

  get principal(): string {
    return this.owner.id;
  }

  /** Bytes it takes. */
  get bytes(): number {
    return EXECUTION_BYTES + this.#log.bytes;
  }

  /** Lets it run; `onEnd` is told before anybody else. */
  run(program: () => Promise<ExecutionResult>, onEnd: () => void): void {
    this.#result = this.#walk(program, onEnd);
    // Who reads the events need not wait for the result too.
    this.#result.catch(() => {});
  }

  events(after = 0, toAnswer: ToAnswer = toPlainAnswer): AsyncIterableIterator<ExecutionEvent> {
    const { executionId } = this;
    return new EventReader(this.#log, after, (read) => toEvent(executionId, read, toAnswer));
  }

  cancel(reason = "The execution was cancelled by its caller"): void {
    this.#live?.cancel(new CodemodeError("CANCELLED", reason));
  }

  answer(question: string, answer: QuestionAnswer): void {
    if (this.#live === undefined) throw hasEnded();
    this.#live.questions.answer(question, answer);
  }

  view(): ExecutionView {
    const error = this.#code;
    return {
      executionId: this.executionId,
      requestId: this.#requestId,
      status: this.#status,
      ...this.#feed.state,
      lastEventId: this.#log.lastId,
      createdAt: new Date(this.#createdAt).toISOString(),
      ...(this.#end === undefined ? {} : { endedAt: new Date(this.#endedAt).toISOString() }),
      ...(error === undefined ? {} : { error }),
    };
  }

  details(toAnswer: ToAnswer = toPlainAnswer): ExecutionDetails {
    const end = this.#end;
    return {
      ...this.view(),
      questions: [...this.questions],
      ...(end !== undefined && "result" in end ? { answer: toAnswer(end.result) } : {}),
      ...(end !== undefined && "error" in end ? { problem: this.#problem(end.error) } : {}),
    };
  }

  get #code(): string | undefined {
    if (this.#end === undefined) return undefined;
    return "result" in this.#end ? this.#end.result.answer.error?.code : this.#end.error.code;
  }

  get #status(): ExecutionView["status"] {
    if (this.#end === undefined) return this.questions.length > 0 ? "input_required" : "working";
    if (this.#code === undefined) return "completed";
    return this.#code === "CANCELLED" ? "cancelled" : "failed";
  }

  async #walk(
    program: () => Promise<ExecutionResult>,
    onEnd: () => void,
  ): Promise<ExecutionResult> {
    try {
      const result = await program();
      this.#close({ result });
      this.#feed.result(result);
      return result;
    } catch (thrown) {
      const error = toCodemodeError(thrown);
      this.#close({ error });
      this.#feed.failed(this.#problem(error));
      throw thrown;
    } finally {
      onEnd();
    }
  }

  /** What ran is let go, so that only what is kept is held. */
  #close(end: End): void {
    this.#live = undefined;
    this.#end = end;
    this.#endedAt = this.#clock.now();
  }

  #problem(error: CodemodeError) {
    return toProblem(error, this.#requestId, this.#endedAt);
  }
}

function hasEnded(): CodemodeError {
  return new CodemodeError(
    "INVALID_REQUEST",
    "The execution has ended; none of its questions is open",
  );
}
