/**
 * Sessions of the revision 2025-11-25: each belongs to one principal with one grant, there are only so
 * many, and one that nobody uses ends, what it runs before that.
 */

import { isDeepStrictEqual } from "node:util";
import type { AuthInfo, McpServer, Server } from "@modelcontextprotocol/server";
import { CodemodeError } from "../base/errors.ts";
import type { Clock } from "../base/clock.ts";
import { newId } from "../base/ids.ts";
import { type Place, Places } from "../base/places.ts";
import type { DoorConfig } from "../config/mod.ts";
import type { Caller } from "../engine/mod.ts";
import { whenSent } from "./answer_body.ts";
import { SessionTransport } from "./session_transport.ts";

/** What sessions need. */
export interface SessionsOptions {
  readonly limits: Pick<
    DoorConfig,
    "sessions" | "sessionsPerPrincipal" | "sessionIdleMs" | "patienceMs"
  >;
  readonly maxBodyBytes: number;
  readonly clock: Clock;
}

/** What comes with a request: who sent it, and its message as JSON, where it has one. */
export interface Sent {
  readonly caller: Caller;
  readonly authInfo: AuthInfo;
  readonly parsedBody: unknown;
}

interface Session {
  readonly caller: Caller;
  readonly server: Server;
  readonly transport: SessionTransport;
  readonly place: Place;
  timer: Disposable | undefined;
  /** Requests and streams that are open. */
  open: number;
}

const NOT_FOUND = {
  jsonrpc: "2.0",
  id: null,
  error: { code: -32001, message: "Session not found" },
};

/** The open sessions. Disposing it ends them. */
export class Sessions implements AsyncDisposable {
  readonly #options: SessionsOptions;
  readonly #sessions = new Map<string, Session>();
  readonly #places: Places;
  #isClosed = false;

  constructor(options: SessionsOptions) {
    const { sessions: all, sessionsPerPrincipal: perPrincipal } = options.limits;
    this.#options = options;
    this.#places = new Places({ all, perPrincipal });
  }

  get size(): number {
    return this.#sessions.size;
  }

  /** The servers of the sessions of such callers. */
  servers(isOf: (caller: Caller) => boolean): readonly Server[] {
    return [...this.#sessions.values()].filter(({ caller }) => isOf(caller))
      .map(({ server }) => server);
  }

  /** Answers a request within its session, or one that begins a session with what `create` makes. */
  async fetch(request: Request, sent: Sent, create: () => McpServer): Promise<Response> {
    const id = request.headers.get("mcp-session-id");
    if (id === null) return await this.#begin(request, sent, create());
    const session = this.#sessions.get(id);
    if (session === undefined || !isSame(session.caller, sent.caller)) {
      return Response.json(NOT_FOUND, { status: 404 });
    }
    return await this.#within(
      id,
      session,
      () => session.transport.handleRequest(request, sent),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true;
    await Promise.all([...this.#sessions.keys()].map((id) => this.#end(id)));
  }

  async #begin(request: Request, sent: Sent, product: McpServer): Promise<Response> {
    const { caller } = sent;
    const place = this.#takePlace(caller);
    const { server } = product;
    let begun: string | undefined;
    const transport = new SessionTransport({
      sessionIdGenerator: () => newId("session"),
      maxRequestBodySize: this.#options.maxBodyBytes,
      onsessioninitialized: (id) => {
        begun = id;
        this.#sessions.set(id, { caller, server, transport, place, timer: undefined, open: 0 });
      },
      onsessionclosed: (id) => this.#end(id),
    });
    let session: Session | undefined;
    try {
      await product.connect(transport);
      const response = await transport.handleRequest(request, sent);
      session = begun === undefined || this.#isClosed ? undefined : this.#sessions.get(begun);
      if (begun === undefined || session === undefined) return response;
      return await this.#within(begun, session, () => Promise.resolve(response));
    } finally {
      if (session === undefined) {
        place[Symbol.dispose]();
        await (begun === undefined ? server.close() : this.#end(begun));
      }
    }
  }

  /** Taken before the session begins, so that no number of them at once gets past the limits. */
  #takePlace({ id }: Caller): Place {
    const place = this.#places.take(id);
    if (typeof place !== "string") return place;
    throw new CodemodeError(
      "QUEUE_FULL",
      "There are too many sessions; end some, or come back later",
    );
  }

  /** A session is in use until the answer is sent; then its time runs. */
  async #within(
    id: string,
    session: Session,
    answer: () => Promise<Response>,
  ): Promise<Response> {
    session.timer?.[Symbol.dispose]();
    session.open += 1;
    let isOver = false;
    const over = () => {
      if (isOver) return;
      isOver = true;
      session.open -= 1;
      if (session.open > 0 || !this.#sessions.has(id)) return;
      session.timer = this.#whileUnused(id, session);
    };
    try {
      return whenSent(await answer(), over);
    } catch (error) {
      over();
      throw error;
    }
  }

  /** First what runs for nobody ends, then the session. */
  #whileUnused(id: string, { transport }: Session): Disposable {
    const { clock, limits: { patienceMs, sessionIdleMs } } = this.#options;
    const timers = [clock.after(sessionIdleMs, () => void this.#end(id))];
    if (transport.isBusy) timers.push(clock.after(patienceMs, () => void transport.abandon()));
    return { [Symbol.dispose]: () => timers.forEach((timer) => timer[Symbol.dispose]()) };
  }

  async #end(id: string): Promise<void> {
    const session = this.#sessions.get(id);
    if (session === undefined) return;
    this.#sessions.delete(id);
    session.timer?.[Symbol.dispose]();
    session.place[Symbol.dispose]();
    await session.server.close();
  }
}

/**
 * Whether a request may be served by a session that another one began: for the same principal and
 * with the same grant, because the session's server goes by the caller that began it.
 */
// SAFETY: an id that leaked opens nothing to another principal, and nothing more to a key of the same
// principal that was granted less, or has been since (test/unit/door: sessions).
function isSame(began: Caller, { id, grant }: Caller): boolean {
  return began.id === id && isDeepStrictEqual(began.grant, grant);
}
