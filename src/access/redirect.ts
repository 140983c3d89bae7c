/** What a redirect makes of a request: the rules of `fetch` as a pure function. */

/** The parts of a request that a redirect can change. */
export interface Hop {
  readonly url: URL;
  readonly method: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Uint8Array | null;
}

/** Redirects followed for one request. */
export const MAX_REDIRECTS = 20;

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
/** Headers about a body, which go with it. */
const BODY_HEADERS: ReadonlySet<string> = new Set([
  "content-encoding",
  "content-language",
  "content-length",
  "content-location",
  "content-type",
]);
/** Headers meant for one origin. */
const ORIGIN_HEADERS: ReadonlySet<string> = new Set([
  "authorization",
  "cookie",
  "cookie2",
  "proxy-authorization",
]);

/** Whether a reply asks for another request. */
export function isRedirect(status: number): boolean {
  return REDIRECTS.has(status);
}

/** The request that follows; undefined when `location` is no address. */
export function nextHop(hop: Hop, status: number, location: string): Hop | undefined {
  const url = resolveLocation(hop.url, location);
  if (url === undefined) return undefined;
  const dropsBody = becomesGet(hop.method, status);
  const crosses = url.origin !== hop.url.origin;
  return {
    url,
    method: dropsBody ? "GET" : hop.method,
    headers: hop.headers.filter(([name]) =>
      !(dropsBody && BODY_HEADERS.has(name)) && !(crosses && ORIGIN_HEADERS.has(name))
    ),
    body: dropsBody ? null : hop.body,
  };
}

function becomesGet(method: string, status: number): boolean {
  if (status === 303) return method !== "GET" && method !== "HEAD";
  return (status === 301 || status === 302) && method === "POST";
}

function resolveLocation(from: URL, location: string): URL | undefined {
  try {
    const url = new URL(location, from);
    if (url.hash === "") url.hash = from.hash;
    return url;
  } catch {
    return undefined;
  }
}
