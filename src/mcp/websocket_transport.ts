/** MCP over a WebSocket with the subprotocol `mcp`: one JSON message a text frame. */

import type { JSONRPCMessage, Transport } from "@modelcontextprotocol/client";
import type { Logger } from "../base/log.ts";
import type { Network } from "../base/network.ts";
import { MAX_MESSAGE_BYTES } from "./message_meter.ts";
import { readMessage } from "./read_message.ts";
import { ServerFailure } from "./server_failure.ts";
import { MAX_STRAY_LINES } from "./stdio_transport.ts";

const NORMAL_CLOSURE = 1000;
const CLOSE_WAIT_MS = 1_000;
/** The code of a socket that ended without a word. */
const ABNORMAL_CLOSURE = 1006;

/** What a transport over a WebSocket needs besides its address. */
export interface WebSocketDeps {
  readonly logger: Logger;
  /** Judges the address of each connection. @default any will do */
  readonly network?: Network | undefined;
}

/** A transport over the runtime's own `WebSocket`. */
export class WebSocketTransport implements Transport {
  onclose?: (() => void) | undefined;
  onerror?: ((error: Error) => void) | undefined;
  onmessage?: ((message: JSONRPCMessage) => void) | undefined;
  readonly #url: URL;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #deps: WebSocketDeps;
  #socket: WebSocket | undefined;
  #strayFrames = 0;
  #closeReason: string | undefined;
  #isOpen = false;
  #closing: Promise<void> | undefined;
  #closed = false;

  constructor(url: URL, headers: Readonly<Record<string, string>>, deps: WebSocketDeps) {
    this.#url = url;
    this.#headers = headers;
    this.#deps = deps;
  }

  /** Why the connection ended, when this side knows; nothing that was sent over it is in there. */
  get closeReason(): string | undefined {
    return this.#closeReason;
  }

  async start(): Promise<void> {
    await this.#deps.network?.check(this.#url);
    if (this.#closed) throw new ServerFailure("The WebSocket was closed before it was open");
    await this.#connect();
  }

  #connect(): Promise<void> {
    return new Promise((resolve, reject) => {
      const socket = this.#open();
      this.#socket = socket;
      socket.onopen = () => {
        this.#isOpen = true;
        resolve();
      };
      socket.onmessage = (event) => this.#read(event.data);
      socket.onerror = () => {
        const error = new ServerFailure("The WebSocket to the server failed");
        reject(error);
        this.onerror?.(error);
      };
      socket.onclose = ({ code }) => {
        reject(new ServerFailure("The server closed the WebSocket before it was open"));
        // SAFETY: the reason that the server gives may quote what others asked of it
        // (test/integration/mcp/websocket_end_test.ts).
        if (this.#isOpen && !this.#closing) this.#closeReason ??= closedBy(code);
        this.#end();
      };
    });
  }

  send(message: JSONRPCMessage): Promise<void> {
    if (this.#socket?.readyState !== WebSocket.OPEN) {
      return Promise.reject(new Error("Cannot send to the server: its WebSocket is not open"));
    }
    this.#socket.send(JSON.stringify(message));
    return Promise.resolve();
  }

  /** Resolves when the socket is closed, or after a second without the server's agreement. */
  close(): Promise<void> {
    return this.#closing ??= this.#close();
  }

  async #close(): Promise<void> {
    const socket = this.#socket;
    if (socket && socket.readyState !== WebSocket.CLOSED) await closed(socket);
    this.#end();
  }

  /** Deno and Node take headers where browsers take only subprotocols. */
  #open(): WebSocket {
    const options = { protocols: ["mcp"], headers: { ...this.#headers } };
    const hasHeaders = Object.keys(this.#headers).length > 0;
    // Deno takes an options object here; the standard types do not know it.
    return new WebSocket(this.#url, hasHeaders ? options as unknown as string[] : ["mcp"]);
  }

  #end(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.onclose?.();
  }

  #read(data: unknown): void {
    // SAFETY: the server may take its time to agree to the end, and fill it with frames
    // (test/integration/mcp/websocket_end_test.ts).
    if (this.#closing) return;
    if (typeof data !== "string") return this.#giveUp("it sent a binary frame");
    let message;
    try {
      if (data.length > MAX_MESSAGE_BYTES) throw tooLong();
      message = readMessage(data);
    } catch (error) {
      return this.#giveUp(error instanceof Error ? error.message : String(error));
    }
    if (message === undefined) {
      this.#strayFrames += 1;
      if (this.#strayFrames > MAX_STRAY_LINES) this.#giveUp("it sent too much that is no message");
      return;
    }
    this.#strayFrames = 0;
    this.onmessage?.(message);
  }

  #giveUp(reason: string): void {
    this.#deps.logger.warn("MCP server closed because of what it wrote", { reason });
    this.#closeReason = reason;
    void this.close();
    this.onerror?.(new Error(reason));
  }
}

function tooLong(): RangeError {
  return new RangeError(`Cannot read the message: it is longer than ${MAX_MESSAGE_BYTES} bytes`);
}

function closedBy(code: number): string {
  return code === ABNORMAL_CLOSURE
    ? "it broke the WebSocket off"
    : `it closed the WebSocket with code ${code}`;
}

function closed(socket: WebSocket): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, CLOSE_WAIT_MS);
    socket.addEventListener("close", () => {
      clearTimeout(timer);
      resolve();
    });
    socket.close(NORMAL_CLOSURE);
  });
}
