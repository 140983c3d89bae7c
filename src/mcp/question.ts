/**
 * Reads what a server asks in the middle of a call. It is hostile text that a person will see and a
 * form that a program will fill: bounded, flat, without anything that is not understood, and an
 * address is never opened here.
 */

import { untilAborted } from "../base/until_aborted.ts";
import { MAX_QUESTION_MESSAGE, type Question, type QuestionAnswer } from "../contract/mod.ts";
import { readRequestedSchema } from "./requested_schema.ts";

/**
 * Puts a question to whoever made the call. `signal` aborts when no answer is needed any more: the call
 * is over, the server took the question back or is lost.
 */
export type Ask = (question: Question, signal: AbortSignal) => Promise<QuestionAnswer>;

/** A question, or why it cannot be put to anybody. */
export type QuestionVerdict = { readonly question: Question } | { readonly refused: string };

/** What a server is told that nobody answered. */
export const NOBODY: QuestionAnswer = Object.freeze<QuestionAnswer>({ action: "cancel" });

const MAX_URL_LENGTH = 2048;
// deno-lint-ignore no-control-regex -- control characters are what is taken out
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g;

/** Judges the parameters of an `elicitation/create`. */
export function readQuestion(server: string, tool: string, params: unknown): QuestionVerdict {
  if (!isRecord(params)) return { refused: "its parameters are not an object" };
  const { message, mode = "form", requestedSchema, url } = params;
  if (typeof message !== "string") return { refused: "its message is not a string" };
  const head = { server, tool, message: readableText(message, MAX_QUESTION_MESSAGE) };
  if (mode === "url") {
    const address = readAddress(url);
    if (address === undefined) return { refused: "its address is not a plain http or https URL" };
    return { question: Object.freeze<Question>({ ...head, mode, url: address }) };
  }
  if (mode !== "form") return { refused: "its mode is neither form nor url" };
  const read = readRequestedSchema(requestedSchema);
  if ("refused" in read) return read;
  return { question: Object.freeze<Question>({ ...head, mode, requestedSchema: read.schema }) };
}

/** Text of a server without what draws on a terminal or reverses the reading, at most `length` long. */
export function readableText(text: string, length: number): string {
  return text.slice(0, length).toWellFormed().replaceAll(CONTROL, "\ufffd");
}

/**
 * Puts a question and waits for its answer. Nobody's answer, also when `ask` rejects; rejects with the
 * signal's reason once it aborts, whatever `ask` does.
 */
export async function putQuestion(
  ask: Ask,
  question: Question,
  signal: AbortSignal,
): Promise<QuestionAnswer> {
  signal.throwIfAborted();
  const asked = Promise.resolve().then(() => ask(question, signal)).catch(() => NOBODY);
  return await untilAborted(asked, signal);
}

function readAddress(url: unknown): string | undefined {
  if (typeof url !== "string" || url.length > MAX_URL_LENGTH) return undefined;
  if (!URL.canParse(url)) return undefined;
  const parsed = new URL(url);
  if (!/^https?:$/.test(parsed.protocol)) return undefined;
  // An address with a name in front of the host is made to look like another one.
  if (parsed.username !== "" || parsed.password !== "") return undefined;
  return parsed.href;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
