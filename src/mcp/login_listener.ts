/**
 * The address of this machine that a login comes back to: one path, on a port of 127.0.0.1, for as
 * long as the login takes. Only an answer that carries the state of this login ends it; anything else
 * that asks is turned away and the wait goes on, so no page can end or forge a login.
 */

import { once } from "node:events";
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { timingSafeEqual } from "node:crypto";
import { Buffer } from "node:buffer";
import { createDeferred } from "../base/deferred.ts";
import { CodemodeError } from "../base/errors.ts";
import { untilAborted } from "../base/until_aborted.ts";

const HOST = "127.0.0.1";
const PATH = "/callback";

/** Bytes of the longest request that is read. */
const MAX_HEADER_BYTES = 16_384;

/** A listener for one login. */
export interface LoginListener extends AsyncDisposable {
  /** What the authorization server sends the browser to. */
  readonly redirectUri: string;
  /** The parameters it came back with; rejects with the signal's reason. */
  answer(signal: AbortSignal): Promise<URLSearchParams>;
}

/** Listens on `port`, or on any free one for 0, for the answer that carries `state`. */
export async function listenForLogin(port: number, state: string): Promise<LoginListener> {
  const answered = createDeferred<URLSearchParams>();
  const server = createServer({ maxHeaderSize: MAX_HEADER_BYTES }, (request, response) => {
    // SAFETY: "//" is a path that pages can send and that is no address (oauth_test.ts).
    const [path, base] = [request.url ?? "/", `http://${HOST}`];
    const url = URL.canParse(path, base) ? new URL(path, base) : undefined;
    if (request.method !== "GET" || url?.pathname !== PATH) {
      return say(response, 404, "There is nothing here.");
    }
    // SAFETY: an answer to another login, or a forged one, must not count (login_test.ts).
    if (!isSame(url.searchParams.get("state") ?? "", state)) {
      return say(response, 400, "This is no answer to the login that is waiting.");
    }
    answered.resolve(url.searchParams);
    const failed = url.searchParams.has("error");
    say(response, 200, failed ? "The login was not granted." : "Done. This page can be closed.");
  });
  const bound = await listen(server, port);
  return {
    redirectUri: `http://${HOST}:${bound}${PATH}`,
    answer: (signal) => untilAborted(answered.promise, signal),
    [Symbol.asyncDispose]: () => close(server),
  };
}

async function listen(server: Server, port: number): Promise<number> {
  server.listen(port, HOST);
  try {
    await once(server, "listening");
  } catch (cause) {
    throw new CodemodeError("INVALID_REQUEST", `Port ${port} of this machine is not free`, {
      cause,
    });
  }
  return (server.address() as AddressInfo).port;
}

async function close(server: Server): Promise<void> {
  const closed = once(server, "close");
  server.close();
  server.closeIdleConnections();
  const patience = setTimeout(() => server.closeAllConnections(), 500);
  await closed;
  clearTimeout(patience);
}

function isSame(given: string, wanted: string): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(wanted)];
  return one.length === other.length && timingSafeEqual(one, other);
}

function say(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, {
    "content-type": "text/plain; charset=utf-8",
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    connection: "close",
  });
  response.end(`${text}\n`);
}
