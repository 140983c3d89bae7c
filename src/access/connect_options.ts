/** Where a request is connected to: an address that was chosen beforehand, under the name that it has. */

import { isIpAddress, unwrap } from "../base/address.ts";

const UNREACHABLE: ReadonlySet<unknown> = new Set([
  "ECONNREFUSED",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "EADDRNOTAVAIL",
  "EAFNOSUPPORT",
]);

/** Whether a connection that failed with this code may succeed at another address of the same host. */
export function isUnreachable(code: unknown): boolean {
  return UNREACHABLE.has(code);
}

/** What `request` of `node:http` and `node:https` is told of the place. */
export interface ConnectOptions {
  readonly host: string;
  readonly servername?: string;
  readonly port: number;
  readonly path: string;
  readonly agent: false;
}

/** Options for a request of `url` that goes to `address`. */
export function connectOptions(url: URL, address: string): ConnectOptions {
  const isSecure = url.protocol === "https:";
  const hostname = unwrap(url.hostname).replace(/\.$/, "");
  return {
    // SAFETY: the address that was judged, so that a name cannot mean another one by now.
    host: unwrap(address),
    // A certificate must be one of the name, though the connection is to the address.
    ...(isSecure && !isIpAddress(hostname) ? { servername: hostname } : {}),
    port: url.port === "" ? (isSecure ? 443 : 80) : Number(url.port),
    path: `${url.pathname}${url.search}`,
    agent: false,
  };
}
