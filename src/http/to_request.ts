/** A request of Node's HTTP server → the standard `Request`, with its one name in no doubt. */

import type { IncomingMessage } from "node:http";

/** A host and a port as `Host` may hold them; a user, a path or anything else would mean two names. */
const AUTHORITY = /^(?:[\w.~-]+|\[[\da-f:.]+\])(?::\d{1,5})?$/i;
/** What HTTP/1.0, which need not send a name, is taken to mean. */
const UNNAMED = "localhost";

/** Standard form of `incoming`; undefined when it is not one request with one name. */
export function toRequest(incoming: IncomingMessage, signal: AbortSignal): Request | undefined {
  const url = toUrl(incoming);
  const method = incoming.method ?? "GET";
  if (url === undefined) return undefined;
  const body = method === "GET" || method === "HEAD" ? null : toStream(incoming);
  try {
    const init = { method, headers: toPairs(incoming.rawHeaders), body, signal, duplex: "half" };
    return new Request(url, init as RequestInit);
  } catch {
    // A method or a header the standard form does not have.
    return undefined;
  }
}

function toUrl({ rawHeaders, url = "/" }: IncomingMessage): string | undefined {
  const hosts = rawHeaders.filter((_, index) =>
    index % 2 === 1 && rawHeaders[index - 1]?.toLowerCase() === "host"
  );
  const [host = UNNAMED] = hosts;
  // SAFETY: the check of names must see the name that everything behind it sees.
  if (hosts.length > 1 || !AUTHORITY.test(host) || !URL.canParse(`http://${host}`)) {
    return undefined;
  }
  if (url.startsWith("/")) return `http://${host}${url}`;
  if (url === "*") return `http://${host}/`;
  const absolute = URL.canParse(url) ? new URL(url) : undefined;
  return absolute?.protocol === "http:" && absolute.host === new URL(`http://${host}`).host
    ? absolute.href
    : undefined;
}

function toPairs(raw: readonly string[]): [string, string][] {
  const pairs: [string, string][] = [];
  for (let index = 0; index < raw.length; index += 2) {
    pairs.push([raw[index] ?? "", raw[index + 1] ?? ""]);
  }
  return pairs;
}

/** The body as it is asked for, chunk by chunk, so that nothing is held that nobody reads. */
function toStream(incoming: IncomingMessage): ReadableStream<Uint8Array> {
  let isOver = false;
  incoming.pause();
  return new ReadableStream<Uint8Array>({
    start(controller) {
      const end = (finish: () => void) => {
        if (!isOver) finish();
        isOver = true;
      };
      const fail = () => end(() => controller.error(new TypeError("The body broke off")));
      incoming.on("data", (chunk: Uint8Array) => {
        if (isOver) return;
        controller.enqueue(new Uint8Array(chunk));
        incoming.pause();
      });
      incoming.once("end", () => end(() => controller.close()));
      incoming.once("error", fail).once("close", fail);
    },
    pull() {
      incoming.resume();
    },
    cancel() {
      isOver = true;
    },
  }, { highWaterMark: 0 });
}
