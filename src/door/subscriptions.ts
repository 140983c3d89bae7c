/** Sessions of the older revision that want to hear of changes of single resources of shown servers. */

import {
  ProtocolError,
  ProtocolErrorCode,
  type Server,
  type ServerContext,
} from "@modelcontextprotocol/server";
import type { Place } from "../base/places.ts";
import { answered } from "./answered.ts";
import type { ShownServer } from "./shown_servers.ts";
import { firstShown } from "./first_shown.ts";
import type { Talk } from "./talk.ts";

/** Subscriptions of one session. */
const MAX_OF_SESSION = 64;

/** One that is held: from the request on, though its server has not answered yet. */
interface Held {
  readonly place: Place;
  /** Aborts when it is wanted no more. */
  readonly over: AbortController;
  readonly begun: Promise<AsyncDisposable>;
}

/** Registers the methods; the end of the session ends its subscriptions. */
export function serveSubscriptions(server: Server, talkOf: (ctx: ServerContext) => Talk): void {
  const held = new SessionSubscriptions();
  server.setRequestHandler(
    "resources/subscribe",
    ({ params: { uri } }, ctx) =>
      answered(talkOf(ctx), async (talk) => {
        await held.add(uri, talk);
        return {};
      }),
  );
  server.setRequestHandler(
    "resources/unsubscribe",
    ({ params: { uri } }, ctx) =>
      answered(talkOf(ctx), async () => {
        await held.remove(uri);
        return {};
      }),
  );
  const { onclose } = server;
  server.onclose = () => {
    onclose?.();
    held.close();
  };
}

/** Those of one session. */
class SessionSubscriptions {
  readonly #held = new Map<string, Held>();
  #isClosed = false;

  /** Resolves when the server tells of the resource; asked for twice, it is held once. */
  async add(uri: string, talk: Talk): Promise<void> {
    if (this.#isClosed) throw tooLate();
    await (this.#held.get(uri) ?? this.#hold(uri, talk)).begun;
  }

  async remove(uri: string): Promise<void> {
    const one = this.#held.get(uri);
    if (one === undefined) return;
    this.#held.delete(uri);
    await end(one);
  }

  close(): void {
    this.#isClosed = true;
    for (const uri of [...this.#held.keys()]) void this.remove(uri);
  }

  /** The place is taken before the server is asked, so that no number of requests at once gets past it. */
  #hold(uri: string, talk: Talk): Held {
    const { door, visit } = talk;
    if (this.#held.size >= MAX_OF_SESSION) throw tooMany();
    const place = door.subscriptions.take(visit.caller.id);
    if (typeof place === "string") throw tooMany();
    const over = new AbortController();
    const one = { place, over, begun: subscribe(talk, uri, over.signal) };
    this.#held.set(uri, one);
    one.begun.catch(() => {
      if (this.#held.get(uri) === one) void this.remove(uri);
    });
    return one;
  }
}

/** Also one that the server grants only now, when nobody wants it any more. */
async function end({ place, over, begun }: Held): Promise<void> {
  place[Symbol.dispose]();
  over.abort(tooLate());
  try {
    await (await begun)[Symbol.asyncDispose]();
  } catch {
    // A server that has gone, or has refused, has no subscription either.
  }
}

/** The first shown server that takes the subscription. */
async function subscribe(talk: Talk, uri: string, signal: AbortSignal): Promise<AsyncDisposable> {
  const principal = talk.visit.caller.id;
  return await firstShown(talk, {
    async ask(shown) {
      const upstream = await shown.passThrough.subscribe(uri, { signal, principal });
      return forward(talk, shown, uri, upstream);
    },
    sought: { resource: uri },
    isTakenByAll: true,
    isUnknown: () => true,
    none: () => new ProtocolError(ProtocolErrorCode.InvalidParams, "Resource not found", { uri }),
  });
}

function forward(
  { server, door: { parts } }: Talk,
  { name }: ShownServer,
  uri: string,
  upstream: AsyncDisposable,
): AsyncDisposable {
  const watch = parts.onServerChange(name, (change) => {
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

function tooMany(): ProtocolError {
  return new ProtocolError(ProtocolErrorCode.InvalidParams, "There are too many subscriptions");
}

function tooLate(): ProtocolError {
  return new ProtocolError(ProtocolErrorCode.InvalidRequest, "The subscription has ended");
}
