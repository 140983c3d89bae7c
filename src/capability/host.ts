/**
 * Host names and addresses in one canonical spelling, so that two spellings of one host can never be
 * judged differently: lower case, punycode, dotted IPv4, bracketed short IPv6, no trailing dot.
 */

/** Characters that end or split a host in some parser on the way; a host never holds one. */
const FORBIDDEN = /[\s\p{Cc}/?#@\\%,*|^<>"'`{}]/u;

/** The canonical spelling of a name or address (IPv6 with or without brackets); undefined if none. */
export function toCanonicalHost(host: string): string | undefined {
  if (host.length === 0 || host.length > 255 || FORBIDDEN.test(host)) return undefined;
  const bare = host.includes(":") && !host.startsWith("[") ? `[${host}]` : host;
  if (/[[\]]/.test(bare) && !/^\[[0-9A-Fa-f:.]+\]$/.test(bare)) return undefined;
  const hostname = parseHostname(bare.endsWith(".") ? bare.slice(0, -1) : bare);
  return hostname === undefined || hostname === "" || hostname.endsWith(".") ? undefined : hostname;
}

/** Like {@link toCanonicalHost}, but also takes `*` and `*.suffix`. */
export function toCanonicalPattern(pattern: string): string | undefined {
  if (pattern === "*") return pattern;
  if (!pattern.startsWith("*.")) {
    return pattern.includes("*") ? undefined : toCanonicalHost(pattern);
  }
  const suffix = pattern.includes("*", 1) ? undefined : toCanonicalHost(pattern.slice(2));
  return suffix === undefined || isAddress(suffix) ? undefined : `*.${suffix}`;
}

/**
 * Whether every host that `asked` stands for is one that `granted` stands for; both canonical.
 * `*.example.com` stands for names below `example.com` at any depth, not for `example.com` itself.
 */
export function coversHost(granted: string, asked: string): boolean {
  if (granted === "*" || granted === asked) return true;
  if (!granted.startsWith("*.") || isAddress(asked)) return false;
  return asked.endsWith(granted.slice(1)) && asked.length > granted.length - 1;
}

/** Whether a canonical host is an IPv4 or IPv6 address. */
export function isAddress(host: string): boolean {
  return host.startsWith("[") || /^\d+\.\d+\.\d+\.\d+$/.test(host);
}

/** The parser that `fetch` uses, so that we and the guest's request read the same host. */
function parseHostname(host: string): string | undefined {
  try {
    return new URL(`http://${host}/`).hostname;
  } catch {
    return undefined;
  }
}
