/** Whether a server that refuses a request over HTTP says that it does not know the session. */

import type { SdkHttpError } from "@modelcontextprotocol/client";

/** Longest body that is looked into. */
const MAX_BODY = 1_000;

/** The sentences of servers that answer 400, each as the whole of what they say. */
const SENTENCE = new RegExp(
  `^(?:bad request: )?(?:${
    [
      "(?:no valid|no|invalid|missing|unknown|expired|invalid or (?:missing|expired)) session[ -]?id",
      "session(?:[ -]?id)? (?:is )?(?:not found|missing|expired|required|unknown|invalid)",
      "mcp-session-id header is required",
      "server not initialized",
    ].join("|")
  })(?: provided)?[.!]?$`,
  "i",
);

/**
 * A server that was started anew answers 404, or 400 in older ones, to the session it has forgotten.
 *
 * SAFETY: the session of all callers ends with it and the call is made again, so no refusal of one
 * call's argument may pass for it (test/integration/mcp/http_failures_test.ts).
 */
export function isForgotten({ status, data }: Pick<SdkHttpError, "status" | "data">): boolean {
  if (status === 404) return true;
  const { text } = data as { readonly text?: unknown };
  if (status !== 400 || typeof text !== "string" || text.length > MAX_BODY) return false;
  return SENTENCE.test(sentenceOf(text.trim()));
}

/** The message of a JSON-RPC error, or the text itself. */
function sentenceOf(text: string): string {
  try {
    const { error } = Object(JSON.parse(text)) as { readonly error?: unknown };
    const message: unknown = typeof error === "string" ? error : Object(error).message;
    return typeof message === "string" ? message.trim() : "";
  } catch {
    return text;
  }
}
