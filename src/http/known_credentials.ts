/** Credentials that somebody was let in with, by their hashes: the ones not seen longest are forgotten. */

import { createHash } from "node:crypto";

/** Credentials remembered at the same time. */
const MAX_KNOWN = 10_000;

/** Remembers, and decides nothing: what is known is still looked at each time it is sent. */
export class KnownCredentials {
  readonly #names: readonly string[];
  /** Seen longest ago first. */
  readonly #known = new Set<string>();

  /** `names` are the headers that carry credentials. */
  constructor(names: readonly string[]) {
    this.#names = names;
  }

  /** Whether these very credentials were remembered. */
  has(headers: Headers): boolean {
    return this.#known.has(this.#hash(headers));
  }

  remember(headers: Headers): void {
    const hash = this.#hash(headers);
    this.#known.delete(hash);
    this.#known.add(hash);
    if (this.#known.size <= MAX_KNOWN) return;
    const [oldest] = this.#known;
    if (oldest !== undefined) this.#known.delete(oldest);
  }

  forget(headers: Headers): void {
    this.#known.delete(this.#hash(headers));
  }

  #hash(headers: Headers): string {
    const sent = this.#names.map((name) => headers.get(name));
    return createHash("sha256").update(JSON.stringify(sent)).digest("base64");
  }
}
