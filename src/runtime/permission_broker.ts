/**
 * Answers the permission checks of one sandbox: each is denied, told to whoever listens, and counted by
 * them. Whatever is not understood ends the connection, and with it the sandbox.
 */

import type { Socket } from "node:net";
import { LineSplitter } from "../protocol/lines.ts";
import { type DeniedAttempt, denyRequest, parseBrokerRequest } from "./broker_request.ts";

/** Bytes of one request. */
const MAX_REQUEST_BYTES = 64 * 1024;

/** The broker of one sandbox. */
export class PermissionBroker implements Disposable {
  /** Where the sandbox is to connect. */
  readonly path: string;
  /** Settles once the sandbox has connected: from then on it asks here. */
  readonly connected: Promise<void>;
  readonly #onUnused: () => void;
  #socket: Socket | undefined;
  #isDisposed = false;
  #onDenied: (attempt: DeniedAttempt) => void = () => {};
  #onConnected: () => void = () => {};

  /** `onUnused` is told when it is disposed and nobody has connected. */
  constructor(path: string, onUnused: () => void) {
    this.path = path;
    this.#onUnused = onUnused;
    this.connected = new Promise((resolve) => this.#onConnected = resolve);
  }

  /** Tells `take` of each denial from now on. */
  onDenied(take: (attempt: DeniedAttempt) => void): void {
    this.#onDenied = take;
  }

  /** The sandbox has connected. */
  take(socket: Socket): void {
    this.#socket = socket;
    const lines = new LineSplitter(MAX_REQUEST_BYTES);
    socket.on("error", () => {}); // The engine ends itself when its broker is lost.
    socket.on("data", (chunk: Uint8Array) => {
      if (!lines.push(chunk, (line) => this.#answer(socket, line))) socket.destroy();
    });
    this.#onConnected();
  }

  [Symbol.dispose](): void {
    if (this.#isDisposed) return;
    this.#isDisposed = true;
    if (this.#socket === undefined) this.#onUnused();
    else this.#socket.destroy();
  }

  #answer(socket: Socket, line: string): void {
    if (socket.destroyed) return;
    const request = parseBrokerRequest(line);
    if (request === undefined) return void socket.destroy();
    socket.write(denyRequest(request));
    this.#onDenied(request.attempt);
  }
}
