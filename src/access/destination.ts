/**
 * Where a request may go: the name against the grant, then each address the name stands for. What is
 * not public must be named by its address in the grant; the one exception is `localhost`, which names
 * the loopback addresses.
 */

import { lookup } from "node:dns/promises";
import { CodemodeError } from "../base/errors.ts";
import { allowsNetwork, type CapabilitySet, namesHost } from "../capability/mod.ts";
import { addressKind, isIpAddress, unwrap } from "../base/address.ts";

/** Addresses of a host name. Rejects when there are none. */
export type Resolve = (host: string) => Promise<readonly string[]>;

/** The names the machine knows. */
export const systemResolve: Resolve = async (host) =>
  (await lookup(host, { all: true, verbatim: true })).map(({ address }) => address);

/** What a destination is judged by. */
export interface DestinationRules {
  /** What the program was granted. */
  readonly grant: CapabilitySet;
  /**
   * What its caller was granted.
   * SAFETY: one who was granted `*` may ask for `127.0.0.1`, which `*` must not reach (test/unit/access).
   */
  readonly callerGrant: CapabilitySet;
  readonly resolve: Resolve;
}

/** The verdict on one destination; `reason` is for the operator, `error` for the program. */
export type Destination =
  | { readonly allowed: true; readonly addresses: readonly string[] }
  | { readonly allowed: false; readonly reason: string; readonly error: CodemodeError };

/** Host and port as capabilities write them. */
export function targetOf(url: URL): { readonly host: string; readonly port: number } {
  const host = url.hostname.replace(/\.$/, "");
  return {
    host,
    port: url.port === "" ? (url.protocol === "https:" ? 443 : 80) : Number(url.port),
  };
}

/** Judges the destination of one request. Rejects with `NETWORK_FAILED` when a name is unknown. */
export async function judgeDestination(url: URL, rules: DestinationRules): Promise<Destination> {
  const { host, port } = targetOf(url);
  const unfit = url.protocol !== "http:" && url.protocol !== "https:"
    ? "fetch takes http: and https: addresses"
    : url.username !== "" || url.password !== ""
    ? "credentials do not belong in an address"
    : undefined;
  if (unfit !== undefined) return { allowed: false, reason: unfit, error: refused(url, unfit) };
  if (!allowsNetwork(rules.grant, host, port)) {
    return { allowed: false, reason: "not granted", error: missing(host, port) };
  }
  const isLiteral = isIpAddress(host);
  const addresses = isLiteral ? [unwrap(host)] : await resolveName(host, rules.resolve);
  const reachable = addresses.filter((address) => mayConnect(host, address, port, rules));
  if (reachable.length > 0) return { allowed: true, addresses: reachable };
  const kinds = [...new Set(addresses.map((address) => addressKind(address)))].join(", ");
  return {
    allowed: false,
    reason: `not a public address: ${kinds} (${addresses.slice(0, 4).join(", ")})`,
    error: isLiteral ? missing(host, port) : notPublic(host, port, kinds),
  };
}

function mayConnect(
  host: string,
  address: string,
  port: number,
  { grant, callerGrant }: DestinationRules,
): boolean {
  const kind = addressKind(address);
  if (kind === "public") return true;
  const names = (name: string) =>
    namesHost(grant, name, port) && namesHost(callerGrant, name, port);
  return names(unwrap(address)) || (kind === "loopback" && host === "localhost" && names(host));
}

async function resolveName(host: string, resolve: Resolve): Promise<readonly string[]> {
  try {
    const addresses = await resolve(host);
    if (addresses.length > 0) return addresses;
  } catch (cause) {
    throw new CodemodeError("NETWORK_FAILED", `The host ${host} is not known`, { cause });
  }
  throw new CodemodeError("NETWORK_FAILED", `The host ${host} is not known`);
}

function refused(url: URL, why: string): CodemodeError {
  const target = url.host === "" ? url.protocol : url.host;
  return new CodemodeError("NETWORK_DENIED", `This program may not reach ${target}: ${why}`);
}

function missing(host: string, port: number): CodemodeError {
  const capability = `network:${host}:${port}`;
  return new CodemodeError(
    "NETWORK_DENIED",
    `This program may not reach ${host}:${port}: the capability "${capability}" is missing`,
    { details: { capability } },
  );
}

/** The address itself stays untold: it says how the operator's network is built. */
function notPublic(host: string, port: number, kinds: string): CodemodeError {
  const capability = `network:<its address>:${port}`;
  return new CodemodeError(
    "NETWORK_DENIED",
    `This program may not reach ${host}:${port}: the name leads to an address that is not public ` +
      `(${kinds}); the capability "${capability}" is missing`,
    { details: { capability } },
  );
}
