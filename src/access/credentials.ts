/** Headers the host adds to requests, so that a program can use a credential without seeing it. */

import type { Secret } from "../base/secret.ts";
import { allowsNetwork } from "../capability/mod.ts";
import { addressKind } from "../base/address.ts";
import { targetOf } from "./destination.ts";
import type { Hop } from "./redirect.ts";

/** One header for one host. */
export interface Credential {
  /** Host, `host:port` or `*.suffix`, as in `network:` capabilities. */
  readonly host: string;
  /** Name of the header. */
  readonly header: string;
  readonly value: Secret;
}

/**
 * The request with the headers of every credential for its host; what the program set under the same
 * names is gone. Only over HTTPS, or to this machine.
 */
export function withCredentials(
  hop: Hop,
  address: string,
  credentials: readonly Credential[],
): Hop {
  const { host, port } = targetOf(hop.url);
  // SAFETY: over plain HTTP everyone on the way would read them (test/integration/access).
  const isPrivate = hop.url.protocol === "https:" || addressKind(address) === "loopback";
  const own = isPrivate
    ? credentials.filter((one) =>
      allowsNetwork({ network: { allowedHosts: [one.host] } }, host, port)
    )
    : [];
  if (own.length === 0) return hop;
  const headers = own.map(({ header, value }) => [header.toLowerCase(), value.reveal()] as const);
  const replaced = new Set(headers.map(([name]) => name));
  return { ...hop, headers: [...hop.headers.filter(([name]) => !replaced.has(name)), ...headers] };
}
