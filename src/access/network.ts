/**
 * `fetch` for programs: every hop of a request is judged, resolved, counted against the rate, and sent
 * to the address that was judged.
 */

import { type Clock, sleep } from "../base/clock.ts";
import { CodemodeError } from "../base/errors.ts";
import { type Bucket, fullBucket, take } from "../base/rate.ts";
import { untilAborted } from "../base/until_aborted.ts";
import { DEFAULT_AMOUNTS } from "../capability/mod.ts";
import type { GuestResponse } from "../protocol/access.ts";
import { isUnreachable } from "./connect_options.ts";
import { type Credential, withCredentials } from "./credentials.ts";
import type { Decisions } from "./decisions.ts";
import { type DestinationRules, judgeDestination, targetOf } from "./destination.ts";
import { exchange, type Reply } from "./exchange.ts";
import { type AccessRequest, readRequest } from "./read_request.ts";
import { type Hop, isRedirect, MAX_REDIRECTS, nextHop } from "./redirect.ts";

/** What the network of one execution is made of. */
export interface NetworkAccessOptions extends DestinationRules {
  readonly clock: Clock;
  readonly decisions: Decisions;
  readonly credentials: readonly Credential[];
}

/** The requests of one execution. */
export class NetworkAccess {
  readonly #options: NetworkAccessOptions;
  #bucket: Bucket;

  constructor(options: NetworkAccessOptions) {
    this.#options = options;
    const { maxRequestsPerSecond = DEFAULT_AMOUNTS.maxRequestsPerSecond } = options.grant.network ??
      {};
    this.#bucket = fullBucket(maxRequestsPerSecond, options.clock.monotonic());
  }

  /** Answers one `fetch`. */
  async fetch(given: unknown, signal: AbortSignal): Promise<GuestResponse> {
    const request = readRequest(given);
    this.#assertSize(request.body);
    let hop: Hop = request;
    for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects += 1) {
      const reply = await this.#send(hop, signal);
      const next = follow(request, hop, reply);
      if (next === undefined) return toResponse(hop, reply, redirects > 0);
      hop = next;
    }
    throw failed(request, `more than ${MAX_REDIRECTS} redirects`);
  }

  #assertSize(body: Uint8Array | null): void {
    const { maxRequestSize = DEFAULT_AMOUNTS.maxRequestSize } = this.#options.grant.network ?? {};
    const bytes = body?.length ?? 0;
    if (bytes <= maxRequestSize) return;
    throw new CodemodeError(
      "PAYLOAD_TOO_LARGE",
      `The request's body has ${bytes} bytes, the limit is ${maxRequestSize}`,
      { details: { bytes, maxBytes: maxRequestSize } },
    );
  }

  async #send(hop: Hop, signal: AbortSignal): Promise<Reply> {
    await this.#waitForRate(signal);
    const addresses = await this.#judge(hop.url, signal);
    for (const [index, address] of addresses.entries()) {
      try {
        return await exchange(
          withCredentials(hop, address, this.#options.credentials),
          address,
          signal,
        );
      } catch (error) {
        const isLast = index === addresses.length - 1;
        if (isLast || !(error instanceof CodemodeError)) throw error;
        if (!isUnreachable(error.details["reason"])) throw error;
      }
    }
    throw new TypeError("Cannot send a request: it has no address");
  }

  /** Addresses that may be connected to, at least one; the decision is on record either way. */
  async #judge(url: URL, signal: AbortSignal): Promise<readonly string[]> {
    const { decisions } = this.#options;
    const { host, port } = targetOf(url);
    const target = host === "" ? url.protocol : `${host}:${port}`;
    // A name server is not told that nobody waits any more.
    const verdict = await untilAborted(judgeDestination(url, this.#options), signal);
    decisions.record("network", target, verdict.allowed ? undefined : verdict.reason);
    if (verdict.allowed) return verdict.addresses;
    throw verdict.error;
  }

  async #waitForRate(signal: AbortSignal): Promise<void> {
    const { clock } = this.#options;
    const { bucket, waitMs } = take(this.#bucket, clock.monotonic());
    this.#bucket = bucket;
    if (waitMs > 0) await sleep(clock, waitMs, signal);
  }
}

/** The request to make next, or nothing when `reply` is the answer. */
function follow(request: AccessRequest, hop: Hop, { status, headers }: Reply): Hop | undefined {
  if (!isRedirect(status) || request.redirect === "manual") return undefined;
  const location = headers.find(([name]) => name === "location")?.[1];
  if (request.redirect === "error") throw failed(hop, "it was redirected, which it was not to be");
  if (location === undefined) return undefined;
  const next = nextHop(hop, status, location);
  if (next === undefined) throw failed(hop, "it was redirected to what is no address");
  return next;
}

function toResponse({ url }: Hop, reply: Reply, redirected: boolean): GuestResponse {
  const shown = new URL(url);
  shown.hash = "";
  return { url: shown.href, redirected, ...reply };
}

function failed({ url }: Hop, why: string): CodemodeError {
  return new CodemodeError("NETWORK_FAILED", `The request to ${url.host} failed: ${why}`);
}
