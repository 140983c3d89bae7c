/** A standard `Response` → an answer of Node's HTTP server, to a peer that may not read it. */

import type { ServerResponse } from "node:http";
import type { MeteredRequest } from "./metered_request.ts";

/** Milliseconds the rest of a body that nobody wants is taken, so that its sender reads the answer. */
const LINGER_MS = 500;
/** Bytes written at a time: what is not taken is noticed by the piece. */
const PIECE_BYTES = 256 * 1024;

/** Options of {@link sendResponse}. */
export interface SendOptions {
  /** A peer that takes nothing for so long loses its connection. */
  readonly idleTimeoutMs: number;
  /** Aborts when the receiver is gone: an answer behind another one would wait for ever. */
  readonly gone: AbortSignal;
  /** Called before an answer whose request was not read to its end: it must close its connection. */
  readonly onLast: () => void;
}

type Outgoing = ServerResponse<MeteredRequest>;

/** Sends `response`; resolves when it is sent or its receiver is gone. */
export async function sendResponse(
  response: Response,
  outgoing: Outgoing,
  options: SendOptions,
): Promise<void> {
  if (isEventStream(response)) {
    outgoing.writeHead(response.status, [...response.headers].flat());
    // Else they would wait for the first event, and the reader would not know that it is heard.
    outgoing.flushHeaders();
    await pipe(response.body, outgoing, options);
  } else {
    await sendWhole(response, outgoing, options);
  }
}

/** Whether a response is sent as it comes, because it may have no end. */
export function isEventStream(
  response: Response,
): response is Response & { readonly body: ReadableStream<Uint8Array> } {
  const { body, headers } = response;
  return body !== null && headers.get("content-type")?.startsWith("text/event-stream") === true;
}

async function sendWhole(
  response: Response,
  outgoing: Outgoing,
  options: SendOptions,
): Promise<void> {
  const body = new Uint8Array(await response.arrayBuffer());
  if (isOver(outgoing, options)) return;
  const headers = [...response.headers].flat();
  if (hasLength(response.status)) headers.push("content-length", String(body.byteLength));
  const isRead = outgoing.req.complete && !outgoing.req.isRefused;
  if (!isRead) options.onLast();
  outgoing.writeHead(response.status, headers);
  if (isRead && body.byteLength <= PIECE_BYTES) {
    outgoing.end(body);
  } else {
    for (let from = 0; from < body.byteLength && !isOver(outgoing, options); from += PIECE_BYTES) {
      await write(outgoing, body.subarray(from, from + PIECE_BYTES), options);
    }
    if (!isRead) await drain(outgoing.req);
    outgoing.end();
  }
  await finished(outgoing, options);
}

function hasLength(status: number): boolean {
  return status >= 200 && status !== 204 && status !== 304;
}

/** An answer that is closed upon a sender is lost to it, so the sender is heard out for a moment. */
function drain(incoming: MeteredRequest): Promise<void> {
  // Who has broken off already sends no end.
  if (incoming.destroyed) return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      resolve();
    };
    const timer = setTimeout(done, LINGER_MS);
    incoming.once("end", done).once("close", done).once("error", done);
    incoming.removeAllListeners("data").resume();
  });
}

async function pipe(
  body: ReadableStream<Uint8Array>,
  outgoing: Outgoing,
  options: SendOptions,
): Promise<void> {
  const reader = body.getReader();
  const onClose = () => void reader.cancel().catch(() => {});
  outgoing.once("close", onClose);
  options.gone.addEventListener("abort", onClose, { once: true });
  // Who was gone before is not told of again.
  if (isOver(outgoing, options)) onClose();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      await write(outgoing, value, options);
    }
  } finally {
    outgoing.off("close", onClose);
    options.gone.removeEventListener("abort", onClose);
    outgoing.end();
  }
}

/** Resolves when more can be written, or nothing can be any more. */
async function write(outgoing: Outgoing, bytes: Uint8Array, options: SendOptions): Promise<void> {
  if (!outgoing.write(bytes)) await untilTaken(outgoing, "drain", options);
}

async function finished(outgoing: Outgoing, options: SendOptions): Promise<void> {
  if (!outgoing.writableFinished) await untilTaken(outgoing, "finish", options);
}

function isOver(outgoing: Outgoing, { gone }: SendOptions): boolean {
  return outgoing.destroyed || gone.aborted;
}

function untilTaken(
  outgoing: Outgoing,
  event: "drain" | "finish",
  options: SendOptions,
): Promise<void> {
  if (isOver(outgoing, options)) return Promise.resolve();
  const { idleTimeoutMs, gone } = options;
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      outgoing.off(event, done).off("close", done);
      gone.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(() => outgoing.destroy(), idleTimeoutMs);
    outgoing.on(event, done).on("close", done);
    gone.addEventListener("abort", done, { once: true });
  });
}
