/**
 * The error that a request over HTTP is answered with in place of an answer that cannot be had. Each
 * request has an answer of its own there, so that nobody else's need to end with it.
 */

import type { RequestId } from "@modelcontextprotocol/client";
import { readOutline } from "./read_outline.ts";
import type { AnswerKind } from "./whole_messages.ts";

/** The numbers of an answer that broke off, and of one that was not read to its end; no server's own. */
export const BROKEN_ANSWER = -32_798;
export const ENDLESS_ANSWER = -32_797;

/** What whoever bounds an answer puts before what is wrong with it. */
const PREFIX = /^Cannot read the (?:answer|message): /;

/** The id of the request that is the body of a POST; undefined when it is a notice or an answer. */
export function requestIdOf(body: unknown): RequestId | undefined {
  if (typeof body !== "string") return undefined;
  const { id, method } = readOutline(body, ["id", "method"]);
  const isRequest = typeof method === "string" && (typeof id === "string" || Number.isInteger(id));
  return isRequest ? id as RequestId : undefined;
}

/** Whether a message is such an error: the server may still be at the request. */
export function isInPlace(message: unknown): boolean {
  const code: unknown = Object(Object(message).error).code;
  return code === BROKEN_ANSWER || code === ENDLESS_ANSWER;
}

/** The bytes of the error; undefined for an answer that the client does not read as messages. */
export function answerInPlace(
  id: RequestId,
  kind: AnswerKind,
  thrown: unknown,
): Uint8Array | undefined {
  if (kind === "other") return undefined;
  const json = JSON.stringify({ jsonrpc: "2.0", id, error: errorOf(thrown) });
  return new TextEncoder().encode(kind === "events" ? `event: message\ndata: ${json}\n\n` : json);
}

function errorOf(thrown: unknown): { readonly code: number; readonly message: string } {
  return thrown instanceof RangeError
    ? { code: ENDLESS_ANSWER, message: thrown.message.replace(PREFIX, "") }
    : { code: BROKEN_ANSWER, message: "The answer broke off" };
}
