/** A call of one tool, without a program, as the subject of a conversation. */

import type { Clock } from "../base/clock.ts";
import { createDeferred, type Deferred } from "../base/deferred.ts";
import { CodemodeError } from "../base/errors.ts";
import { newId } from "../base/ids.ts";
import type { CallToolResult } from "@modelcontextprotocol/server";
import {
  checkAnswer,
  type ExecutionEvent,
  MAX_QUESTION_MESSAGE,
  type OpenQuestion,
  type Question,
  type QuestionAnswer,
} from "../contract/mod.ts";
import { EventLog, EventReader, type Read } from "../journal/mod.ts";
import type { Subject } from "./conversation.ts";

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

interface Open {
  readonly question: OpenQuestion;
  readonly answered: Deferred<QuestionAnswer>;
}

/** Messages about its progress that are kept for a client that comes back. */
const EVENTS = Object.freeze({ entries: 200, bytes: 256 * 1024 });
const EVENT_BYTES = 500;
/** Questions of one call, open and in all. */
const MAX_OPEN = 8;
const MAX_QUESTIONS = 64;

/** Starts a call. */
export function startCall(make: MakeCall, clock: Clock): Subject {
  return new CallSubject(make, clock);
}

class CallSubject implements Subject {
  readonly id = newId("call");
  readonly result: Promise<CallToolResult>;
  readonly #log: EventLog<Body>;
  readonly #open = new Map<string, Open>();
  readonly #ending = new AbortController();
  #asked = 0;

  constructor(make: MakeCall, clock: Clock) {
    this.#log = new EventLog<Body>(EVENTS, clock);
    this.result = this.#run(make);
    // Whoever asks for it is told; nobody need ask.
    this.result.catch(() => {});
  }

  get questions(): readonly OpenQuestion[] {
    return [...this.#open.values()].map(({ question }) => question);
  }

  events(after: number): AsyncIterableIterator<ExecutionEvent> {
    return new EventReader(this.#log, after, (read) => this.#toEvent(read));
  }

  answer(name: string, answer: QuestionAnswer): void {
    const open = this.#open.get(name);
    if (open === undefined) return;
    const verdict = checkAnswer(open.question, answer);
    if ("issue" in verdict) {
      const message = `The answer does not fit its question: ${verdict.issue}`;
      throw new CodemodeError("INVALID_REQUEST", message);
    }
    this.#open.delete(name);
    open.answered.resolve(verdict.answer);
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
      this.#log.end({ type: "answer", payload: { question: "", action: "cancel" } }, EVENT_BYTES);
    }
  }

  async #ask(question: Question, signal = this.#ending.signal): Promise<QuestionAnswer> {
    if (this.#open.size >= MAX_OPEN || this.#asked >= MAX_QUESTIONS) return { action: "cancel" };
    const name = `q${this.#asked += 1}`;
    const answered = createDeferred<QuestionAnswer>();
    const message = question.message.slice(0, MAX_QUESTION_MESSAGE);
    const told = { ...question, message, question: name };
    const either = AbortSignal.any([signal, this.#ending.signal]);
    const giveUp = () => answered.reject(either.reason);
    this.#open.set(name, { question: told, answered });
    either.addEventListener("abort", giveUp, { once: true });
    if (either.aborted) giveUp();
    this.#log.add({ type: "question", payload: told }, EVENT_BYTES);
    try {
      return await answered.promise;
    } finally {
      either.removeEventListener("abort", giveUp);
      this.#open.delete(name);
    }
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
