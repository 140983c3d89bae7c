/**
 * Answers the permission checks of one sandbox: each is denied, told to whoever listens, and counted.
 * A socket of its own for each sandbox says without doubt who asks, also behind a wrapper; it takes one
 * connection and is gone. Whatever is not understood ends the connection, and with it the sandbox.
 */

import { rmSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { CodemodeError } from "../base/errors.ts";
import { LineSplitter } from "../protocol/lines.ts";
import { type DeniedAttempt, denyRequest, parseBrokerRequest } from "./broker_request.ts";

/** Bytes of one request. */
const MAX_REQUEST_BYTES = 64 * 1024;

/** The variable by which the engine is told to ask a broker instead of its flags. */
export const BROKER_VARIABLE = "DENO_PERMISSION_BROKER_PATH";

/** The broker of one sandbox. */
export class PermissionBroker implements AsyncDisposable {
  /** Settles once the sandbox has connected: from then on it asks here. */
  readonly connected: Promise<void>;
  readonly path: string;
  readonly #server: Server;
  #socket: Socket | undefined;
  #onDenied: (attempt: DeniedAttempt) => void = () => {};
  #onConnected: () => void = () => {};
  #closing: Promise<void> | undefined;

  private constructor(path: string) {
    this.path = path;
    this.connected = new Promise((resolve) => this.#onConnected = resolve);
    this.#server = createServer((socket) => this.#take(socket));
  }

  /**
   * Listens at a path, which must lie in a folder that only this user can enter.
   *
   * @throws {CodemodeError} `RUNTIME_UNAVAILABLE` when it cannot.
   */
  static async listen(path: string): Promise<PermissionBroker> {
    const broker = new PermissionBroker(path);
    const server = broker.#server;
    await new Promise<void>((resolve, reject) => {
      server.once("error", (cause) => reject(cannotListen(cause)));
      server.listen(path, resolve);
    });
    server.on("error", () => {}); // A sandbox that cannot connect does not become ready.
    return broker;
  }

  /** Tells `take` of each denial from now on. */
  onDenied(take: (attempt: DeniedAttempt) => void): void {
    this.#onDenied = take;
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#socket?.destroy();
    return this.#close();
  }

  #take(socket: Socket): void {
    // SAFETY: one sandbox, one connection; nobody else can speak in its name (test/integration/runtime: permission_broker).
    if (this.#socket !== undefined) return void socket.destroy();
    this.#socket = socket;
    void this.#close();
    const lines = new LineSplitter(MAX_REQUEST_BYTES);
    socket.on("error", () => {}); // The engine ends itself when its broker is lost.
    socket.on("data", (chunk: Uint8Array) => {
      if (!lines.push(chunk, (line) => this.#answer(socket, line))) socket.destroy();
    });
    this.#onConnected();
  }

  #answer(socket: Socket, line: string): void {
    if (socket.destroyed) return;
    const request = parseBrokerRequest(line);
    if (request === undefined) return void socket.destroy();
    socket.write(denyRequest(request));
    this.#onDenied(request.attempt);
  }

  /** Takes no more connections; settles when the one there is has ended. */
  #close(): Promise<void> {
    this.#closing ??= new Promise((resolve) => {
      this.#server.close(() => resolve());
      rmSync(this.path, { force: true });
    });
    return this.#closing;
  }
}

function cannotListen(cause: unknown): CodemodeError {
  return new CodemodeError("RUNTIME_UNAVAILABLE", "The permission broker cannot listen", { cause });
}
