/**
 * The sockets at which sandboxes find their brokers. One sandbox at a time knows a socket that waits, so
 * whoever connects is that one, also behind a wrapper that hides process ids. A socket serves the next
 * sandbox once the last has connected: opening one costs 1 ms of CPU, more than all the rest of a broker.
 */

import { existsSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { CodemodeError } from "../base/errors.ts";
import { PermissionBroker } from "./permission_broker.ts";

/** A socket, and whose broker it is for now. */
interface Place {
  readonly path: string;
  readonly server: Server;
  waiting: PermissionBroker | undefined;
}

/** The sockets of one runtime; at most as many as sandboxes start at the same time. */
export class BrokerSockets implements AsyncDisposable {
  readonly #nextPath: () => string;
  readonly #open = new Set<Place>();
  readonly #idle: Place[] = [];
  readonly #connected = new Set<Socket>();

  /** `nextPath` gives paths in a folder that only this user can enter. */
  constructor(nextPath: () => string) {
    this.#nextPath = nextPath;
  }

  /**
   * A broker that waits for its sandbox.
   *
   * @throws {CodemodeError} `RUNTIME_UNAVAILABLE` when there is no socket to wait at.
   */
  async open(): Promise<PermissionBroker> {
    const place = this.#takeIdle() ?? await this.#listen();
    const broker = new PermissionBroker(place.path, () => this.#close(place));
    place.waiting = broker;
    return broker;
  }

  /** Ends every connection too, and with it the sandbox behind it. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#connected) socket.destroy();
    await Promise.all([...this.#open].map((place) => this.#close(place)));
  }

  /** A socket may have been cleaned away with its folder. */
  #takeIdle(): Place | undefined {
    for (let place = this.#idle.pop(); place !== undefined; place = this.#idle.pop()) {
      if (existsSync(place.path)) return place;
      void this.#close(place);
    }
    return undefined;
  }

  async #listen(): Promise<Place> {
    const path = this.#nextPath();
    const server = createServer((socket) => this.#take(place, socket));
    const place: Place = { path, server, waiting: undefined };
    this.#open.add(place);
    await new Promise<void>((resolve, reject) => {
      server.once("error", (cause) => reject(cannotListen(cause)));
      server.listen(path, resolve);
    });
    server.on("error", () => {}); // A sandbox that cannot connect does not become ready.
    return place;
  }

  #take(place: Place, socket: Socket): void {
    const { waiting } = place;
    // SAFETY: who is not waited for is not heard (test/integration/runtime: permission_broker).
    if (waiting === undefined) return void socket.destroy();
    place.waiting = undefined;
    this.#connected.add(socket);
    socket.once("close", () => this.#connected.delete(socket));
    waiting.take(socket);
    this.#idle.push(place);
  }

  /** A sandbox that did not come might come late: its socket serves nobody else. */
  #close(place: Place): Promise<void> {
    this.#open.delete(place);
    return new Promise((resolve) => place.server.close(() => resolve()));
  }
}

function cannotListen(cause: unknown): CodemodeError {
  return new CodemodeError("RUNTIME_UNAVAILABLE", "The permission broker cannot listen", { cause });
}
