/**
 * Requests of a login. Where they go is said by what the server and its authorization server publish,
 * so each address is judged before it is asked, and no answer may be long or late. Redirects are left
 * to the client package, which follows a few within one origin and asks here for each.
 */

import { BlockList, isIP } from "node:net";
import type { FetchLike } from "@modelcontextprotocol/client";
import { isLoopback } from "../config/mod.ts";

/** Bytes of the longest answer. */
export const MAX_OAUTH_BYTES = 262_144;

/** Longest one answer may take. */
export const OAUTH_TIMEOUT_MS = 10_000;

/** What may be replaced. */
export interface OAuthFetchOptions {
  readonly signal?: AbortSignal;
  /** @default the global one */
  readonly fetch?: typeof fetch;
}

/** A `fetch` for the login to the server at `serverUrl`. Refuses with a `TypeError`. */
export function createOAuthFetch(serverUrl: URL, options: OAuthFetchOptions = {}): FetchLike {
  const ask = options.fetch ?? fetch;
  return async (input, init) => {
    const url = new URL(input);
    assertReachable(url, serverUrl);
    const patience = AbortSignal.timeout(OAUTH_TIMEOUT_MS);
    const signal = options.signal ? AbortSignal.any([patience, options.signal]) : patience;
    const response = await ask(url, { ...init, redirect: "manual", signal });
    return await bounded(response, url);
  };
}

/**
 * Refuses addresses that a login must not lead to: plain http beyond this machine, and from a server
 * of the internet into a network that only this machine reaches.
 */
export function assertReachable(url: URL, serverUrl: URL): void {
  const isNear = isPrivateHost(url.hostname);
  const isPlain = url.protocol === "http:" && isLoopback(url.hostname);
  if (url.protocol !== "https:" && !isPlain) throw refused(url, "it is not https");
  if (url.username !== "" || url.password !== "") throw refused(url, "it names a user");
  // SAFETY: else a server could have the service ask its own network (oauth_fetch_test.ts).
  if (isNear && !isPrivateHost(serverUrl.hostname)) throw refused(url, "it is a private address");
}

const NETWORKS = Object.freeze(
  [
    ["0.0.0.0", 8, "ipv4"],
    ["10.0.0.0", 8, "ipv4"],
    ["100.64.0.0", 10, "ipv4"],
    ["127.0.0.0", 8, "ipv4"],
    ["169.254.0.0", 16, "ipv4"],
    ["172.16.0.0", 12, "ipv4"],
    ["192.0.0.0", 24, "ipv4"],
    ["192.168.0.0", 16, "ipv4"],
    ["198.18.0.0", 15, "ipv4"],
    ["224.0.0.0", 3, "ipv4"],
    ["::", 96, "ipv6"],
    ["::ffff:0:0", 96, "ipv6"],
    ["64:ff9b::", 16, "ipv6"],
    ["fc00::", 7, "ipv6"],
    ["fe80::", 9, "ipv6"],
    ["ff00::", 8, "ipv6"],
  ] as const,
);

/** One list for each family: a list of both takes an address of one for the other's. */
const PRIVATE = Object.freeze({ ipv4: networksOf("ipv4"), ipv6: networksOf("ipv6") });

function networksOf(family: "ipv4" | "ipv6"): Pick<BlockList, "check"> {
  const list = new BlockList();
  for (const [network, bits, of] of NETWORKS) {
    if (of === family) list.addSubnet(network, bits, family);
  }
  return list;
}

/** Names that no public name server answers for. */
const PRIVATE_NAME = /^[^.]+$|\.(?:localhost|local|internal|lan|home\.arpa)\.?$/;

function isPrivateHost(hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, "");
  const family = isIP(host);
  if (family === 0) return PRIVATE_NAME.test(host.toLowerCase());
  const name = family === 4 ? "ipv4" : "ipv6";
  return PRIVATE[name].check(host, name);
}

function refused({ protocol, host }: URL, reason: string): TypeError {
  return new TypeError(`Cannot ask ${protocol}//${host} about a login: ${reason}`);
}

async function bounded(response: Response, url: URL): Promise<Response> {
  const { status, statusText, headers } = response;
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    // Leaving the loop cancels the rest.
    if (bytes > MAX_OAUTH_BYTES) throw refused(url, `its answer is over ${MAX_OAUTH_BYTES} bytes`);
    chunks.push(chunk);
  }
  const body = bytes === 0 ? null : new Blob(chunks);
  return new Response(body, { status, statusText, headers });
}
