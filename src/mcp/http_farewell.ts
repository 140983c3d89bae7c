/** Tells a server over HTTP that a session is over, so that it keeps nothing of it. */

import { StreamableHTTPClientTransport, type Transport } from "@modelcontextprotocol/client";
import type { Clock } from "../base/clock.ts";
import { untilAborted } from "../base/until_aborted.ts";
import { createDeadline } from "./deadline.ts";

/** Longest that is waited for a server to let go of a session. */
const END_WAIT_MS = 1_000;

/** The end of one session, told once. */
export class HttpFarewell {
  readonly #transport: Transport;
  readonly #clock: Clock;
  #told: Promise<void> | undefined;

  constructor(transport: Transport, clock: Clock) {
    this.#transport = transport;
    this.#clock = clock;
  }

  /**
   * To be said before the transport is closed. Resolves when the server has answered, whatever, or the
   * time is up; at once where it has given the session no id or the transport is another one.
   */
  async say(): Promise<void> {
    const transport = this.#transport;
    if (!(transport instanceof StreamableHTTPClientTransport) || !transport.sessionId) return;
    await (this.#told ??= this.#tell(transport));
  }

  async #tell(transport: StreamableHTTPClientTransport): Promise<void> {
    using deadline = createDeadline(this.#clock, END_WAIT_MS);
    await untilAborted(transport.terminateSession(), deadline.signal).catch(() => {});
  }
}
