/** A request of Node's HTTP server → the standard `Request`, with its one name in no doubt. */

import { setImmediate } from "node:timers";
import { BoundedBytes } from "../base/bounded_bytes.ts";
import { CodemodeError } from "../base/errors.ts";
import { FREE_CHUNKS, type MeteredRequest, MIN_MEAN_BYTES } from "./metered_request.ts";

/** A host and a port as `Host` may hold them; a user, a path or anything else would mean two names. */
const AUTHORITY = /^(?:[\w.~-]+|\[[\da-f:.]+\])(?::\d{1,5})?$/i;
/** What HTTP/1.0, which need not send a name, is taken to mean. */
const UNNAMED = "localhost";
/** Bytes of a body that are held before they are asked for. */
const HELD_BYTES = 64 * 1024;

/** Standard form of `incoming`; undefined when it is not one request with one name. */
export function toRequest(incoming: MeteredRequest, signal: AbortSignal): Request | undefined {
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

function toUrl({ rawHeaders, url = "/" }: MeteredRequest): string | undefined {
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

/** The body as it is asked for; small chunks are put together, and little is held ahead. */
function toStream(incoming: MeteredRequest): ReadableStream<Uint8Array> {
  const held = new BoundedBytes(Infinity);
  let isAsked = false;
  let isOver = false;
  incoming.pause();
  return new ReadableStream<Uint8Array>({
    start(controller) {
      const give = () => {
        if (isOver || !isAsked || held.length === 0) return;
        isAsked = false;
        controller.enqueue(held.take());
      };
      const end = (finish: () => void) => {
        if (isOver) return;
        if (held.length > 0) controller.enqueue(held.take());
        isOver = true;
        finish();
      };
      const fail = () => end(() => controller.error(new TypeError("The body broke off")));
      incoming.on("data", (chunk: Uint8Array) => {
        if (isOver) return;
        // Chunks that were received together are given together.
        if (held.length === 0) setImmediate(give);
        held.push(chunk);
        if (held.length >= HELD_BYTES) incoming.pause();
      });
      incoming.onRefused(() => end(() => controller.error(tooSmall())));
      incoming.once("end", () => end(() => controller.close()));
      incoming.once("error", fail).once("close", fail);
    },
    pull(controller) {
      if (isOver) return;
      if (held.length > 0) controller.enqueue(held.take());
      else isAsked = true;
      incoming.resume();
    },
    cancel() {
      isOver = true;
    },
  }, { highWaterMark: 0 });
}

function tooSmall(): CodemodeError {
  return new CodemodeError(
    "INVALID_REQUEST",
    `The body comes in chunks that are too small: beyond the first ${FREE_CHUNKS} they must hold ` +
      `${MIN_MEAN_BYTES} bytes on average`,
  );
}
