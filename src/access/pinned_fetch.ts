/**
 * `fetch` to an address that was chosen beforehand, with an answer that is read as it comes: for
 * servers whose answers go on. No redirect is followed, no connection kept, nothing compressed.
 */

import { type ClientRequest, type IncomingMessage, request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import { connectOptions, isUnreachable } from "./connect_options.ts";

/** Interim replies before the one that counts. */
const MAX_ANNOUNCEMENTS = 16;

/** Statuses whose answers have no body. */
const EMPTY: ReadonlySet<number> = new Set([204, 205, 304]);

/** Sends `request` with `body` to `address`. Rejects with a `TypeError`, or the signal's reason. */
export async function pinnedFetch(
  request: Request,
  body: Uint8Array | null,
  address: string,
): Promise<Response> {
  const { signal, method } = request;
  try {
    const message = await send(request, body, address);
    return toResponse(request, message, method === "HEAD");
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    const { host } = new URL(request.url);
    throw new TypeError(`Cannot reach ${host}: ${reasonOf(error)}`, { cause: error });
  }
}

/** Whether another address of the same host may do better. */
export function mayBeElsewhere(error: unknown): boolean {
  return error instanceof TypeError && isUnreachable(reasonOf(error.cause));
}

function reasonOf(error: unknown): string {
  const { code } = (error ?? {}) as { readonly code?: unknown };
  return typeof code === "string" ? code : "the connection broke";
}

function send(
  request: Request,
  body: Uint8Array | null,
  address: string,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const { signal } = request;
    if (signal.aborted) return reject(signal.reason);
    const sent = open(request, body, address);
    let announcements = 0;
    sent.on("information", () => {
      if (++announcements > MAX_ANNOUNCEMENTS) sent.destroy(new Error("no end of interim replies"));
    });
    const onAbort = () => sent.destroy();
    signal.addEventListener("abort", onAbort, { once: true });
    sent.on("close", () => signal.removeEventListener("abort", onAbort));
    sent.on("response", resolve);
    sent.on("error", reject);
    sent.end(body ?? undefined);
  });
}

function open(request: Request, body: Uint8Array | null, address: string): ClientRequest {
  const url = new URL(request.url);
  return (url.protocol === "https:" ? requestHttps : requestHttp)({
    ...connectOptions(url, address),
    method: request.method,
    headers: {
      accept: "*/*",
      "user-agent": "codemode",
      ...Object.fromEntries(request.headers),
      host: url.host,
      "accept-encoding": "identity",
      ...(body === null ? {} : { "content-length": String(body.length) }),
    },
  });
}

function toResponse(request: Request, message: IncomingMessage, isHead: boolean): Response {
  const status = message.statusCode ?? 0;
  const headers = new Headers();
  for (let at = 0; at + 1 < message.rawHeaders.length; at += 2) {
    headers.append(message.rawHeaders[at]!, message.rawHeaders[at + 1]!);
  }
  const encoding = (headers.get("content-encoding") ?? "identity").trim().toLowerCase();
  const isEmpty = isHead || EMPTY.has(status);
  if (status < 200 || status > 599 || (encoding !== "identity" && !isEmpty)) {
    message.destroy();
    throw new TypeError("It answers in a way that was not asked for");
  }
  if (isEmpty) message.resume();
  const body = isEmpty ? null : toStream(message, request.signal);
  const response = new Response(body, { status, headers });
  Object.defineProperty(response, "url", { value: request.url });
  return response;
}

/** The body as it comes; what is not read yet holds the connection back. */
function toStream(message: IncomingMessage, signal: AbortSignal): ReadableStream<Uint8Array> {
  let isOver = false;
  return new ReadableStream<Uint8Array>({
    start(controller) {
      const fail = (error: unknown) => {
        if (isOver) return;
        isOver = true;
        controller.error(signal.aborted ? signal.reason : error);
      };
      message.on("data", (chunk: Uint8Array) => {
        if (isOver) return;
        controller.enqueue(new Uint8Array(chunk));
        if ((controller.desiredSize ?? 0) <= 0) message.pause();
      });
      message.on("end", () => {
        if (isOver) return;
        isOver = true;
        controller.close();
      });
      message.on("error", fail);
      message.on("close", () => fail(new TypeError("The answer ended early")));
    },
    pull: () => void message.resume(),
    cancel() {
      isOver = true;
      message.destroy();
    },
  });
}
