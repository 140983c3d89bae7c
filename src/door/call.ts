/** A call of one tool, without a program, as the subject of a conversation. */

import type { CallToolResult } from "@modelcontextprotocol/server";
import { CodemodeError } from "../base/errors.ts";
import { newId } from "../base/ids.ts";
import {
  checkAnswer,
  type ExecutionEvent,
  type OpenQuestion,
  type Question,
  type QuestionAnswer,
} from "../contract/mod.ts";
import { Questions, sizeOf } from "../engine/mod.ts";
import { EventLog, EventReader, type Read } from "../journal/mod.ts";
import type { Subject } from "./conversation.ts";
import type { DoorParts } from "./door_parts.ts";

/** What makes the call, and tells what its server says meanwhile. */
export type MakeCall = (options: CallHooks) => Promise<CallToolResult>;

/** What a call is made with. */
export interface CallHooks {
  readonly signal: AbortSignal;
  readonly ask: (question: Question, signal?: AbortSignal) => Promise<QuestionAnswer>;
  readonly onProgress: (progress: Omit<ProgressPayload, "call">) => void;
}

type ProgressPayload = Extract<ExecutionEvent, { type: "progress" }>["payload"];
type Body = Pick<ExecutionEvent, "type" | "payload">;

/** What a call needs of the door. */
export type CallParts = Pick<DoorParts, "clock" | "questions">;

/** What is kept of its progress and its questions for a client that comes back. */
const EVENTS = Object.freeze({ entries: 200, bytes: 256 * 1024 });
const EVENT_BYTES = 500;

/** Starts a call. */
export function startCall(make: MakeCall, parts: CallParts): Subject {
  return new CallSubject(make, parts);
}

class CallSubject implements Subject {
  readonly id = newId("call");
  readonly result: Promise<CallToolResult>;
  readonly #log: EventLog<Body>;
  readonly #questions: Questions;
  readonly #ending = new AbortController();

  constructor(make: MakeCall, { clock, questions: limits }: CallParts) {
    this.#log = new EventLog<Body>(EVENTS, clock);
    // SAFETY: a question that nobody answers must not hold its call's place, nor stand before what the
    // same server asks others, longer than one of a program would (test/unit/door: calls).
    this.#questions = new Questions({ limits, clock, feed: feedOf(this.#log) });
    this.result = this.#run(make);
    // Whoever asks for it is told; nobody need ask.
    this.result.catch(() => {});
  }

  get questions(): readonly OpenQuestion[] {
    return this.#questions.open;
  }

  events(after: number): AsyncIterableIterator<ExecutionEvent> {
    return new EventReader(this.#log, after, (read) => this.#toEvent(read));
  }

  answer(name: string, answer: QuestionAnswer): void {
    const question = this.questions.find((open) => open.question === name);
    const verdict = question === undefined ? { answer } : checkAnswer(question, answer);
    if ("issue" in verdict) {
      const message = `The answer does not fit its question: ${verdict.issue}`;
      throw new CodemodeError("INVALID_REQUEST", message);
    }
    this.#questions.answer(name, verdict.answer);
  }

  cancel(reason: string): void {
    this.#ending.abort(new CodemodeError("CANCELLED", reason));
  }

  async #run(make: MakeCall): Promise<CallToolResult> {
    try {
      return await make({
        signal: this.#ending.signal,
        ask: (question, signal) => this.#ask(question, signal),
        onProgress: (progress) => this.#progress(progress),
      });
    } finally {
      this.#ending.abort(new CodemodeError("CANCELLED", "The call has ended"));
      this.#log.end({ type: "answer", payload: { question: "", action: "cancel" } }, EVENT_BYTES);
    }
  }

  #ask(question: Question, signal?: AbortSignal): Promise<QuestionAnswer> {
    const ending = this.#ending.signal;
    return this.#questions.ask(
      question,
      signal === undefined ? ending : AbortSignal.any([signal, ending]),
    );
  }

  #progress(progress: Omit<ProgressPayload, "call">): void {
    const bytes = EVENT_BYTES + 2 * (progress.message?.length ?? 0);
    this.#log.addDroppable({ type: "progress", payload: { call: 1, ...progress } }, bytes);
  }

  #toEvent(read: Read<Body>): ExecutionEvent {
    const head = {
      id: read.id,
      executionId: this.id,
      timestamp: new Date(read.at).toISOString(),
    };
    if ("lost" in read) {
      const payload = { level: "info", message: `${read.lost} events are not kept any more` };
      return { ...head, type: "log", payload };
    }
    return { ...head, ...read.body } as ExecutionEvent;
  }
}

/** Writes questions down. A client that comes back is told of those that are open all the same. */
function feedOf(log: EventLog<Body>): ConstructorParameters<typeof Questions>[0]["feed"] {
  return {
    asked: (question) =>
      log.addDroppable({ type: "question", payload: question }, EVENT_BYTES + sizeOf(question)),
    answered: (question, { action }) =>
      log.add({ type: "answer", payload: { question, action } }, EVENT_BYTES),
  };
}
