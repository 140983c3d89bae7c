/**
 * Connections that ask to become WebSockets. Each passes the application as the request it is, with the
 * same checks as any other; one that the application refuses gets its answer and is closed.
 */

import { Buffer } from "node:buffer";
import { type IncomingMessage, STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";
import { WebSocketServer } from "ws";
import type { Logger } from "../base/log.ts";
import type { Place } from "../base/places.ts";
import type { ServerConfig } from "../config/mod.ts";
import type { MeteredRequest } from "./metered_request.ts";
import type { Sink } from "./outbox.ts";
import { isEventStream } from "./send_response.ts";
import { toRequest } from "./to_request.ts";

/** The protocol of this service, for callers that name protocols. */
const PROTOCOL = "codemode";
/** Begins the protocol that carries the credential of a page, which can set no headers. */
const BEARER = "codemode.bearer.";

/** Frames of one message: more are not worth their trouble. */
const MAX_FRAGMENTS = 4096;

/** The other end of a WebSocket. */
export interface Peer extends Sink {
  /** `undefined` for a message of bytes. */
  onMessage(listener: (text: string | undefined) => void): void;
  onPong(listener: () => void): void;
  onClose(listener: () => void): void;
  ping(): void;
  /** Stops reading. */
  pause(): void;
  resume(): void;
  close(code: number, reason: string): void;
}

/** What serves an accepted socket. */
export interface SocketService {
  /** Lets what runs end, and closes. */
  end(): Promise<void>;
}

/** What a route needs to accept the socket of its request. */
export interface Upgrade {
  /**
   * Called before the answer, which is not sent then. The place is given back when the connection is
   * over, whether it became a socket or not.
   */
  accept(serve: (peer: Peer) => SocketService, place: Place): void;
}

/** What {@link Upgrades} needs. */
export interface UpgradeParts {
  readonly config: ServerConfig;
  readonly logger: Logger;
  readonly fetch: (
    request: Request,
    from: { readonly remoteAddress?: string; readonly upgrade: Upgrade },
  ) => Response | Promise<Response>;
}

/** A socket of the `ws` package, as far as it is used. */
interface LibrarySocket {
  readonly bufferedAmount: number;
  on(event: "message", listener: (data: Buffer, isBinary: boolean) => void): void;
  on(event: "pong" | "close" | "error", listener: () => void): void;
  send(text: string, onTaken: () => void): void;
  ping(): void;
  pause(): void;
  resume(): void;
  close(code: number, reason: string): void;
  terminate(): void;
}

/** The server of the `ws` package, as far as it is used. */
interface LibraryServer {
  handleUpgrade(
    incoming: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    onOpen: (socket: LibrarySocket) => void,
  ): void;
}

/**
 * Whether a request asks to become a WebSocket and can. Whoever asks for another protocol, as some
 * clients do with every first request, is answered as if it had not.
 */
export function asksForSocket({ method, httpVersion, headers }: IncomingMessage): boolean {
  const hasBody = Number(headers["content-length"] ?? 0) !== 0 ||
    headers["transfer-encoding"] !== undefined;
  return headers.upgrade?.toLowerCase() === "websocket" && method === "GET" && !hasBody &&
    httpVersion === "1.1";
}

/** Takes upgrades, and knows the connections that asked for one. */
export class Upgrades {
  readonly #parts: UpgradeParts;
  readonly #server: LibraryServer;
  /** Those that are not accepted, or not yet. */
  readonly #asking = new Set<Duplex>();
  readonly #open = new Map<LibrarySocket, SocketService>();
  #isClosing = false;

  constructor(parts: UpgradeParts) {
    this.#parts = parts;
    this.#server = new WebSocketServer({
      noServer: true,
      maxPayload: parts.config.sockets.messageBytes,
      // SAFETY: a compressed message can unpack to a thousand times its size (test/integration/http: socket).
      perMessageDeflate: false,
      // SAFETY: ten thousand messages or pings fit into one read of a socket; each has a turn of its own,
      // so that others have theirs between them (test/integration/http: socket).
      allowSynchronousEvents: false,
      maxFragments: MAX_FRAGMENTS,
      clientTracking: false,
      handleProtocols: (offered: ReadonlySet<string>) => offered.has(PROTOCOL) && PROTOCOL,
    });
  }

  /** Takes one connection. */
  async take(incoming: MeteredRequest, socket: Duplex, head: Buffer): Promise<void> {
    if (socket.destroyed || this.#isClosing) return void socket.destroy();
    const gone = new AbortController();
    this.#asking.add(socket);
    socket.on("error", () => socket.destroy()).once("close", () => {
      this.#asking.delete(socket);
      gone.abort();
    });
    try {
      const serve = await this.#ask(incoming, socket, gone.signal);
      if (serve === undefined || socket.destroyed) return;
      this.#server.handleUpgrade(incoming, socket, head, (peer) => {
        this.#asking.delete(socket);
        this.#serve(peer, serve);
      });
    } catch (error) {
      this.#parts.logger.error("an upgrade failed", { error });
      socket.destroy();
    }
  }

  /** Lets executions of sockets and answers to others end for `patienceMs`, then closes all. */
  async close(patienceMs: number): Promise<void> {
    this.#isClosing = true;
    const sockets = [...this.#open].map(async ([socket, service]) => {
      const closed = new Promise<void>((resolve) => socket.on("close", resolve));
      await service.end();
      await closed;
    });
    const others = [...this.#asking].map((socket) =>
      new Promise<void>((resolve) => socket.once("close", resolve))
    );
    let timer: ReturnType<typeof setTimeout> | undefined;
    const patience = new Promise<void>((resolve) => timer = setTimeout(resolve, patienceMs));
    await Promise.race([Promise.all([...sockets, ...others]), patience]);
    clearTimeout(timer);
    // A peer that does not say goodbye in turn, or read its answer, is not waited for.
    for (const socket of this.#open.keys()) socket.terminate();
    for (const socket of this.#asking) socket.destroy();
  }

  /** What serves the socket; undefined when it was answered instead. */
  async #ask(
    incoming: MeteredRequest,
    socket: Duplex,
    signal: AbortSignal,
  ): Promise<((peer: Peer) => SocketService) | undefined> {
    const request = toRequest(incoming, signal);
    // Node before 24 does not ask which upgrades are wanted, and hands over the others too.
    if (request === undefined || !asksForSocket(incoming)) {
      await this.#answer(socket, new Response(null, { status: 400 }));
      return undefined;
    }
    let serve: ((peer: Peer) => SocketService) | undefined;
    const { remoteAddress } = incoming.socket;
    const response = await this.#parts.fetch(withCredential(request), {
      ...(remoteAddress === undefined ? {} : { remoteAddress }),
      upgrade: {
        accept(given, place) {
          serve = given;
          // SAFETY: the place is taken before the handshake and given back by the connection's end, so
          // neither many at once nor one that breaks off changes the count (test/integration/http: socket).
          socket.once("close", () => place[Symbol.dispose]());
          if (socket.destroyed) place[Symbol.dispose]();
        },
      },
    });
    if (serve !== undefined && response.ok && !this.#isClosing) return serve;
    await this.#answer(
      socket,
      serve !== undefined && response.ok ? new Response(null, { status: 503 }) : response,
    );
    return undefined;
  }

  /** Sends an answer over a connection that HTTP does not hold any more, and closes it. */
  async #answer(socket: Duplex, response: Response): Promise<void> {
    const bytes = await toBytes(await withoutStream(response));
    if (socket.destroyed) return;
    const { idleTimeoutMs } = this.#parts.config.limits;
    const timer = setTimeout(() => socket.destroy(), idleTimeoutMs);
    socket.once("close", () => clearTimeout(timer));
    socket.end(bytes, () => socket.destroy());
  }

  #serve(socket: LibrarySocket, serve: (peer: Peer) => SocketService): void {
    const peer = toPeer(socket);
    peer.onClose(() => this.#open.delete(socket));
    this.#open.set(socket, serve(peer));
  }
}

