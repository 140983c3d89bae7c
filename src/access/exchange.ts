/**
 * One HTTP exchange with an address that was chosen beforehand: no name is resolved here, no redirect
 * followed, no connection kept. Bodies are decoded and bounded.
 */

import { type ClientRequest, type IncomingMessage, request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import { promisify } from "node:util";
import { brotliDecompress, gunzip, inflate, type ZlibOptions } from "node:zlib";
import { BoundedBytes } from "../base/bounded_bytes.ts";
import { CodemodeError } from "../base/errors.ts";
import { connectOptions } from "./connect_options.ts";
import type { Hop } from "./redirect.ts";

/** Largest body of a reply, also after decompression. */
export const MAX_RESPONSE_BYTES: number = 8 * 1024 * 1024;

/** Interim replies, such as 100 Continue and 103 Early Hints, before the one that counts. */
const MAX_ANNOUNCEMENTS = 16;

/** A reply. Header names are lower case; those that described the compression are gone. */
export interface Reply {
  readonly status: number;
  readonly statusText: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Uint8Array;
}

/** Sends `hop` to `address`. Throws `NETWORK_FAILED` or `PAYLOAD_TOO_LARGE`. */
export async function exchange(hop: Hop, address: string, signal: AbortSignal): Promise<Reply> {
  let message: IncomingMessage | undefined;
  try {
    message = await send(hop, address, signal);
    const raw = await readBounded(message, signal);
    const status = message.statusCode ?? 0;
    if (status < 200 || status > 599) throw failed(hop, `it answered with status ${status}`);
    const encoding = message.headers["content-encoding"]?.trim().toLowerCase() ?? "";
    const decoder = hop.method === "HEAD" || raw.length === 0 ? undefined : DECODERS.get(encoding);
    return {
      status,
      statusText: (message.statusMessage ?? "").replaceAll(/[^\t\x20-\x7e]/g, ""),
      headers: readHeaders(message, decoder !== undefined),
      body: decoder === undefined ? raw : await decode(hop, raw, decoder),
    };
  } catch (error) {
    if (error instanceof CodemodeError || signal.aborted) throw error;
    throw failed(hop, reasonOf(error), error);
  } finally {
    message?.destroy();
  }
}

type Decoder = (bytes: Uint8Array, options: ZlibOptions) => Promise<Uint8Array>;

const DECODERS: ReadonlyMap<string, Decoder> = new Map<string, Decoder>([
  ["gzip", promisify(gunzip)],
  ["x-gzip", promisify(gunzip)],
  ["deflate", promisify(inflate)],
  ["br", promisify(brotliDecompress)],
]);

function send(hop: Hop, address: string, signal: AbortSignal): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const onAbort = () => request.destroy(signal.reason as Error);
    const done = () => signal.removeEventListener("abort", onAbort);
    if (signal.aborted) return reject(signal.reason);
    const request = open(hop, address);
    signal.addEventListener("abort", onAbort, { once: true });
    let announcements = 0;
    request.on("information", () => {
      if (++announcements <= MAX_ANNOUNCEMENTS) return;
      done();
      reject(failed(hop, "it sent interim replies without end"));
      request.destroy();
    });
    request.on("response", (message) => {
      done();
      resolve(message);
    });
    request.on("error", (error) => {
      done();
      reject(signal.aborted ? signal.reason : error);
    });
    request.end(hop.body ?? undefined);
  });
}

function open({ url, method, headers, body }: Hop, address: string): ClientRequest {
  return (url.protocol === "https:" ? requestHttps : requestHttp)({
    ...connectOptions(url, address),
    method,
    headers: {
      accept: "*/*",
      "user-agent": "codemode",
      ...Object.fromEntries(joined(headers)),
      host: url.host,
      "accept-encoding": "gzip, deflate, br",
      ...(body === null ? {} : { "content-length": String(body.length) }),
    },
  });
}

/** Values of one name together, as they are sent. */
function joined(headers: Hop["headers"]): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  for (const [name, value] of headers) {
    const before = values.get(name);
    const separator = name === "cookie" ? "; " : ", ";
    values.set(name, before === undefined ? value : `${before}${separator}${value}`);
  }
  return values;
}

function readBounded(message: IncomingMessage, signal: AbortSignal): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const bytes = new BoundedBytes(MAX_RESPONSE_BYTES);
    const onAbort = () => end(() => reject(signal.reason));
    const end = (settle: () => void) => {
      signal.removeEventListener("abort", onAbort);
      settle();
      message.destroy();
    };
    signal.addEventListener("abort", onAbort, { once: true });
    message.on("data", (chunk: Uint8Array) => {
      try {
        bytes.push(chunk);
      } catch {
        end(() => reject(tooLarge()));
      }
    });
    message.on("end", () => end(() => resolve(bytes.take())));
    message.on("error", (error) => end(() => reject(error)));
    message.on("aborted", () => end(() => reject(new Error("the reply ended early"))));
    if (signal.aborted) onAbort();
  });
}

async function decode(hop: Hop, bytes: Uint8Array, decoder: Decoder): Promise<Uint8Array> {
  try {
    return await decoder(bytes, { maxOutputLength: MAX_RESPONSE_BYTES });
  } catch (error) {
    if ((error as { code?: unknown }).code === "ERR_BUFFER_TOO_LARGE") throw tooLarge();
    throw failed(hop, "its reply cannot be decompressed", error);
  }
}

function readHeaders({ rawHeaders }: IncomingMessage, isDecoded: boolean): Reply["headers"] {
  const headers: (readonly [string, string])[] = [];
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]!.toLowerCase();
    if (isDecoded && (name === "content-encoding" || name === "content-length")) continue;
    headers.push([name, rawHeaders[at + 1]!]);
  }
  return headers;
}

/** What the system calls the failure, without addresses and paths. */
function reasonOf(error: unknown): string {
  const { code } = error as { code?: unknown };
  return typeof code === "string" ? code : "the connection broke";
}

function failed({ url }: Hop, why: string, cause?: unknown): CodemodeError {
  return new CodemodeError("NETWORK_FAILED", `The request to ${url.host} failed: ${why}`, {
    cause,
    ...(typeof (cause as { code?: unknown })?.code === "string"
      ? { details: { reason: why } }
      : {}),
  });
}

function tooLarge(): CodemodeError {
  return new CodemodeError(
    "PAYLOAD_TOO_LARGE",
    `The reply is larger than ${MAX_RESPONSE_BYTES} bytes`,
    { details: { maxBytes: MAX_RESPONSE_BYTES } },
  );
}
