/**
 * The socket: Node's HTTP server, because it can bound what Deno's own does not: the time a request
 * takes to arrive, the size of its headers, idle connections and their number.
 */

import { createServer, type Server, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { CodemodeError } from "../base/errors.ts";
import type { Logger } from "../base/log.ts";
import type { Counter, Metrics } from "../base/metrics.ts";
import type { ServerConfig } from "../config/mod.ts";
import { MeteredRequest } from "./metered_request.ts";
import { Pipelines } from "./pipelines.ts";
import { sendResponse } from "./send_response.ts";
import { toRequest } from "./to_request.ts";
import { asksForSocket, type Upgrade, Upgrades } from "./upgrade.ts";

/** How often connections are looked at, at most: what is late is late by no more than this. */
const MAX_CHECK_INTERVAL_MS = 1000;
/** How long answers that are on their way may take once the server closes. */
const CLOSE_PATIENCE_MS = 1000;

/** Where a request came from. */
export interface RequestOrigin {
  readonly remoteAddress?: string;
}

/** The same, with the upgrade that a request asks for. */
export interface ListenOrigin extends RequestOrigin {
  readonly upgrade?: Upgrade;
}

/** What the socket needs. */
export interface ListenParts {
  readonly config: ServerConfig;
  readonly fetch: (
    request: Request,
    from: ListenOrigin,
  ) => Response | Promise<Response>;
  readonly metrics: Metrics;
  readonly logger: Logger;
}

/** A socket that listens. Disposing it lets open requests get their answers, for a moment. */
export interface HttpServer extends AsyncDisposable {
  readonly url: string;
}

/** Opens the socket; `INVALID_REQUEST` when the address cannot be had. */
export async function listen(parts: ListenParts): Promise<HttpServer> {
  const refused = parts.metrics.counter(
    "codemode_connections_refused_total",
    "Connections closed before they had sent a request, by reason",
  );
  const pipelines = new Pipelines();
  const upgrades = new Upgrades(parts);
  const server = createServer(limitsOf(parts.config), (incoming, outgoing) => {
    const { socket } = incoming;
    // SAFETY: one read can hold what comes behind the last request too (test/integration/http: last_answer).
    if (pipelines.hasEnded(socket)) return;
    const gone = pipelines.enter(socket);
    if (gone === undefined) return cut(socket, refused);
    void answer(incoming, outgoing, { ...parts, refused, gone, pipelines })
      .finally(() => pipelines.leave(socket, gone));
  });
  server.maxConnections = parts.config.limits.connections;
  // Headers beyond a count would be dropped in silence; their bytes are bounded already.
  server.maxHeadersCount = 0;
  server.on("upgrade", (incoming, socket, head) => {
    // The answers before it are still to be sent, over a connection that nobody else hears fail.
    if (pipelines.hasEnded(socket)) return void socket.on("error", () => socket.destroy());
    void upgrades.take(incoming, socket, head);
  });
  server.on("drop", () => refused.increment({ reason: "connections" }));
  server.on("clientError", (error, socket) => refuse(error, socket as Socket, refused));
  await bind(server, parts.config);
  return { url: urlOf(server), [Symbol.asyncDispose]: () => close(server, upgrades) };
}

function limitsOf({ limits }: ServerConfig) {
  return {
    IncomingMessage: MeteredRequest,
    maxHeaderSize: limits.headerBytes,
    headersTimeout: limits.headersTimeoutMs,
    requestTimeout: limits.requestTimeoutMs,
    keepAliveTimeout: limits.idleTimeoutMs,
    connectionsCheckingInterval: Math.min(MAX_CHECK_INTERVAL_MS, limits.headersTimeoutMs),
    shouldUpgradeCallback: asksForSocket,
  };
}

/** What one answer needs besides. */
interface AnswerParts extends ListenParts {
  readonly refused: Counter;
  /** Aborts when nobody waits any more. */
  readonly gone: AbortController;
  readonly pipelines: Pipelines;
}

async function answer(
  incoming: MeteredRequest,
  outgoing: ServerResponse<MeteredRequest>,
  parts: AnswerParts,
): Promise<void> {
  const { socket } = incoming;
  const { remoteAddress } = socket;
  const { gone, refused, pipelines } = parts;
  outgoing.once("close", () => {
    if (!outgoing.writableFinished) gone.abort();
  });
  const onLast = () => {
    pipelines.end(socket);
    closeAfter(outgoing);
  };
  incoming.onRefused(() => {
    refused.increment({ reason: "chunks" });
    onLast();
  });
  // Without chunks a stream has no other end than the connection's, and which answer is one is known late.
  if (incoming.httpVersion === "1.0") onLast();
  try {
    const request = toRequest(incoming, gone.signal);
    if (request === undefined) refused.increment({ reason: "malformed" });
    const response = request === undefined
      ? new Response(null, { status: 400 })
      : await parts.fetch(request, remoteAddress === undefined ? {} : { remoteAddress });
    const { idleTimeoutMs } = parts.config.limits;
    await sendResponse(response, outgoing, { idleTimeoutMs, gone: gone.signal, onLast });
  } catch (error) {
    if (!gone.signal.aborted) parts.logger.error("an answer could not be sent", { error });
    outgoing.destroy();
  }
}

/** Closes the connection with this answer, which says so unless its headers were sent before. */
function closeAfter(outgoing: ServerResponse<MeteredRequest>): void {
  const { socket } = outgoing.req;
  outgoing.shouldKeepAlive = false;
  if (outgoing.writableFinished) socket.destroySoon();
  else outgoing.once("finish", () => socket.destroySoon());
}

/** Ends a connection that asks without waiting for answers; what it asked before is cancelled. */
function cut(socket: Socket, refused: Counter): void {
  if (socket.destroyed) return;
  refused.increment({ reason: "pipelined" });
  socket.destroy();
}

/** Status and reason of what Node's server refuses by itself. */
const REFUSALS: Readonly<Record<string, readonly [string, string]>> = Object.freeze({
  HPE_HEADER_OVERFLOW: ["431 Request Header Fields Too Large", "headers"],
  ERR_HTTP_REQUEST_TIMEOUT: ["408 Request Timeout", "timeout"],
});

function refuse(error: Error, socket: Socket, refused: Counter): void {
  const code = "code" in error ? String(error.code) : "";
  if (code === "ECONNRESET" || !socket.writable) return void socket.destroy();
  const [status, reason] = REFUSALS[code] ?? ["400 Bad Request", "malformed"];
  refused.increment({ reason });
  socket.end(`HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`, () => {
    socket.destroy();
  });
}

async function bind(server: Server, { host, port }: ServerConfig): Promise<void> {
  try {
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject).listen(port, host, () => {
        server.off("error", reject);
        resolve();
      });
    });
  } catch (cause) {
    const isTaken = cause instanceof Error && "code" in cause && cause.code === "EADDRINUSE";
    const reason = isTaken
      ? "Address already in use; choose another with --port"
      : cause instanceof Error
      ? cause.message
      : String(cause);
    throw new CodemodeError("INVALID_REQUEST", `Cannot listen on ${host}:${port}: ${reason}`, {
      cause,
    });
  }
}

function urlOf(server: Server): string {
  const bound = server.address();
  if (bound === null || typeof bound === "string") return "";
  const name = bound.address.includes(":") ? `[${bound.address}]` : bound.address;
  return `http://${name}:${bound.port}`;
}

async function close(server: Server, upgrades: Upgrades): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  const timer = setTimeout(() => server.closeAllConnections(), CLOSE_PATIENCE_MS);
  await upgrades.close(CLOSE_PATIENCE_MS);
  await closed;
  clearTimeout(timer);
}
