/**
 * Who wants to hear of a server's resources and prompts. It belongs to the server's name, so whoever
 * listens goes on hearing when the server is replaced by another one of that name.
 */

import type { Logger } from "../base/log.ts";
import { ResourceSubscriptions } from "./resource_subscriptions.ts";
import type { ServerChange } from "./server_change.ts";

/** Told of changes. */
export type ChangeListener = (change: ServerChange) => void;

/** Those who listen to one name. */
export class Audience {
  readonly subscriptions: ResourceSubscriptions;
  readonly #listeners = new Set<ChangeListener>();

  constructor(server: string, logger: Logger) {
    this.subscriptions = new ResourceSubscriptions(logger.child({ server }));
  }

  /** Whether nobody wants to hear anything. */
  get isEmpty(): boolean {
    return this.#listeners.size === 0 && this.subscriptions.isEmpty;
  }

  /** Tells the listener until disposed. */
  listen(listener: ChangeListener): Disposable {
    // One of its own, so that a listener that is given twice is told twice, and left once at a time.
    const own: ChangeListener = (change) => listener(change);
    this.#listeners.add(own);
    return { [Symbol.dispose]: () => void this.#listeners.delete(own) };
  }

  tell(change: ServerChange): void {
    for (const listener of [...this.#listeners]) listener(change);
  }
}

/** The audiences of all names that somebody listens to, or that a server has. */
export class Audiences {
  readonly #logger: Logger;
  readonly #byName = new Map<string, Audience>();

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /** That of a name, whether there is a server of it or not. */
  of(server: string): Audience {
    const known = this.#byName.get(server);
    if (known !== undefined) return known;
    const fresh = new Audience(server, this.#logger);
    this.#byName.set(server, fresh);
    return fresh;
  }

  /** The server is gone; who still listens waits for the next one of the name. */
  left(server: string): void {
    // SAFETY: names that come and go do not pile up (test/unit/mcp: audience).
    if (this.#byName.get(server)?.isEmpty === true) this.#byName.delete(server);
  }

  /** Names that are kept. */
  get size(): number {
    return this.#byName.size;
  }
}
