/** Asks shown servers one after another for what only one of them is likely to know. */

import { ProtocolError, ProtocolErrorCode } from "@modelcontextprotocol/server";
import { asProtocolError } from "./relay.ts";
import { type ShownServer, shownServers } from "./shown_servers.ts";
import type { Talk } from "./talk.ts";

/** What servers are asked. */
export interface ShownQuery<Answer> {
  ask(server: ShownServer): Promise<Answer>;
  /** The one that has asked, where the request answers it. @default all of them */
  readonly asked?: string | undefined;
  /** Whether what a server refused may be known to another one. */
  isUnknown(refused: ProtocolError): boolean;
  /** What is said when none knows it; `refused` is what the first one said. */
  none(refused: ProtocolError | undefined): ProtocolError;
}

/** The answer of the first that knows. */
export async function firstShown<Answer>(talk: Talk, query: ShownQuery<Answer>): Promise<Answer> {
  const { asked } = query;
  let first: ProtocolError | undefined;
  for (const server of candidates(talk, asked)) {
    try {
      return await query.ask(server);
    } catch (thrown) {
      const error = asProtocolError(thrown);
      const isOver = asked !== undefined || !(error instanceof ProtocolError);
      if (isOver || !query.isUnknown(error)) throw error;
      first ??= error;
    }
  }
  throw query.none(first);
}

function candidates(
  { door: { parts }, visit }: Talk,
  asked: string | undefined,
): readonly ShownServer[] {
  const shown = shownServers(parts, visit);
  if (asked === undefined) return shown;
  const one = shown.filter(({ name }) => name === asked);
  if (one.length > 0) return one;
  throw noLongerAsked();
}

/** Answers for a server that is not there any more, or not for this caller. */
export function noLongerAsked(): ProtocolError {
  return new ProtocolError(
    ProtocolErrorCode.InvalidParams,
    "What waited for these answers has ended",
  );
}
