/**
 * Asks shown servers one after another for what only one of them is likely to know, the likeliest first;
 * one that is away keeps nobody from what another one has.
 */

import { ProtocolError, ProtocolErrorCode } from "@modelcontextprotocol/server";
import { CodemodeError, type ErrorCode } from "../base/errors.ts";
import type { Sought } from "../mcp/mod.ts";
import { asProtocolError } from "./relay.ts";
import { type ShownServer, shownServers } from "./shown_servers.ts";
import type { Talk } from "./talk.ts";

/** What servers are asked. */
export interface ShownQuery<Answer> {
  ask(server: ShownServer): Promise<Answer>;
  /** What it is about. */
  readonly sought: Sought;
  /** Servers say yes to anything, so who lists it is found out first. @default false */
  readonly isTakenByAll?: boolean;
  /** The one that has asked, where the request answers it. @default all of them */
  readonly asked?: string | undefined;
  /** Whether what a server refused may be known to another one. */
  isUnknown(refused: ProtocolError): boolean;
  /** What is said when none knows it; `refused` is what the first one said. */
  none(refused: ProtocolError | undefined): ProtocolError;
}

/** Failures of a server that say nothing of what it has. */
const AWAY: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  "MCP_SERVER_UNAVAILABLE",
  "LOGIN_REQUIRED",
  "TOOL_TIMEOUT",
  "RATE_LIMITED",
]);

/** The answer of the first that knows; where none does, the failure of the first that was away. */
export async function firstShown<Answer>(talk: Talk, query: ShownQuery<Answer>): Promise<Answer> {
  const { asked } = query;
  let first: ProtocolError | undefined;
  let away: CodemodeError | undefined;
  for (const server of await inOrder(talk, query)) {
    try {
      return await query.ask(server);
    } catch (thrown) {
      const error = asProtocolError(thrown);
      if (asked !== undefined) throw error;
      if (isAway(error)) away ??= error;
      else if (error instanceof ProtocolError && query.isUnknown(error)) first ??= error;
      else throw error;
    }
  }
  throw away ?? query.none(first);
}

function isAway(error: unknown): error is CodemodeError {
  return error instanceof CodemodeError && AWAY.has(error.code);
}

async function inOrder<Answer>(
  talk: Talk,
  { asked, sought, isTakenByAll = false }: ShownQuery<Answer>,
): Promise<readonly ShownServer[]> {
  const servers = candidates(talk, asked);
  if (servers.length < 2) return servers;
  const isNamed = servers.some(({ passThrough }) => passThrough.mentionOf(sought) === "named");
  if (isTakenByAll && !isNamed) await untilNamed(talk, servers, sought);
  return servers.toSorted((a, b) => likelihood(b, sought) - likelihood(a, sought));
}

/** One that is away may have it, too, but it takes long to hear of that. */
function likelihood({ passThrough }: ShownServer, sought: Sought): number {
  const mention = passThrough.mentionOf(sought);
  if (mention === "named") return 4;
  return (mention === "likely" ? 2 : 0) + (passThrough.isConnected ? 1 : 0);
}

/** Has those that are there list what they have, until one has named it or none does. */
async function untilNamed(
  { visit, ctx }: Talk,
  servers: readonly ShownServer[],
  sought: Sought,
): Promise<void> {
  const options = { signal: ctx.mcpReq.signal, principal: visit.caller.id };
  const there = servers.filter(({ passThrough }) => passThrough.isConnected);
  const listings = there.map(async ({ passThrough }) => {
    await passThrough.listResources(options);
    if (passThrough.mentionOf(sought) === "named") return;
    await passThrough.listResourceTemplates(options);
    throw new TypeError("It is not named");
  });
  // Who cannot list may have it all the same.
  await Promise.any(listings).catch(() => {});
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
