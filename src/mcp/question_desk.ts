/**
 * Whose question it is, on a session of the older revisions: there a server sends a question as a
 * request of its own, and the wire does not say to which call it belongs. A question is put to a caller
 * only when no other call can have caused it; until then it waits, and where that cannot come to an end
 * the server is told that nobody answered. Once a server has asked, its calls are kept apart. A call
 * that was given up may be asked about until the server answers it; so that this does not take their
 * questions from others for good, such a session is worn out after a while and another one follows.
 */

import {
  ProtocolError,
  ProtocolErrorCode,
  SdkError,
  SdkErrorCode,
} from "@modelcontextprotocol/client";
import type { Clock } from "../base/clock.ts";
import type { Logger } from "../base/log.ts";
import { checkAnswer, type QuestionAnswer } from "../contract/mod.ts";
import type { AbandonedRequests } from "./abandoned_requests.ts";
import { type Ask, NOBODY, putQuestion, readQuestion } from "./question.ts";

/** Questions that wait at once for their caller to be known; one more is nobody's. */
const MAX_HELD = 16;

/** How long a server that asks has to answer what was given up before an idle session is worn out. */
export const RENEW_AFTER_MS = 15_000;

/** After how long calls wait for the ones before them, so that the session gets idle. */
export const DRAIN_AFTER_MS = 120_000;

/** A call that may be the cause of a question. */
export interface SeatedCall {
  readonly tool: string;
  readonly principal: string;
  readonly ask?: Ask | undefined;
}

/** What the desk of a session is made with. */
export interface QuestionDeskOptions {
  readonly logger: Logger;
  readonly clock: Clock;
  readonly abandoned: AbandonedRequests;
  /** Told, while no call goes on, that another session should take this one's place. */
  readonly onWornOut: () => void;
}

interface Place {
  readonly call: SeatedCall;
  readonly over: AbortController;
  openQuestions: number;
}

interface Waiter {
  readonly call: SeatedCall;
  readonly admit: (place: Place) => void;
  readonly refuse: (reason: unknown) => void;
}

/** The calls of one session and the questions of its server. */
export class QuestionDesk {
  readonly #server: string;
  readonly #options: QuestionDeskOptions;
  readonly #places = new Set<Place>();
  readonly #waiters: Waiter[] = [];
  readonly #held: ((place: Place | undefined) => void)[] = [];
  #hasAsked = false;
  #isClosed = false;
  #timer: Disposable | undefined;

  constructor(server: string, options: QuestionDeskOptions) {
    this.#server = server;
    this.#options = options;
  }

