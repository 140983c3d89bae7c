/**
 * Which address a request came from. A forwarded address is believed only where the operator named
 * the proxy that forwards it.
 */

import { isIPv6 } from "node:net";

/** Address of a request that came through no socket, as in the embedded form. */
export const NO_ADDRESS = "local";

/**
 * The last address that no trusted proxy stands for: the socket's own, or, where that is a trusted
 * proxy, the nearest one of `X-Forwarded-For` that is not.
 */
export function remoteAddress(
  socket: string,
  forwarded: string | undefined,
  trustedProxies: readonly string[],
): string {
  let address = plain(socket);
  // SAFETY: callers can write anything in front of what a proxy appends, so it is read from the end.
  const hops = (forwarded ?? "").split(",").map((hop) => hop.trim()).filter((hop) => hop !== "");
  while (trustedProxies.includes(address)) {
    const hop = hops.pop();
    if (hop === undefined) break;
    address = plain(hop);
  }
  return address;
}

/** Addresses that one host can choose among freely count as one: an IPv6 network of 64 bits. */
export function addressGroup(address: string): string {
  if (!isIPv6(address)) return address;
  const [head = "", tail] = (address.split("%")[0] ?? "").split("::");
  const left = head === "" ? [] : head.split(":");
  const right = tail === undefined || tail === "" ? [] : tail.split(":");
  const gap = tail === undefined ? 0 : Math.max(0, 8 - left.length - right.length);
  const groups = [...left, ...Array.from({ length: gap }, () => "0"), ...right];
  return `${groups.slice(0, 4).map((group) => parseInt(group, 16).toString(16)).join(":")}::/64`;
}

/** An IPv4 address inside an IPv6 one is that IPv4 address. */
function plain(address: string): string {
  return /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1] ?? address;
}
