/**
 * The checker's thread seen from the service: requests wait in a queue and are answered one at a
 * time. A thread that dies or misses the deadline is replaced, its request answered as too complex.
 */

import { Worker } from "node:worker_threads";
import { type Clock, systemClock } from "../base/clock.ts";
import { CodemodeError } from "../base/errors.ts";
import type { Logger } from "../base/log.ts";
import { tooComplex } from "./complexity.ts";
import type { CheckerRequest, CheckResult } from "./check_request.ts";
import type { ThreadReply, ThreadRequest } from "./thread_messages.ts";

/** The part of `node:worker_threads`' Worker that is used. */
export interface ThreadHandle {
  postMessage(message: ThreadRequest): void;
  on(event: "message", listener: (reply: ThreadReply) => void): unknown;
  on(event: "error", listener: (error: Error) => void): unknown;
  on(event: "exit", listener: (code: number) => void): unknown;
  terminate(): Promise<unknown>;
}

/** Options of {@link CheckerThread}. */
export interface CheckerThreadOptions {
  readonly deadlineMs: number;
  readonly logger: Logger;
  /** @default systemClock */
  readonly clock?: Clock;
  /** Starts the thread. @default this room's thread file */
  readonly startThread?: (deadlineMs: number) => ThreadHandle;
}

interface Job {
  readonly request: CheckerRequest;
  readonly resolve: (result: CheckResult) => void;
  readonly reject: (reason: unknown) => void;
}

/** How much longer than the deadline inside the thread is waited for it, as a factor. */
const GRACE = 2;

/** One thread and its queue. */
export class CheckerThread implements AsyncDisposable {
  readonly #options: CheckerThreadOptions;
  readonly #clock: Clock;
  readonly #queue: Job[] = [];
  #thread: ThreadHandle | undefined;
  #ready = false;
  #current: Job | undefined;
  #timer: Disposable | undefined;
  #disposed = false;

  constructor(options: CheckerThreadOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#start();
  }

  /** Queues one check. Rejects when the signal aborts first, or the thread cannot be started. */
  check(request: CheckerRequest, signal?: AbortSignal): Promise<CheckResult> {
    if (this.#disposed) return Promise.reject(closed());
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const forget = () => signal?.removeEventListener("abort", onAbort);
      const job: Job = {
        request,
        resolve: (result) => (forget(), resolve(result)),
        reject: (reason) => (forget(), reject(reason)),
      };
      const onAbort = () => this.#abort(job, signal?.reason);
      signal?.addEventListener("abort", onAbort, { once: true });
      this.#queue.push(job);
      this.#pump();
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposed = true;
    const thread = this.#drop();
    for (const job of [this.#takeCurrent(), ...this.#queue.splice(0)]) job?.reject(closed());
    await thread?.terminate();
  }

  #start(): void {
    const thread = (this.#options.startThread ?? startThread)(this.#options.deadlineMs);
    this.#thread = thread;
    this.#ready = false;
    thread.on("message", (reply) => thread === this.#thread && this.#receive(reply));
    thread.on("error", (error) => this.#lose(thread, error));
    thread.on("exit", (code) => this.#lose(thread, new Error(`The thread ended with ${code}`)));
  }

  #pump(): void {
    if (this.#disposed || this.#current !== undefined) return;
    if (this.#thread === undefined) this.#start();
    if (!this.#ready) return;
    this.#current = this.#queue.shift();
    if (this.#current === undefined) return;
    this.#timer = this.#clock.after(this.#options.deadlineMs * GRACE, () => this.#expire());
    this.#send(this.#current.request, false);
  }

  #send(request: CheckerRequest, withText: boolean): void {
    const { hash, text } = request.declarations;
    const declarations = withText ? { hash, text } : { hash };
    this.#thread?.postMessage({ request: { ...request, declarations } });
  }

  #receive(reply: ThreadReply): void {
    if (reply.type === "ready") this.#ready = true;
    else if (reply.type === "unknown_declarations" && this.#current) {
      return this.#send(this.#current.request, true);
    } else if (reply.type === "result") this.#takeCurrent()?.resolve(reply.result);
    else if (reply.type === "failed") {
      this.#options.logger.error("The checker failed", { reason: reply.message });
      this.#takeCurrent()?.reject(new CodemodeError("INTERNAL", "The checker failed unexpectedly"));
    }
    this.#pump();
  }

  #expire(): void {
    this.#options.logger.warn("A check missed its deadline; its thread is replaced");
    // Ending a thread that spins is a matter of best effort; the thread bounds its own work.
    void this.#drop()?.terminate();
    this.#giveUp();
  }

  #lose(thread: ThreadHandle, error: Error): void {
    if (thread !== this.#thread) return;
    const started = this.#ready;
    this.#drop();
    this.#options.logger.error("The checker's thread ended", { reason: error.message });
    if (started) return this.#giveUp();
    const failure = new CodemodeError("INTERNAL", "The checker cannot be started", {
      cause: error,
    });
    for (const job of this.#queue.splice(0)) job.reject(failure);
  }

  #giveUp(): void {
    const job = this.#takeCurrent();
    job?.resolve(tooComplex(job.request.code));
    if (this.#queue.length > 0) this.#pump();
  }

  #drop(): ThreadHandle | undefined {
    const thread = this.#thread;
    this.#thread = undefined;
    this.#ready = false;
    return thread;
  }

  #takeCurrent(): Job | undefined {
    const job = this.#current;
    this.#current = undefined;
    this.#timer?.[Symbol.dispose]();
    this.#timer = undefined;
    return job;
  }

  #abort(job: Job, reason: unknown): void {
    const index = this.#queue.indexOf(job);
    if (index >= 0) this.#queue.splice(index, 1);
    job.reject(reason);
  }
}

function startThread(deadlineMs: number): ThreadHandle {
  const file = import.meta.url.endsWith(".ts") ? "./thread.ts" : "./thread.js";
  return new Worker(new URL(file, import.meta.url), { workerData: { deadlineMs } });
}

function closed(): CodemodeError {
  return new CodemodeError("SHUTTING_DOWN", "The checker is closed");
}
