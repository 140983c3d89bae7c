/** Sessions of the older revision that want to hear of changes of single resources of shown servers. */

import {
  ProtocolError,
  ProtocolErrorCode,
  type Server,
  type ServerContext,
} from "@modelcontextprotocol/server";
import type { ShownServer } from "./shown_servers.ts";
import { asProtocolError } from "./relay.ts";
import { shownServers } from "./shown_servers.ts";
import type { Talk } from "./talk.ts";

/** Subscriptions of one session. */
const MAX_SUBSCRIPTIONS = 64;

/** Registers the methods; the end of the session ends its subscriptions. */
export function serveSubscriptions(server: Server, talkOf: (ctx: ServerContext) => Talk): void {
  const held = new Map<string, AsyncDisposable>();
  server.setRequestHandler("resources/subscribe", async ({ params: { uri } }, ctx) => {
    if (held.has(uri)) return {};
    if (held.size >= MAX_SUBSCRIPTIONS) {
      throw new ProtocolError(ProtocolErrorCode.InvalidParams, "There are too many subscriptions");
    }
    held.set(uri, await subscribe(talkOf(ctx), uri));
    return {};
  });
  server.setRequestHandler("resources/unsubscribe", async ({ params: { uri } }) => {
    const one = held.get(uri);
    held.delete(uri);
    await one?.[Symbol.asyncDispose]();
    return {};
  });
  const { onclose } = server;
  server.onclose = () => {
    onclose?.();
    for (const one of held.values()) {
      // A server that has gone has no subscriptions either.
      Promise.resolve(one[Symbol.asyncDispose]()).catch(() => {});
    }
    held.clear();
  };
}

/** The first shown server that takes the subscription. */
async function subscribe(talk: Talk, uri: string): Promise<AsyncDisposable> {
  const { door: { parts }, visit, ctx, server } = talk;
  const options = { signal: ctx.mcpReq.signal, principal: visit.caller.id };
  for (const shown of shownServers(parts, visit)) {
    try {
      const upstream = await shown.passThrough.subscribe(uri, options);
      return forward(server, shown, uri, upstream);
    } catch (thrown) {
      const error = asProtocolError(thrown);
      if (!(error instanceof ProtocolError)) throw error;
    }
  }
  throw new ProtocolError(ProtocolErrorCode.InvalidParams, "Resource not found", { uri });
}

function forward(
  server: Server,
  { passThrough }: ShownServer,
  uri: string,
  upstream: AsyncDisposable,
): AsyncDisposable {
  const watch = passThrough.onChange((change) => {
    if (change.type !== "resource" || change.uri !== uri) return;
    server.sendResourceUpdated({ uri }).catch(() => {});
  });
  return {
    async [Symbol.asyncDispose]() {
      watch[Symbol.dispose]();
      await upstream[Symbol.asyncDispose]();
    },
  };
}
