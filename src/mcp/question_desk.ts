/**
 * Whose question it is, on a session of the older revisions: there a server sends a question as a
 * request of its own, and the wire does not say to which call it belongs. A question is put to a caller
 * only when no call of another execution can have caused it; until then it waits, and it is over with
 * the first call that is given up and may be its own. Time stands still for calls while others are asked.
 * A call that was given up may be asked about until the server answers it; so that this does not take
 * their questions from others for good, such a session is worn out and another one follows.
 */

import { ProtocolError, ProtocolErrorCode } from "@modelcontextprotocol/client";
import type { Logger } from "../base/log.ts";
import { checkAnswer, type QuestionAnswer } from "../contract/mod.ts";
import { AskingTools } from "./asking_tools.ts";
import { notConnected } from "./call_failure.ts";
import { NOBODY, putQuestion, readQuestion } from "./question.ts";
import {
  areOfOne,
  likelySuspects,
  type Place,
  type SeatedCall,
  setStill,
  takeRefusal,
} from "./seated_calls.ts";
import { SessionWear, type SessionWearOptions } from "./session_wear.ts";
import { MAX_HELD, UnputQuestions } from "./unput_questions.ts";
import { WaitingCalls } from "./waiting_calls.ts";

/** What the desk of a session is made with. */
export interface QuestionDeskOptions extends SessionWearOptions {
  readonly logger: Logger;
  /** Tools that are known to ask; what is learned of others is added. @default none is */
  readonly askingTools?: AskingTools;
}

/** A call's place; disposing it gives it back. */
export interface Seat extends Disposable {
  /** To be called when the call was answered: throws where that follows a question put to nobody. */
  assertAsked(): void;
}

/** A question, and the calls under way that may be its cause. */
interface Asked {
  readonly suspects: Set<Place>;
}

interface Held extends Asked {
  readonly settle: (open: Open | undefined) => void;
}

interface Open extends Asked {
  readonly through: Place;
  readonly over: AbortController;
}

/** The calls of one session and the questions of its server. */
export class QuestionDesk {
  readonly #server: string;
  readonly #options: QuestionDeskOptions;
  readonly #places = new Set<Place>();
  readonly #waiting: WaitingCalls;
  readonly #unput: UnputQuestions;
  readonly #wear: SessionWear;
  readonly #held = new Set<Held>();
  readonly #open = new Set<Open>();
  readonly #askingTools: AskingTools;
  #hasAsked: boolean;
  #isClosed = false;

