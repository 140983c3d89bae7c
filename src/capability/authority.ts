/** Hosts and ports of a set, paired up. */

import type { NetworkCapabilities } from "./capability_set.ts";
import { SPECIFICATION_LIMITS } from "./limits.ts";

/** A host pattern and the port it is granted on. */
export interface Authority {
  readonly host: string;
  readonly port: number;
}

/** Every pair a set grants: hosts with a port of their own, the others on each allowed port. */
export function authoritiesOf(network: NetworkCapabilities = {}): readonly Authority[] {
  const { allowedHosts = [], allowedPorts = SPECIFICATION_LIMITS.network.ports } = network;
  return allowedHosts.flatMap((entry) => {
    const { host, port } = splitAuthority(entry);
    return (port === undefined ? allowedPorts : [port]).map((each) => ({ host, port: each }));
  });
}

/** `host`, `host:port` or `[v6]:port` in its parts; the host in lower case. */
export function splitAuthority(entry: string): { readonly host: string; readonly port?: number } {
  const [, host, port] = /^(\[[^\]]*\]|[^:]*):(\d{1,5})$/.exec(entry) ?? [];
  if (host === undefined || port === undefined) return { host: entry.toLowerCase() };
  return { host: host.toLowerCase(), port: Number(port) };
}

/** Names, `*.suffix`, `*` and bracketed IPv6 addresses; nothing a flag or a URL could read otherwise. */
const HOST = /^(?:\*|(?:\*\.)?[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_])?|\[[0-9a-f:.]+\])$/i;
/** Longest host name, from RFC 1035. */
const MAX_HOST_LENGTH = 253;

/** Whether a text is a host or a host pattern, without a port. */
export function isHost(text: string): boolean {
  return text.length <= MAX_HOST_LENGTH && HOST.test(text);
}

/** Whether a host, or every host a pattern means, is meant by another pattern. */
export function coversHost(pattern: string, host: string): boolean {
  // SAFETY: `evil.com#.example.com` ends well; test/unit/capability/set_test.ts tries.
  if (!isHost(host)) return false;
  if (pattern === "*" || pattern === host) return true;
  if (!pattern.startsWith("*.")) return false;
  const suffix = pattern.slice(1);
  return host.startsWith("*.")
    ? host.slice(1).endsWith(suffix)
    : host.endsWith(suffix) && host.length > suffix.length;
}
