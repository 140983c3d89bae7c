/**
 * A request of the newest revision that may need input: the server answers what it needs, gets it with
 * the next request, and keeps what it must remember in a state that is handed back unread.
 */

import { CodemodeError } from "../base/errors.ts";
import { checkAnswer, type QuestionAnswer } from "../contract/mod.ts";
import { type Ask, putQuestion, readQuestion } from "./question.ts";

/** Times one request may come back for more input. */
export const MAX_ROUNDS = 8;

/** Questions of one round. */
export const MAX_QUESTIONS = 16;

/** What the next request of a conversation carries. */
export interface InputAnswers {
  readonly inputResponses?: Readonly<Record<string, unknown>>;
  readonly requestState?: string;
}

/** What a conversation is about and who can be asked. */
export interface InputRoundsOptions {
  readonly server: string;
  readonly tool: string;
  readonly ask?: Ask | undefined;
  /** One aborts when the call is over, or the session. */
  readonly signals: readonly AbortSignal[];
}

interface InputRequired {
  readonly inputRequests?: Readonly<Record<string, unknown>>;
  readonly requestState?: string;
}

/**
 * Sends until the server has what it needs. `MCP_TOOL_ERROR` when it asks for what nobody here gives,
 * or more often than {@link MAX_ROUNDS} times.
 */
export async function inRounds<Result>(
  send: (answers: InputAnswers) => Promise<Result>,
  options: InputRoundsOptions,
): Promise<Result> {
  let answers: InputAnswers = {};
  for (let round = 0;; round += 1) {
    const result = await send(answers);
    if (!isInputRequired(result)) return result;
    if (round === MAX_ROUNDS) throw refused(options, `more than ${MAX_ROUNDS} times`);
    answers = await answerRound(result, options);
  }
}

async function answerRound(
  { inputRequests = {}, requestState }: InputRequired,
  options: InputRoundsOptions,
): Promise<InputAnswers> {
  const requests = Object.entries(inputRequests);
  if (requests.length > MAX_QUESTIONS) {
    throw refused(options, `for ${requests.length} things at once`);
  }
  const round = new AbortController();
  const signal = AbortSignal.any([...options.signals, round.signal]);
  try {
    const given = await Promise.all(
      requests.map(async ([key, request]) =>
        [key, await answerOne(request, options, signal)] as const
      ),
    );
    return {
      inputResponses: Object.fromEntries(given),
      ...(requestState === undefined ? {} : { requestState }),
    };
  } finally {
    // When one fails, nobody needs to answer the others.
    round.abort();
  }
}

async function answerOne(
  request: unknown,
  options: InputRoundsOptions,
  signal: AbortSignal,
): Promise<QuestionAnswer | { readonly roots: readonly never[] }> {
  const { method, params } = Object(request) as { readonly [member: string]: unknown };
  // There are no folders a server could be told of; saying so gives nothing away.
  if (method === "roots/list") return { roots: [] };
  const { server, tool, ask } = options;
  if (method !== "elicitation/create" || !ask) throw refused(options, "for what nobody here gives");
  const read = readQuestion(server, tool, params);
  if ("refused" in read) throw refused(options, `what cannot be put to anybody: ${read.refused}`);
  const checked = checkAnswer(read.question, await putQuestion(ask, read.question, signal));
  return "answer" in checked ? checked.answer : { action: "cancel" };
}

function isInputRequired(result: unknown): result is InputRequired {
  return (Object(result) as { readonly resultType?: unknown }).resultType === "input_required";
}

function refused({ server, tool }: InputRoundsOptions, what: string): CodemodeError {
  const message = `The server "${server}" asked in the middle of "${tool}" ${what}`;
  return new CodemodeError("MCP_TOOL_ERROR", message, {
    details: { server, tool, message, reason: "input_required" },
  });
}
