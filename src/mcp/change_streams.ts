/**
 * How changes are heard in the newest revision: over streams, one of all lists and one of each resource
 * that somebody wants to hear of. After each gap what may have changed is said to have.
 */

import type { Client, SubscriptionFilter } from "@modelcontextprotocol/client";
import type { Clock } from "../base/clock.ts";
import { changesToldBy, type ServerChange } from "./server_change.ts";
import { StandingStream, type StandingStreamOptions } from "./standing_stream.ts";

/** Whose changes are heard, and by whom. */
export interface ChangeStreamsOptions {
  readonly client: Client;
  readonly clock: Clock;
  /** Aborts when the session is over. */
  readonly over: AbortSignal;
  /** Told that the tools may be others. @default changes of lists are not listened to */
  readonly onToolsChanged?: (() => void) | undefined;
  readonly onChange?: ((change: ServerChange) => void) | undefined;
}

/** Longest a server may take to grant a stream that is opened again. */
const GRANT_TIMEOUT_MS = 60_000;

/** The streams of one session. */
export class ChangeStreams {
  readonly #options: ChangeStreamsOptions;

  constructor(options: ChangeStreamsOptions) {
    this.#options = options;
  }

  /** Hears of lists, over the stream that was opened with the session. */
  followLists(): void {
    const { client, over, onToolsChanged, onChange } = this.#options;
    const filter = changesToldBy(client.getServerCapabilities() ?? {});
    if (onToolsChanged === undefined) return;
    if (Object.keys(filter).length === 0) return;
    this.#stand(client.autoOpenedSubscription, {
      filter,
      signal: over,
      onReopened() {
        if (filter.toolsListChanged) onToolsChanged();
        if (filter.resourcesListChanged) onChange?.({ type: "resources" });
        if (filter.promptsListChanged) onChange?.({ type: "prompts" });
      },
    });
  }

  /** Hears of a resource until the signal aborts; resolves, once that is granted, with what ends it. */
  async followResource(
    uri: string,
    options: { readonly signal: AbortSignal; readonly timeout: number },
  ): Promise<() => Promise<void>> {
    const { client, over, onChange } = this.#options;
    const filter = { resourceSubscriptions: [uri] };
    const first = await client.listen(filter, options);
    const stream = this.#stand(first, {
      filter,
      signal: AbortSignal.any([over, options.signal]),
      onReopened: () => onChange?.({ type: "resource", uri }),
    });
    return () => stream.close();
  }

  #stand(
    first: Client["autoOpenedSubscription"],
    { filter, ...options }: Pick<StandingStreamOptions, "signal" | "onReopened"> & {
      readonly filter: SubscriptionFilter;
    },
  ): StandingStream {
    const { client, clock } = this.#options;
    const open = (signal: AbortSignal) =>
      client.listen(filter, { signal, timeout: GRANT_TIMEOUT_MS });
    return new StandingStream(first, { ...options, clock, open });
  }
}
