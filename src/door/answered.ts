/** How requests besides calls fail: in the server's own words, in ours, or without any. */

import { ProtocolError, ProtocolErrorCode } from "@modelcontextprotocol/server";
import { toCodemodeError } from "../base/errors.ts";
import { refusalText } from "./failure_text.ts";
import { asProtocolError } from "./relay.ts";
import type { Talk } from "./talk.ts";

/**
 * Answers a request. What a server refused is told as it is; what we refuse has our code in its data;
 * failures of the host are logged and not shown.
 */
export async function answered<Answer>(
  talk: Talk,
  answer: (talk: Talk) => Answer | Promise<Answer>,
): Promise<Answer> {
  try {
    return await answer(talk);
  } catch (thrown) {
    // Whoever has gone away is told nothing.
    if (talk.ctx.mcpReq.signal.aborted) throw thrown;
    throw toTold(thrown, talk);
  }
}

function toTold(thrown: unknown, { door: { parts }, ctx: { mcpReq } }: Talk): ProtocolError {
  const known = asProtocolError(thrown);
  if (known instanceof ProtocolError) return known;
  const error = toCodemodeError(known);
  const { code, details } = error;
  // SAFETY: what the host failed at, and where, is for its log alone (test/unit/door: answered).
  if (code === "INTERNAL") {
    parts.logger.error("a request to the MCP endpoint failed", { method: mcpReq.method, error });
  }
  const data = { code, ...(code === "INTERNAL" ? {} : { details }) };
  return new ProtocolError(ProtocolErrorCode.InternalError, refusalText(error), data);
}