  /**
   * Takes a place for a call, which disposing gives back; waits where it could not be told from another
   * one. Rejects as a client does that is not connected once the desk is closed.
   */
  async sit(call: SeatedCall, signal: AbortSignal): Promise<Disposable> {
    signal.throwIfAborted();
    if (this.#isClosed) throw notConnected();
    const place = this.#waiters.length === 0 && this.#isFree(call)
      ? this.#place(call)
      : await this.#wait(call, signal);
    return { [Symbol.dispose]: () => this.#leave(place) };
  }

  /** Takes no call any more; those that wait are refused. */
  close(): void {
    this.#isClosed = true;
    this.#timer?.[Symbol.dispose]();
    for (const { refuse } of this.#waiters.splice(0)) refuse(notConnected());
  }

  /** Answers the parameters of an `elicitation/create`. */
  async answer(params: unknown, signal: AbortSignal): Promise<QuestionAnswer> {
    this.#hasAsked = true;
    const place = await this.#whose(signal);
    if (!place?.call.ask || !this.#isOnlyTheirs(place)) return NOBODY;
    const read = readQuestion(this.#server, place.call.tool, params);
    if ("refused" in read) {
      this.#options.logger.warn("MCP server asked what cannot be put to anybody", {
        reason: read.refused,
      });
      throw new ProtocolError(ProtocolErrorCode.InvalidParams, `Refused as ${read.refused}`);
    }
    place.openQuestions += 1;
    this.#admitNext();
    try {
      const either = AbortSignal.any([signal, place.over.signal]);
      const given = await putQuestion(place.call.ask, read.question, either).catch(() => NOBODY);
      const checked = checkAnswer(read.question, given);
      return "answer" in checked ? checked.answer : NOBODY;
    } finally {
      place.openQuestions -= 1;
    }
  }

  #place(call: SeatedCall): Place {
    const place = { call, over: new AbortController(), openQuestions: 0 };
    this.#places.add(place);
    return place;
  }

  #wait(call: SeatedCall, signal: AbortSignal): Promise<Place> {
    return new Promise((resolve, reject) => {
      const onAbort = () => {
        this.#waiters.splice(this.#waiters.indexOf(waiter), 1);
        reject(signal.reason);
        this.#admitNext();
      };
      const waiter: Waiter = {
        call,
        admit: (place) => {
          signal.removeEventListener("abort", onAbort);
          resolve(place);
        },
        refuse: (reason) => {
          signal.removeEventListener("abort", onAbort);
          reject(reason);
        },
      };
      this.#waiters.push(waiter);
      signal.addEventListener("abort", onAbort, { once: true });
    });
  }

  #leave(place: Place): void {
    if (!this.#places.delete(place)) return;
    place.over.abort();
    this.#settleHeld();
    this.#wear();
    this.#admitNext();
  }

  /** Says that the session is worn out, once it is and nobody loses by it. */
  #wear(): void {
    this.#timer?.[Symbol.dispose]();
    this.#timer = undefined;
    const { abandoned: { oldestMs }, clock, onWornOut } = this.#options;
    if (this.#isClosed || oldestMs === undefined) return;
    const leftMs = RENEW_AFTER_MS - oldestMs;
    if (leftMs > 0) this.#timer = clock.after(leftMs, () => this.#wear());
    else if (this.#hasAsked && this.#places.size === 0) onWornOut();
  }

  #admitNext(): void {
    for (let next = this.#waiters[0]; next && this.#isFree(next.call); next = this.#waiters[0]) {
      this.#waiters.shift();
      next.admit(this.#place(next.call));
    }
  }

  /** Calls with an open question stand still, so one more beside them takes nothing from anybody. */
  #isFree({ ask }: SeatedCall): boolean {
    if (!this.#hasAsked) return true;
    const { oldestMs = 0 } = this.#options.abandoned;
    if (oldestMs >= DRAIN_AFTER_MS && this.#places.size > 0) return false;
    if (this.#held.length > 0) return false;
    const running = [...this.#places].filter(({ openQuestions }) => openQuestions === 0);
    return running.length === 0 || (!ask && running.every(({ call }) => !call.ask));
  }

  /** The one call that can have caused a question, once there is only one. */
  #whose(signal: AbortSignal): Promise<Place | undefined> {
    if (this.#places.size <= 1) return Promise.resolve([...this.#places][0]);
    if (this.#held.length >= MAX_HELD) return Promise.resolve(undefined);
    return new Promise((resolve) => {
      const onAbort = () => {
        this.#held.splice(this.#held.indexOf(settle), 1);
        resolve(undefined);
      };
      const settle = (place: Place | undefined) => {
        signal.removeEventListener("abort", onAbort);
        resolve(place);
      };
      this.#held.push(settle);
      signal.addEventListener("abort", onAbort, { once: true });
      this.#settleHeld();
    });
  }

  #settleHeld(): void {
    if (this.#places.size <= 1) {
      for (const settle of this.#held.splice(0)) settle([...this.#places][0]);
      return;
    }
    const isAnyOpen = [...this.#places].some(({ openQuestions }) => openQuestions > 0);
    // As many questions as calls, and each waits for another to end.
    if (!isAnyOpen && this.#held.length >= this.#places.size) this.#held.pop()?.(undefined);
  }

  // SAFETY: a server may still ask for a call its caller gave up; the next caller must not see that
  // question (test/integration/mcp/questions_test.ts).
  #isOnlyTheirs({ call }: Place): boolean {
    return this.#options.abandoned.areOnlyOf(call.principal);
  }
}

function notConnected(): SdkError {
  return new SdkError(SdkErrorCode.NotConnected, "Not connected");
}
