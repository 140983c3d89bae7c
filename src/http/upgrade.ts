/**
 * Connections that ask to become WebSockets. Each passes the application as the request it is, with the
 * same checks as any other; one that the application refuses gets that answer and is closed.
 */

import { Buffer } from "node:buffer";
import { type IncomingMessage, STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";
import { WebSocketServer } from "ws";
import type { Logger } from "../base/log.ts";
import type { ServerConfig } from "../config/mod.ts";
import type { Sink } from "./outbox.ts";
import { toRequest } from "./to_request.ts";

/** The protocol of this service, for callers that name protocols. */
const PROTOCOL = "codemode";
/** Begins the protocol that carries the credential of a page, which can set no headers. */
const BEARER = "codemode.bearer.";

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
  /** Called before the answer, which is not sent then. */
  accept(serve: (peer: Peer) => SocketService): void;
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

/** Takes upgrades, and knows the sockets that are open. */
export class Upgrades {
  readonly #parts: UpgradeParts;
  readonly #server: LibraryServer;
  readonly #open = new Map<LibrarySocket, SocketService>();

  constructor(parts: UpgradeParts) {
    this.#parts = parts;
    this.#server = new WebSocketServer({
      noServer: true,
      maxPayload: parts.config.sockets.messageBytes,
      // SAFETY: a compressed message can unpack to a thousand times its size (test/integration/http: socket).
      perMessageDeflate: false,
      clientTracking: false,
      handleProtocols: (offered: ReadonlySet<string>) => offered.has(PROTOCOL) && PROTOCOL,
    });
  }

  /** Takes one connection. */
  async take(incoming: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const gone = new AbortController();
    const onClose = () => gone.abort();
    socket.on("error", () => socket.destroy()).once("close", onClose);
    try {
      const serve = await this.#ask(incoming, socket, gone.signal);
      if (serve === undefined || socket.destroyed) return;
      this.#server.handleUpgrade(incoming, socket, head, (peer) => this.#serve(peer, serve));
    } catch (error) {
      this.#parts.logger.error("an upgrade failed", { error });
      socket.destroy();
    }
  }

  /** Lets every socket's executions end for `patienceMs`, then closes all. */
  async close(patienceMs: number): Promise<void> {
    const ended = Promise.all([...this.#open].map(async ([socket, service]) => {
      const closed = new Promise<void>((resolve) => socket.on("close", resolve));
      await service.end();
      await closed;
    }));
    let timer: ReturnType<typeof setTimeout> | undefined;
    const patience = new Promise<void>((resolve) => timer = setTimeout(resolve, patienceMs));
    await Promise.race([ended, patience]);
    clearTimeout(timer);
    // A peer that does not say goodbye in turn is not waited for.
    for (const socket of this.#open.keys()) socket.terminate();
  }

  /** What serves the socket; undefined when it was answered instead. */
  async #ask(
    incoming: IncomingMessage,
    socket: Duplex,
    signal: AbortSignal,
  ): Promise<((peer: Peer) => SocketService) | undefined> {
    const request = toRequest(incoming, signal);
    // What follows a request with a body is not a request any more.
    if (request === undefined || request.method !== "GET") {
      await refuse(socket, new Response(null, { status: 400 }));
      return undefined;
    }
    let serve: ((peer: Peer) => SocketService) | undefined;
    const { remoteAddress } = incoming.socket;
    const response = await this.#parts.fetch(withCredential(request), {
      ...(remoteAddress === undefined ? {} : { remoteAddress }),
      upgrade: { accept: (given) => serve = given },
    });
    if (serve !== undefined && response.ok) return serve;
    await refuse(socket, response);
    return undefined;
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

/** Sends an answer over a connection that HTTP does not hold any more, and closes it. */
async function refuse(socket: Duplex, response: Response): Promise<void> {
  const body = Buffer.from(await response.arrayBuffer());
  const headers = [...response.headers].map(([name, value]) => `${name}: ${value}\r\n`).join("");
  const status = `${response.status} ${STATUS_CODES[response.status] ?? ""}`;
  const head = `HTTP/1.1 ${status}\r\n${headers}content-length: ${body.length}\r\n`;
  if (socket.destroyed) return;
  const answer = Buffer.concat([Buffer.from(`${head}connection: close\r\n\r\n`), body]);
  socket.end(answer, () => socket.destroy());
}
