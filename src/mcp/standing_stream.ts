/** A stream of changes that is opened again whenever it ends, for as long as somebody wants it. */

import { type Clock, sleep } from "../base/clock.ts";
import { untilAborted } from "../base/until_aborted.ts";

/** A stream as the client opens it: it has been granted. */
export interface OpenStream {
  /** Settles when it ends, whoever ends it. */
  readonly closed: Promise<unknown>;
  close(): Promise<void>;
}

/** What keeps it standing. */
export interface StandingStreamOptions {
  readonly clock: Clock;
  /** Aborts when nobody wants it any more. */
  readonly signal: AbortSignal;
  /** Opens it anew; the stream ends with the signal. */
  readonly open: (signal: AbortSignal) => Promise<OpenStream>;
  /** Told when it is there again: what changed meanwhile was told to nobody. */
  readonly onReopened: () => void;
}

/** The rest before it is opened again, doubled each time as long as it does not hold. */
export const REST_MS = 1_000;
export const LONGEST_REST_MS = 60_000;

/** A stream that lasted as long has held; proxies end those that are silent about that long. */
export const HELD_MS = 20_000;

/** The stream, whichever it is now. */
export class StandingStream {
  readonly #options: StandingStreamOptions;
  readonly #ended = new AbortController();
  readonly #signal: AbortSignal;
  #current: OpenStream | undefined;

  /** Takes over a stream that is open; without one the first is opened after a rest. */
  constructor(first: OpenStream | undefined, options: StandingStreamOptions) {
    this.#options = options;
    this.#signal = AbortSignal.any([options.signal, this.#ended.signal]);
    this.#current = first;
    this.#stand().catch(() => {
      // Rejects with the signal's reason only.
    });
  }

  /** Ends it for good; resolves when its server was told. */
  async close(): Promise<void> {
    this.#ended.abort();
    await this.#current?.close();
  }

  async #stand(): Promise<void> {
    const { clock, onReopened } = this.#options;
    for (let restMs = REST_MS;; restMs = Math.min(restMs * 2, LONGEST_REST_MS)) {
      const since = clock.monotonic();
      if (this.#current) await untilAborted(this.#current.closed, this.#signal);
      if (clock.monotonic() - since >= HELD_MS) restMs = REST_MS;
      // SAFETY: a server that ends each stream at once is not asked without a rest
      // (test/unit/mcp: standing_stream).
      await sleep(clock, restMs, this.#signal);
      this.#current = await this.#open();
      if (this.#current) onReopened();
    }
  }

  /** The next one; undefined when it could not be had. */
  async #open(): Promise<OpenStream | undefined> {
    try {
      return await this.#options.open(this.#signal);
    } catch {
      this.#signal.throwIfAborted();
      return undefined;
    }
  }
}
