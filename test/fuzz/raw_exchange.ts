/** Bytes at a socket and what comes back, read as HTTP and judged as an answer of the service. */

import assert from "node:assert/strict";
import { ERROR_CODES, type ErrorCode } from "../../src/base/errors.ts";
import { ProblemSchema } from "../../src/contract/mod.ts";

/** How a sender leaves: it hears the answer out, says that it is done, or is just gone. */
export type Leaving = "hears" | "ends" | "vanishes";

/** One answer on a socket. */
export interface RawAnswer {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

/** Longer than the service needs for any of these, shorter than its patience with idle peers. */
const PATIENCE_MS = 20_000;

/** Sends `pieces`, a byte for each unit, and gives what was answered; an empty text when the connection was just closed. */
export async function exchange(
  url: string,
  pieces: readonly string[],
  leaving: Leaving,
): Promise<string> {
  const { hostname, port } = new URL(url);
  const connection = await Deno.connect({ hostname, port: Number(port) });
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    connection.close();
  }, PATIENCE_MS);
  try {
    const sent = sendAll(connection, pieces, leaving).catch(() => {});
    if (leaving === "vanishes") return void await sent, "";
    const received = await readAll(connection);
    await sent;
    assert.ok(!isLate, `no answer within ${PATIENCE_MS} ms; so far: ${received.slice(0, 200)}`);
    return received;
  } finally {
    clearTimeout(timer);
    if (!isLate) connection.close();
  }
}

async function sendAll(
  connection: Deno.TcpConn,
  pieces: readonly string[],
  leaving: Leaving,
): Promise<void> {
  for (const piece of pieces) {
    const bytes = toBytes(piece);
    for (let sent = 0; sent < bytes.length;) sent += await connection.write(bytes.subarray(sent));
  }
  if (leaving === "ends") await connection.closeWrite();
}

function toBytes(piece: string): Uint8Array {
  const bytes = new Uint8Array(piece.length);
  for (let at = 0; at < piece.length; at++) bytes[at] = piece.charCodeAt(at);
  return bytes;
}

async function readAll(connection: Deno.TcpConn): Promise<string> {
  const decoder = new TextDecoder();
  const buffer = new Uint8Array(32_768);
  let text = "";
  try {
    for (let count; (count = await connection.read(buffer)) !== null;) {
      text += decoder.decode(buffer.subarray(0, count), { stream: true });
    }
  } catch {
    // A reset ends it as a close does.
  }
  return text + decoder.decode();
}

const NO_CHUNKS = "0\r\n\r\n";

/** The answers in `text`, one after another; fails where it is no HTTP. */
export function readAnswers(text: string): readonly RawAnswer[] {
  const answers: RawAnswer[] = [];
  let rest = text;
  while (rest !== "") {
    const end = rest.indexOf("\r\n\r\n");
    assert.ok(end >= 0, `an answer without an end of its headers: ${rest.slice(0, 200)}`);
    const [line = "", ...fields] = rest.slice(0, end).split("\r\n");
    const [, status = ""] = /^HTTP\/1\.1 (\d{3})(?: |$)/.exec(line) ?? [];
    assert.ok(status !== "", `no status line: ${line.slice(0, 200)}`);
    const headers = new Map(fields.map((field) => {
      const colon = field.indexOf(":");
      return [field.slice(0, colon).toLowerCase(), field.slice(colon + 1).trim()] as const;
    }));
    const after = rest.slice(end + 4);
    // What Node's server refuses by itself has no length but an end.
    const isEmpty = headers.get("transfer-encoding") === "chunked" && after.startsWith(NO_CHUNKS);
    const bytes = new TextEncoder().encode(isEmpty ? after.slice(NO_CHUNKS.length) : after);
    const length = Number(headers.get("content-length") ?? 0);
    const decoder = new TextDecoder();
    answers.push({ status: Number(status), headers, body: decoder.decode(bytes.slice(0, length)) });
    rest = decoder.decode(bytes.slice(length));
  }
  return answers;
}

/** Statuses with which the socket itself refuses what is no request. */
const OF_THE_SOCKET: ReadonlySet<number> = new Set([400, 408, 417, 431]);

/** An answer of the promised shape: what was asked for, or a problem with the status of its code. */
export function assertAnswer({ status, headers, body }: RawAnswer, hasBody: boolean): void {
  if (status === 100) return;
  const shown = `${status} ${body.slice(0, 500)}`;
  assert.ok(status < 500 || (status === 501 && body.includes('"RUNTIME_UNAVAILABLE"')), shown);
  assert.ok(body.length < 300_000, `an answer of ${body.length} characters`);
  const requestId = headers.get("x-request-id");
  if (requestId === undefined) {
    assert.ok(OF_THE_SOCKET.has(status) && body === "", shown);
    return;
  }
  assert.match(requestId, /^[\w.:-]{1,128}$/);
  assert.equal(headers.get("x-content-type-options"), "nosniff");
  if (status >= 400 && hasBody) assertProblem(status, headers, body, requestId);
}

function assertProblem(
  status: number,
  headers: RawAnswer["headers"],
  body: string,
  requestId: string,
): void {
  assert.match(headers.get("content-type") ?? "", /^application\/json/);
  const { success, error, ...others } = JSON.parse(body);
  assert.equal(success, false);
  assert.deepEqual(others, {});
  assert.deepEqual(ProblemSchema.strict().parse(error), error);
  const { message, code } = error;
  assert.equal(ERROR_CODES[code as ErrorCode].status, status);
  assert.ok(message.length > 0 && message.length < 10_000, `${message.length} characters`);
  assert.doesNotMatch(body, /file:\/\/|node_modules|\/src\/[a-z_]+\//);
  assert.equal(error.requestId, requestId);
  assert.ok(!Number.isNaN(Date.parse(error.timestamp)));
}
