/**
 * The resources of one server whose changes somebody wants to hear of. A resource is subscribed to once
 * however many want it, for as long as one of them does, and anew on each session.
 */

import { CodemodeError } from "../base/errors.ts";
import type { Logger } from "../base/log.ts";
import { untilAborted } from "../base/until_aborted.ts";
import { describeError } from "./background_tasks.ts";
import type { Session } from "./session.ts";

/** Who subscribes. */
type Subscriber = Pick<Session, "subscribe">;

/** Who wants to hear, and how long it waits for that. */
export interface Wish {
  readonly principal: string;
  readonly signal: AbortSignal;
}

/** Resources subscribed to at one server, and those of them that one principal may want. */
export const MAX_OF_SERVER = 256;
export const MAX_OF_CALLER = 128;

interface Subscription {
  /** How often each principal wants it. */
  readonly wanted: Map<string, number>;
  /** Aborts when nobody wants it any more. */
  readonly over: AbortController;
  /** Resolves with what ends it at the server; undefined when the server has refused it. */
  end: Promise<() => Promise<void>> | undefined;
}

/** The subscriptions of one server. */
export class ResourceSubscriptions {
  readonly #logger: Logger;
  readonly #byUri = new Map<string, Subscription>();
  /** What is being ended: a server that hears of both at once may end what was begun anew. */
  readonly #ending = new Map<string, Promise<void>>();

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /** Whether nobody wants to hear of any resource. */
  get isEmpty(): boolean {
    return this.#byUri.size === 0;
  }

  /** Those that somebody wants to hear of. */
  get uris(): readonly string[] {
    return [...this.#byUri.keys()];
  }

  /** Whether somebody wants to hear of the resource. */
  has(uri: string): boolean {
    return this.#byUri.has(uri);
  }

  /** Subscribes unless somebody has; disposing the last one unsubscribes. */
  async add(uri: string, session: Subscriber, wish: Wish): Promise<AsyncDisposable> {
    const { principal, signal } = wish;
    signal.throwIfAborted();
    this.#assertRoom(uri, principal);
    const subscription = this.#at(uri);
    const { wanted } = subscription;
    wanted.set(principal, (wanted.get(principal) ?? 0) + 1);
    const begun = subscription.end ?? this.#begin(uri, subscription, session);
    let isOver = false;
    const leave = async () => {
      if (isOver) return;
      isOver = true;
      await this.#leave(uri, subscription, principal);
    };
    try {
      await untilAborted(begun, signal);
    } catch (error) {
      void leave();
      throw error;
    }
    return { [Symbol.asyncDispose]: leave };
  }

  /** Subscribes anew on a session that takes over. */
  renew(session: Subscriber): void {
    for (const [uri, subscription] of this.#byUri) {
      this.#begin(uri, subscription, session).catch((error) => {
        this.#logger.warn("MCP server does not tell of a resource any more", {
          reason: describeError(error),
        });
      });
    }
  }

  #at(uri: string): Subscription {
    const known = this.#byUri.get(uri);
    if (known !== undefined) return known;
    const fresh = { wanted: new Map(), over: new AbortController(), end: undefined };
    this.#byUri.set(uri, fresh);
    return fresh;
  }

  #begin(
    uri: string,
    subscription: Subscription,
    session: Subscriber,
  ): NonNullable<Subscription["end"]> {
    const subscribe = () => session.subscribe(uri, subscription.over.signal);
    const end = this.#ending.get(uri)?.then(subscribe) ?? subscribe();
    subscription.end = end;
    end.catch(() => {
      if (subscription.end === end) subscription.end = undefined;
    });
    return end;
  }

  async #leave(uri: string, subscription: Subscription, principal: string): Promise<void> {
    const { wanted, over } = subscription;
    const left = (wanted.get(principal) ?? 0) - 1;
    if (left > 0) wanted.set(principal, left);
    else wanted.delete(principal);
    if (wanted.size > 0) return;
    this.#byUri.delete(uri);
    // One that was not answered yet is given up; a session that is over has ended its subscriptions.
    over.abort();
    const ended = Promise.resolve(subscription.end).then((end) => end?.()).catch(() => {});
    this.#ending.set(uri, ended);
    await ended;
    if (this.#ending.get(uri) === ended) this.#ending.delete(uri);
  }

  #assertRoom(uri: string, principal: string): void {
    if (this.#byUri.get(uri)?.wanted.has(principal)) return;
    const theirs = [...this.#byUri.values()].filter(({ wanted }) => wanted.has(principal)).length;
    // SAFETY: one principal leaves resources of a server to others (test/unit/mcp: resource_subscriptions).
    if (theirs >= MAX_OF_CALLER) throw tooMany(MAX_OF_CALLER, " for one caller");
    const all = this.#byUri.size + this.#ending.size;
    if (!this.#byUri.has(uri) && all >= MAX_OF_SERVER) throw tooMany(MAX_OF_SERVER, "");
  }
}

function tooMany(max: number, whose: string): CodemodeError {
  return new CodemodeError(
    "RATE_LIMITED",
    `No more than ${max} resources of one server can be subscribed to${whose}`,
  );
}