  constructor(server: string, options: QuestionDeskOptions) {
    this.#server = server;
    this.#options = options;
    this.#askingTools = options.askingTools ?? new AskingTools();
    this.#hasAsked = !this.#askingTools.isEmpty;
    this.#unput = new UnputQuestions(options);
    this.#wear = new SessionWear(options, () => this.#hasAsked && this.#places.size === 0);
    this.#waiting = new WaitingCalls({
      isFree: (call) => this.#isFree(call),
      isHeldUp: (call) => this.#isHeldUp(call),
      standsStill: (call) => this.#open.size > 0 || this.#isHeldUp(call),
    });
  }

  /**
   * Takes a place for a call; waits where it could not be told from another one. A call whose `signal`
   * has aborted by the time it leaves was given up. Rejects as a client does that is not connected once
   * the desk is closed.
   */
  async sit(call: SeatedCall, signal: AbortSignal): Promise<Seat> {
    signal.throwIfAborted();
    if (this.#isClosed) throw notConnected();
    const isNext = this.#isFree(call) && this.#waiting.mayBePassed;
    const place = isNext ? this.#place(call) : await this.#waitAside(call, signal);
    this.#keepTime();
    return {
      assertAsked: () => {
        const failure = signal.aborted ? undefined : takeRefusal(this.#server, place);
        if (failure !== undefined) throw failure;
      },
      [Symbol.dispose]: () => this.#leave(place, signal.aborted),
    };
  }

  /** Whether no call is under way and no question. */
  get isIdle(): boolean {
    return this.#places.size + this.#held.size + this.#open.size === 0;
  }

  /** To be called when the server has answered what was given up. */
  look(): void {
    this.#waiting.admit((call) => this.#place(call));
    this.#keepTime();
  }

  /** Takes no call any more; those that wait are refused. */
  close(): void {
    this.#isClosed = true;
    this.#wear[Symbol.dispose]();
    this.#waiting.refuse(notConnected());
  }

  /** Answers the parameters of an `elicitation/create`. */
  async answer(params: unknown, signal: AbortSignal): Promise<QuestionAnswer> {
    this.#hasAsked = true;
    const open = await this.#whose({ suspects: new Set(this.#places) }, signal);
    if (open === undefined) return NOBODY;
    const { through: { call }, over } = open;
    const { ask, tool } = call;
    try {
      if (ask === undefined) return this.#unput.addMute(call), NOBODY;
      const read = readQuestion(this.#server, tool, params);
      if ("refused" in read) throw this.#unreadable(read.refused);
      this.#waiting.admit((call) => this.#place(call));
      const either = AbortSignal.any([signal, over.signal]);
      const given = await putQuestion(ask, read.question, either).catch(() => NOBODY);
      const checked = checkAnswer(read.question, given);
      return "answer" in checked ? checked.answer : NOBODY;
    } finally {
      this.#close(open);
    }
  }

  #unreadable(reason: string): ProtocolError {
    this.#options.logger.warn("MCP server asked what cannot be put to anybody", { reason });
    return new ProtocolError(ProtocolErrorCode.InvalidParams, `Refused as ${reason}`);
  }

  #place(call: SeatedCall): Place {
    const place = { call, openQuestions: 0 };
    this.#places.add(place);
    return place;
  }

  async #waitAside(call: SeatedCall, signal: AbortSignal): Promise<Place> {
    let place: Place | undefined;
    const wait = async (gone?: AbortSignal) => {
      const either = gone ? AbortSignal.any([signal, gone]) : signal;
      return place = await this.#waiting.wait(call, either, () => this.look());
    };
    try {
      return await (call.aside?.(wait) ?? wait());
    } catch (reason) {
      // It was let in, and did not get what else it waits for; the server has not heard of it.
      if (place !== undefined) this.#leave(place, false);
      throw reason;
    }
  }

  #leave(place: Place, isGivenUp: boolean): void {
    if (!this.#places.delete(place)) return;
    setStill(place, false);
    for (const { suspects, over } of this.#open) {
      suspects.delete(place);
      if (suspects.size === 0) over.abort();
    }
    for (const held of this.#held) {
      if (isGivenUp && held.suspects.has(place)) this.#end(held, place);
      held.suspects.delete(place);
    }
    this.#settleHeld();
    if (!this.#isClosed) this.#wear.look();
    this.look();
  }

  /** SAFETY: what may be asked for a call that is over is shown to nobody (test/unit/mcp: seated_calls). */
  #end(held: Held, givenUp: Place): void {
    this.#held.delete(held);
    const likely = likelySuspects(held.suspects, this.#askingTools);
    this.#unput.add("givenUp", likely.filter((place) => place !== givenUp));
    held.settle(undefined);
  }

  /** Calls that stand still take nothing from one more beside them, unless that is known to ask. */
  #isFree({ ask, owner, tool }: SeatedCall): boolean {
    if (!this.#hasAsked) return true;
    if (this.#wear.wantsDrain && this.#places.size > 0) return false;
    const others = [...this.#places].filter(({ call }) => call.owner !== owner);
    if (this.#askingTools.has(tool)) {
      return others.length === 0 && this.#options.abandoned.areOnlyOf(owner);
    }
    const running = others.filter((place) => !this.#standsStill(place));
    return running.length === 0 || (!ask && running.every(({ call }) => !call.ask));
  }

  /** Whether it waits for what takes long, so that others may pass. */
  #isHeldUp({ owner, tool }: SeatedCall): boolean {
    if (!this.#askingTools.has(tool)) return false;
    return this.#open.size > 0 || !this.#options.abandoned.areOnlyOf(owner);
  }

  #standsStill(place: Place): boolean {
    if (place.openQuestions > 0) return true;
    return [...this.#held].some(({ suspects }) => {
      const likely = likelySuspects(suspects, this.#askingTools);
      return likely.length === 1 && likely[0] === place;
    });
  }

  /** Time of calls is their own only while nobody else is asked. */
  #keepTime(): void {
    for (const place of this.#places) {
      setStill(place, [...this.#open].some(({ through }) => through !== place));
    }
    this.#waiting.keepTime();
  }

  /** The question as it is put, once it is known to whom; undefined when that is nobody. */
  #whose(asked: Asked, signal: AbortSignal): Promise<Open | undefined> {
    const verdict = this.#judge(asked);
    if (verdict !== "wait") return Promise.resolve(verdict);
    if (this.#held.size >= MAX_HELD) {
      this.#unput.add("tooMany", likelySuspects(asked.suspects, this.#askingTools));
      return Promise.resolve(undefined);
    }
    return new Promise((resolve) => {
      const onAbort = () => {
        this.#held.delete(held);
        resolve(undefined);
        this.look();
      };
      const settle = (open: Open | undefined) => {
        signal.removeEventListener("abort", onAbort);
        resolve(open);
      };
      const held: Held = { ...asked, settle };
      this.#held.add(held);
      signal.addEventListener("abort", onAbort, { once: true });
      this.#settleHeld();
      this.look();
    });
  }

  #settleHeld(): void {
    for (const held of this.#held) {
      const verdict = this.#judge(held);
      if (verdict === "wait") continue;
      this.#held.delete(held);
      held.settle(verdict);
    }
    if (this.#open.size > 0) return;
    const waitedFor = new Set([...this.#held].flatMap(({ suspects }) => [...suspects]));
    const newest = [...this.#held].at(-1);
    // As many questions as calls, and each waits for another to end.
    if (newest === undefined || this.#held.size < waitedFor.size) return;
    this.#held.delete(newest);
    this.#unput.add("isStuck", likelySuspects(newest.suspects, this.#askingTools));
    newest.settle(undefined);
    // The others may still wait for each other.
    this.#settleHeld();
  }

  // SAFETY: a server may still ask for a call its caller gave up; the next caller must not see that
  // question (test/integration/mcp/questions_test.ts).
  #judge({ suspects }: Asked): Open | "wait" | undefined {
    if (!areOfOne(suspects)) return "wait";
    const likely = likelySuspects(suspects, this.#askingTools);
    const [through] = likely;
    if (through === undefined) return undefined;
    if (suspects.size === 1) this.#askingTools.add(through.call.tool);
    if (this.#options.abandoned.areOnlyOf(through.call.owner)) {
      const open: Open = { suspects, through, over: new AbortController() };
      through.openQuestions += 1;
      this.#open.add(open);
      this.#keepTime();
      return open;
    }
    this.#unput.add("givenUp", likely);
    return undefined;
  }

  #close(open: Open): void {
    open.through.openQuestions -= 1;
    this.#open.delete(open);
    this.#settleHeld();
    this.look();
  }
}