/** A page's credential, where it is read for all other callers. */
function withCredential(request: Request): Request {
  const { headers } = request;
  if (headers.has("authorization") || headers.has("x-api-key")) return request;
  const offered = (headers.get("sec-websocket-protocol") ?? "").split(",").map((one) => one.trim());
  const bearer = offered.find((one) => one.startsWith(BEARER));
  if (bearer !== undefined) headers.set("authorization", `Bearer ${bearer.slice(BEARER.length)}`);
  return request;
}

function toPeer(socket: LibrarySocket): Peer {
  // A frame that breaks the protocol closes the socket; that is all there is to do about it.
  socket.on("error", () => {});
  return {
    get bufferedAmount() {
      return socket.bufferedAmount;
    },
    onMessage: (listener) =>
      socket.on("message", (data, isBinary) => listener(isBinary ? undefined : data.toString())),
    onPong: (listener) => socket.on("pong", listener),
    onClose: (listener) => socket.on("close", listener),
    send: (text, onTaken) => socket.send(text, onTaken),
    ping: () => socket.ping(),
    pause: () => socket.pause(),
    resume: () => socket.resume(),
    close: (code, reason) => socket.close(code, reason),
    terminate: () => socket.terminate(),
  };
}

/** Events have no end to wait for, and a connection that was to be a socket is not read as a stream. */
async function withoutStream(response: Response): Promise<Response> {
  if (!isEventStream(response)) return response;
  // SAFETY: what is never read to its end must not be gathered here (test/integration/http: upgrade).
  await response.body?.cancel();
  const text = "Events are streamed to requests that ask for no upgrade\n";
  return new Response(text, { status: 426, headers: { upgrade: "websocket" } });
}

/** A whole answer of HTTP. */
async function toBytes(response: Response): Promise<Buffer> {
  const { status, headers } = response;
  const body = Buffer.from(await response.arrayBuffer());
  const lines = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}`,
    ...[...headers].map(([name, value]) => `${name}: ${value}`),
    `content-length: ${body.length}`,
    `connection: ${headers.has("upgrade") ? "upgrade, close" : "close"}`,
  ];
  return Buffer.concat([Buffer.from(`${lines.join("\r\n")}\r\n\r\n`), body]);
}
