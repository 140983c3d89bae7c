/**
 * What a program sent as a request → a request, or a refusal. Everything in it is hostile: headers that
 * steer the connection are dropped, and nothing is coerced.
 */

import { CodemodeError } from "../base/errors.ts";
import type { Hop } from "./redirect.ts";

/** A request as a program asked for it. Header names are lower case. */
export interface AccessRequest extends Hop {
  readonly redirect: "follow" | "error" | "manual";
}

const MAX_URL_LENGTH = 16_384;
const MAX_HEADERS = 128;
const MAX_HEADER_BYTES = 32_768;
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,256}$/;
// deno-lint-ignore no-control-regex -- a header's value is what has none of these
const VALUE = /^[^\u0000-\u0008\u000a-\u001f\u007f\u0100-\uffff]*$/;
const REFUSED_METHODS: ReadonlySet<string> = new Set(["CONNECT", "TRACE", "TRACK"]);
/**
 * Headers that belong to the connection or name the host; the program has no say in them.
 * SAFETY: a `host` of its own would reach another site at a granted address (test/integration/access).
 */
const CONNECTION_HEADERS: ReadonlySet<string> = new Set([
  "accept-encoding",
  "connection",
  "content-length",
  "expect",
  "host",
  "http2-settings",
  "keep-alive",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

/** Reads the one argument of a `fetch` call. Throws `TOOL_INPUT_INVALID`. */
export function readRequest(given: unknown): AccessRequest {
  const { url, method, headers, body, redirect } = asRecord(given);
  if (redirect !== "follow" && redirect !== "error" && redirect !== "manual") {
    throw invalid("its redirect mode is unknown");
  }
  return {
    url: readUrl(url),
    method: readMethod(method),
    headers: readHeaders(headers),
    body: readBody(body),
    redirect,
  };
}

function readUrl(url: unknown): URL {
  if (typeof url !== "string" || url.length > MAX_URL_LENGTH || !URL.canParse(url)) {
    throw invalid("its URL cannot be read");
  }
  return new URL(url);
}

function readMethod(method: unknown): string {
  if (typeof method !== "string" || !TOKEN.test(method)) throw invalid("its method is no word");
  if (REFUSED_METHODS.has(method.toUpperCase())) throw invalid(`fetch cannot ${method}`);
  return method;
}

function readHeaders(headers: unknown): AccessRequest["headers"] {
  if (!Array.isArray(headers) || headers.length > MAX_HEADERS) {
    throw invalid(`it has more than ${MAX_HEADERS} headers`);
  }
  const read = headers.map(readHeader);
  const bytes = read.reduce((sum, [name, value]) => sum + name.length + value.length, 0);
  if (bytes > MAX_HEADER_BYTES) {
    throw invalid(`its headers are larger than ${MAX_HEADER_BYTES} bytes`);
  }
  return read.filter(([name]) => !CONNECTION_HEADERS.has(name) && !name.startsWith("proxy-"));
}

function readHeader(header: unknown): readonly [string, string] {
  const [name, value] = Array.isArray(header) ? header : [];
  if (typeof name !== "string" || typeof value !== "string") throw invalid("a header is no pair");
  if (!TOKEN.test(name) || !VALUE.test(value)) throw invalid("a header cannot be sent");
  return [name.toLowerCase(), value];
}

function readBody(body: unknown): Uint8Array | null {
  if (body === null || body instanceof Uint8Array) return body;
  throw invalid("its body is not bytes");
}

function asRecord(given: unknown): Readonly<Record<string, unknown>> {
  if (typeof given === "object" && given !== null) return given as Record<string, unknown>;
  throw invalid("it is no request");
}

function invalid(why: string): CodemodeError {
  return new CodemodeError("TOOL_INPUT_INVALID", `The request cannot be sent: ${why}`);
}
