/**
 * Requests of a login. Where they go is said by what the server and its authorization server publish,
 * so each place is judged before it is asked, and no answer may be long or late. Redirects are left to
 * the client package, which follows a few within one origin and asks here for each.
 */

import type { FetchLike } from "@modelcontextprotocol/client";
import { addressKind, isIpAddress } from "../base/address.ts";
import { readBounded, TooManyBytes } from "../base/bounded_bytes.ts";
import { AddressRefused, type Network } from "../base/network.ts";
import { isLoopback } from "../config/mod.ts";

/** Bytes of the longest answer. */
export const MAX_OAUTH_BYTES = 262_144;

/** Longest one answer may take. */
export const OAUTH_TIMEOUT_MS = 10_000;

/** Whose word counts on where a login leads. */
export interface LoginReach {
  /** The server that is logged in to. */
  readonly server: URL;
  /** The issuer of the configuration. */
  readonly issuer?: string | undefined;
  /** Hosts that the configuration does not name. @default they are not asked */
  readonly network?: Network | undefined;
  /** Whether the configuration is a caller's and not the operator's; then it names nothing. */
  readonly isForeign?: boolean | undefined;
}

/** What may be replaced. */
export interface OAuthFetchOptions {
  readonly signal?: AbortSignal;
  /** @default the global one */
  readonly fetch?: typeof fetch;
}

/** A `fetch` for a login. Refuses with a `TypeError`. */
export function createOAuthFetch(reach: LoginReach, options: OAuthFetchOptions = {}): FetchLike {
  const own = options.fetch ?? fetch;
  return async (input, init) => {
    const url = new URL(input);
    assertReachable(url, reach);
    const ask = isNamed(url, reach) ? own : reach.network?.fetch;
    if (ask === undefined) throw refused(url, "the configuration does not name it");
    const patience = AbortSignal.timeout(OAUTH_TIMEOUT_MS);
    const signal = options.signal ? AbortSignal.any([patience, options.signal]) : patience;
    try {
      return await bounded(await ask(url, { ...init, redirect: "manual", signal }), url);
    } catch (error) {
      throw error instanceof AddressRefused ? refused(url, "it is a private address") : error;
    }
  };
}

/**
 * Refuses what a login must not lead to, by its name: plain http beyond this machine, and from a server
 * of the internet into a network that only this machine reaches. What a name means is judged by the
 * network that asks it.
 */
export function assertReachable(url: URL, reach: LoginReach): void {
  const isPlain = url.protocol === "http:" && isLoopback(url.hostname);
  if (url.protocol !== "https:" && !isPlain) throw refused(url, "it is not https");
  if (url.username !== "" || url.password !== "") throw refused(url, "it names a user");
  // SAFETY: else a server could have the service ask its own network (oauth_fetch_test.ts).
  if (!isNamed(url, reach) && isPrivateHost(url.hostname)) {
    throw refused(url, "it is a private address");
  }
}

/**
 * Whether the operator answers for a place: it is the server's own, the issuer's of the configuration,
 * or the server is itself of a network that only this machine reaches.
 */
function isNamed(url: URL, { server, issuer, isForeign }: LoginReach): boolean {
  if (isForeign === true) return false;
  const origins = [server.origin, issuer === undefined ? "" : new URL(issuer).origin];
  return origins.includes(url.origin) || isPrivateHost(server.hostname);
}

/** Names that no public name server answers for. */
const PRIVATE_NAME = /^[^.]+$|\.(?:localhost|local|internal|lan|home\.arpa)$/;

function isPrivateHost(hostname: string): boolean {
  if (isIpAddress(hostname)) return addressKind(hostname) !== "public";
  return PRIVATE_NAME.test(hostname.toLowerCase().replace(/\.$/, ""));
}

function refused({ protocol, host }: URL, reason: string): TypeError {
  return new TypeError(`Cannot ask ${protocol}//${host} about a login: ${reason}`);
}

async function bounded(response: Response, url: URL): Promise<Response> {
  const { status, statusText, headers } = response;
  try {
    const bytes = await readBounded(response.body, MAX_OAUTH_BYTES);
    return new Response(bytes.length === 0 ? null : bytes, { status, statusText, headers });
  } catch (error) {
    if (!(error instanceof TooManyBytes)) throw error;
    throw refused(url, `its answer is over ${MAX_OAUTH_BYTES} bytes`);
  }
}
