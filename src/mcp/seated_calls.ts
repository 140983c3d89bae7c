/**
 * The calls of one session that its server may be asking about: whose they are, which of them is the
 * likeliest cause of a question, and what a call is told whose question was put to nobody.
 */

import { CodemodeError } from "../base/errors.ts";
import type { AskingTools } from "./asking_tools.ts";
import type { Standstill } from "./exchange_options.ts";
import type { Ask } from "./question.ts";

/** One execution, by its name or by itself. What is asked in one may be put through any of its calls. */
export type Owner = string | object;

/** A call that may be the cause of a question. */
export interface SeatedCall {
  readonly tool: string;
  readonly owner: Owner;
  readonly ask?: Ask | undefined;
  /** Begins while others are asked, ends when they have answered. */
  readonly standstill?: Standstill | undefined;
  /** Goes through the wait for a place, and may end it by `gone`. */
  readonly aside?:
    | (<Value>(wait: (gone?: AbortSignal) => Promise<Value>) => Promise<Value>)
    | undefined;
}

/** Whoever has a place or waits for one, and whether its time stands still. */
export interface Seated {
  readonly call: SeatedCall;
  still?: Disposable | undefined;
}

/** A call under way. */
export interface Place extends Seated {
  openQuestions: number;
  refusal?: Refusal | undefined;
}

/** A question that was put to nobody; the first of its suspects that is answered had probably asked. */
export interface Refusal {
  readonly reason: string;
  readonly suspects: readonly Place[];
}

/** Lets the time of one stand still, or go on. */
export function setStill(one: Seated, isStill: boolean): void {
  if (isStill) return void (one.still ??= one.call.standstill?.begin());
  one.still?.[Symbol.dispose]();
  one.still = undefined;
}

/** Whether all are calls of one execution. */
export function areOfOne(places: Iterable<Place>): boolean {
  return new Set([...places].map(({ call }) => call.owner)).size <= 1;
}

/** Those that most likely asked: not who waits for an answer already, and rather whose tools do ask. */
export function likelySuspects(
  suspects: Iterable<Place>,
  askingTools: Pick<AskingTools, "has">,
): readonly Place[] {
  const all = [...suspects];
  const running = all.filter(({ openQuestions }) => openQuestions === 0);
  const nearer = running.length === 0 ? all : running;
  const known = nearer.filter(({ call }) => askingTools.has(call.tool));
  return known.length === 0 ? nearer : known;
}

/** Notes on each suspect that a question was put to nobody. */
export function noteRefusal(reason: string, suspects: readonly Place[]): void {
  const refusal: Refusal = { reason, suspects };
  for (const place of suspects) place.refusal ??= refusal;
}

/** The failure of an answered call whose question was put to nobody; the other suspects are cleared. */
export function takeRefusal(server: string, { call, refusal }: Place): CodemodeError | undefined {
  if (refusal === undefined) return undefined;
  for (const suspect of refusal.suspects) {
    if (suspect.refusal === refusal) suspect.refusal = undefined;
  }
  const { tool } = call;
  const message =
    `The server "${server}" asked in the middle of "${tool}" what was put to nobody: ` +
    refusal.reason;
  return new CodemodeError("MCP_TOOL_ERROR", message, {
    details: { server, tool, message, reason: "question_not_put", mayHaveTakenEffect: true },
  });
}
