/**
 * The internet and nothing else: for addresses that were named by somebody else than the operator. Each
 * name is resolved, what is not public is left out, and the connection goes to what was judged.
 */

import { addressKind, isIpAddress, unwrap } from "../base/address.ts";
import { AddressRefused, type Network } from "../base/network.ts";
import { untilAborted } from "../base/until_aborted.ts";
import { type Resolve, systemResolve, targetOf } from "./destination.ts";
import { mayBeElsewhere, pinnedFetch } from "./pinned_fetch.ts";

/** Options of {@link createPublicNetwork}. */
export interface PublicNetworkOptions {
  /** @default the names the machine knows */
  readonly resolve?: Resolve;
}

const SCHEMES: ReadonlySet<string> = new Set(["http:", "https:", "ws:", "wss:"]);

/** A network of public addresses. */
export function createPublicNetwork(
  { resolve = systemResolve }: PublicNetworkOptions = {},
): Network {
  const judge = (url: URL) => publicAddresses(url, resolve);
  return Object.freeze({
    async fetch(input: URL | string, init: RequestInit = {}) {
      const url = new URL(input);
      // Deno and Node have a request read what is sent, with its type.
      const request = new Request(url, { ...init, redirect: "manual" });
      const body = request.body === null ? null : new Uint8Array(await request.arrayBuffer());
      const addresses = await untilAborted(judge(url), request.signal);
      for (const [index, address] of addresses.entries()) {
        try {
          return await pinnedFetch(request, body, address);
        } catch (error) {
          if (index === addresses.length - 1 || !mayBeElsewhere(error)) throw error;
        }
      }
      throw refused(url, "it has no address");
    },
    async check(url: URL) {
      // SAFETY: such a connection resolves the name again, and no certificate would show that the name
      // means another address by then (test/unit/access/public_network_test.ts).
      if (url.protocol === "ws:" && !isIpAddress(targetOf(url).host)) {
        throw refused(url, "a WebSocket to a name must be wss");
      }
      await judge(url);
    },
  });
}

async function publicAddresses(url: URL, resolve: Resolve): Promise<readonly string[]> {
  const { host } = targetOf(url);
  if (!SCHEMES.has(url.protocol)) throw refused(url, "it is no address of the web");
  const addresses = isIpAddress(host) ? [unwrap(host)] : await resolved(url, host, resolve);
  const open = addresses.filter((address) => addressKind(address) === "public");
  // Which address it is stays untold: it says how the operator's network is built.
  if (open.length === 0) throw refused(url, "its address is not public");
  return open;
}

async function resolved(url: URL, host: string, resolve: Resolve): Promise<readonly string[]> {
  try {
    return await resolve(host);
  } catch (cause) {
    throw new TypeError(`Cannot reach ${url.host}: it is not known`, { cause });
  }
}

function refused(url: URL, why: string): AddressRefused {
  return new AddressRefused(`Cannot reach ${url.host === "" ? url.protocol : url.host}: ${why}`);
}
