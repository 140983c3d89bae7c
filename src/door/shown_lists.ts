/** What all shown servers list together. */

import { toCodemodeError } from "../base/errors.ts";
import { type ShownServer, shownServers } from "./shown_servers.ts";
import type { Talk } from "./talk.ts";

/** One list of several servers. `ttlMs` is 0 where one is missing, which may be back at any time. */
export interface ShownList {
  readonly items: readonly Readonly<Record<string, unknown>>[];
  readonly ttlMs?: 0;
}

/** Lists of all shown servers; one that cannot be had does not take the others along. */
export async function fromEach(
  talk: Talk,
  list: (
    server: ShownServer,
    options: { readonly signal: AbortSignal; readonly principal: string },
  ) => Promise<Pick<ShownList, "items">>,
): Promise<ShownList> {
  const { door: { parts }, visit, ctx } = talk;
  const options = { signal: ctx.mcpReq.signal, principal: visit.caller.id };
  const lists = await Promise.all(
    shownServers(parts, visit).map(async (one) => {
      try {
        return (await list(one, options)).items;
      } catch (thrown) {
        const { code } = toCodemodeError(thrown);
        parts.logger.warn("a server that is shown cannot be listed", { server: one.name, code });
        return undefined;
      }
    }),
  );
  const items = lists.flatMap((one) => one ?? []);
  return visit.era === "modern" && lists.includes(undefined) ? { items, ttlMs: 0 } : { items };
}
