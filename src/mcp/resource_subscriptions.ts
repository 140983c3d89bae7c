/**
 * The resources of one server whose changes somebody wants to hear of. A resource is subscribed to once
 * however many want it, and anew on each session.
 */

import { CodemodeError } from "../base/errors.ts";
import type { Logger } from "../base/log.ts";
import { describeError } from "./background_tasks.ts";
import type { Session } from "./session.ts";

/** Who subscribes. */
type Subscriber = Pick<Session, "subscribe">;

/** Resources subscribed to at one server. */
export const MAX_SUBSCRIPTIONS = 256;

const NEVER = new AbortController().signal;

interface Subscription {
  wanted: number;
  /** Ends it at the server. */
  end: Promise<() => Promise<void>>;
}

/** The subscriptions of one server. */
export class ResourceSubscriptions {
  readonly #logger: Logger;
  readonly #byUri = new Map<string, Subscription>();

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /** Subscribes unless somebody has; disposing the last one unsubscribes. */
  async add(uri: string, session: Subscriber, signal: AbortSignal): Promise<AsyncDisposable> {
    const known = this.#byUri.get(uri);
    if (!known && this.#byUri.size >= MAX_SUBSCRIPTIONS) throw tooMany();
    const subscription = known ?? { wanted: 0, end: session.subscribe(uri, signal) };
    this.#byUri.set(uri, subscription);
    subscription.wanted += 1;
    try {
      await subscription.end;
    } catch (error) {
      this.#byUri.delete(uri);
      throw error;
    }
    let isOver = false;
    return {
      [Symbol.asyncDispose]: async () => {
        if (isOver) return;
        isOver = true;
        await this.#leave(uri, subscription);
      },
    };
  }

  /** Subscribes anew on a session that takes over. */
  renew(session: Subscriber): void {
    for (const [uri, subscription] of this.#byUri) {
      subscription.end = session.subscribe(uri, NEVER);
      subscription.end.catch((error) => {
        this.#logger.warn("MCP server does not tell of a resource any more", {
          reason: describeError(error),
        });
      });
    }
  }

  async #leave(uri: string, subscription: Subscription): Promise<void> {
    subscription.wanted -= 1;
    if (subscription.wanted > 0 || this.#byUri.get(uri) !== subscription) return;
    this.#byUri.delete(uri);
    // A session that is over has ended its subscriptions.
    await subscription.end.then((end) => end()).catch(() => {});
  }
}

function tooMany(): CodemodeError {
  return new CodemodeError(
    "RATE_LIMITED",
    `No more than ${MAX_SUBSCRIPTIONS} resources of one server can be subscribed to`,
  );
}
