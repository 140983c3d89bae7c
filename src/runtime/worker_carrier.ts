/**
 * Holds an engine in a Web Worker of this process: starts it without any permission, moves messages,
 * ends it. Knows neither frames nor programs. A worker is a thread: ending it frees what it held once
 * it yields, and one that never yields keeps a core until this process ends.
 */

import process from "node:process";
import { CodemodeError } from "../base/errors.ts";

/** What is used of a Web Worker; the types of Node have none. */
interface WebWorker extends EventTarget {
  postMessage(message: string): void;
  terminate(): void;
}

type WebWorkerClass = new (url: URL, options: object) => WebWorker;

/**
 * Why no worker of this host is a wall, or `undefined` where one is.
 *
 * Deno ends the whole service when it was started without `--unstable-worker-options` (or
 * `"unstable": ["worker-options"]`): permissions of a worker are an option of that name, and nothing
 * tells beforehand whether it is set.
 */
export function whyNoWorkers(host: WorkerHost = currentHost()): string | undefined {
  if (!host.isDeno) return "Workers of this engine have all the permissions of the service";
  if (host.hasTerminal) {
    return "On a terminal Deno asks the operator what a worker may do; set DENO_NO_PROMPT=1";
  }
  return undefined;
}

/** What {@link whyNoWorkers} looks at. */
export interface WorkerHost {
  readonly isDeno: boolean;
  /** Whether a denied permission would be asked for on a terminal. */
  readonly hasTerminal: boolean;
}

function currentHost(): WorkerHost {
  const { stdin, stderr, env, versions } = process;
  return {
    isDeno: versions["deno"] !== undefined,
    // SAFETY: a prompt would let a program ask the operator for anything, in Deno's name.
    hasTerminal: Boolean(stdin.isTTY && stderr.isTTY) && !isSet(env["DENO_NO_PROMPT"]),
  };
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== "" && value !== "0";
}

/** One worker. */
export class GuestWorker {
  /** Settles when the worker has ended itself by an error that nothing in it caught. */
  readonly failed: Promise<CodemodeError>;
  /** Settles when the worker has been told to end. */
  readonly ended: Promise<void>;
  readonly #worker: WebWorker;
  #take: (message: unknown) => void = () => {};
  #hasEnded = false;
  #end: () => void = () => {};

  constructor(url: URL) {
    // Read when needed, and untyped: this file is packed for Node too, which has no such global.
    const { Worker } = globalThis as unknown as { Worker: WebWorkerClass };
    // SAFETY: the permissions are the wall; without the option a worker has those of the service.
    const worker = new Worker(url, { type: "module", deno: { permissions: "none" } });
    this.#worker = worker;
    this.ended = new Promise((resolve) => this.#end = resolve);
    this.failed = new Promise((resolve) => {
      const fail = (event: Event) => {
        // SAFETY: an error nobody handles here would end the service (test/escape: worker-uncaught).
        event.preventDefault();
        resolve(new CodemodeError("SANDBOX_CRASHED", "The sandbox ended before the program did"));
      };
      worker.addEventListener("error", fail);
      worker.addEventListener("messageerror", fail);
    });
    worker.addEventListener("message", (event) => {
      if (!this.#hasEnded) this.#take((event as MessageEvent).data);
    });
  }

  /** Gives messages to `take` from now on; those nobody takes are dropped. */
  onMessage(take: (message: unknown) => void): void {
    this.#take = take;
  }

  /** Sends text; there is always room, since a worker has no bounded queue. */
  write(text: string, onFlushed?: () => void): void {
    if (!this.#hasEnded) this.#worker.postMessage(text);
    onFlushed?.();
  }

  /** Ends the worker: at once where it yields, else when this process ends. */
  terminate(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#worker.terminate();
    this.#end();
  }
}
