/**
 * JSON text to a JSON-RPC message, by its outline alone: the client checks the body of every message
 * against its schema anyway, and a second full check costs a fifth of a short call.
 */

import type { JSONRPCMessage } from "@modelcontextprotocol/client";
import { EXCESS_FREE_LENGTH, findExcess } from "../base/json_extent.ts";
import { assertReadable } from "./message_meter.ts";
import { readOutline } from "./read_outline.ts";

/** The number of an answer that is none, instead of what the server sent; no server's own. */
export const NO_ANSWER = -32_799;

/** The number of an answer that has too much in it, instead of what it holds; no server's own. */
export const EXCESS_ERROR = -31_999;

/**
 * The message that `text` holds, or `undefined` when it is not one. An answer to a request that is
 * none, or that has more in it than any value may have and so is never parsed, becomes an error, so
 * that nobody waits for it in vain. A `RangeError` when it is too much for any answer.
 */
export function readMessage(text: string): JSONRPCMessage | undefined {
  const excess = findExcess(text);
  // SAFETY: what is long and has no excess was looked at for depth, and a million values weigh less than
  // a message may; all other text is measured (test/unit/mcp: read_message).
  if (excess !== undefined || text.length <= EXCESS_FREE_LENGTH) assertReadable(text);
  if (excess !== undefined) return toRefusal(text, excess.reason);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (isMessage(value)) return value as JSONRPCMessage;
  const { jsonrpc, id, method } = Object(value) as { readonly [member: string]: unknown };
  if (jsonrpc !== "2.0" || method !== undefined || !isId(id)) return undefined;
  const message = "The answer has neither a result nor an error that can be read";
  return { jsonrpc, id, error: { code: NO_ANSWER, message } };
}

/** What is told instead of an answer; of requests and notices nothing is. */
function toRefusal(text: string, message: string): JSONRPCMessage | undefined {
  const { id, method } = readOutline(text, ["id", "method"]);
  if (method !== undefined || !isId(id)) return undefined;
  return { jsonrpc: "2.0", id, error: { code: EXCESS_ERROR, message } };
}

function isMessage(value: unknown): boolean {
  if (!isObject(value) || value["jsonrpc"] !== "2.0") return false;
  const { id, method, params, result, error } = value;
  if (id !== undefined && !isId(id)) return false;
  if (typeof method === "string") return params === undefined || isObject(params);
  if (result !== undefined) return id !== undefined && isObject(result);
  return isObject(error) && Number.isInteger(error["code"]) && typeof error["message"] === "string";
}

function isId(id: unknown): id is string | number {
  return typeof id === "string" || Number.isInteger(id);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
