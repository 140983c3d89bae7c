/**
 * One WebSocket: executions that its caller starts, cancels and answers by messages, and their events.
 * A message that is wrong is answered with an error and ends nothing. When the socket closes, nothing of
 * it is left.
 */

import { atTime } from "../base/at_time.ts";
import type { Clock } from "../base/clock.ts";
import { CodemodeError, toCodemodeError } from "../base/errors.ts";
import { newId } from "../base/ids.ts";
import { readTraceContext, type TraceContext } from "../base/trace_context.ts";
import type { Logger } from "../base/log.ts";
import type { Principal } from "../auth/mod.ts";
import type { ServerConfig } from "../config/mod.ts";
import {
  type ExecutionEvent,
  parseRequest,
  type SocketRequest,
  SocketRequestSchema,
  toProblem,
} from "../contract/mod.ts";
import {
  type Engine,
  type StartedExecution,
  toPlainAnswer,
  toTaggedAnswer,
} from "../engine/mod.ts";
import { LEFT } from "./execute_stream.ts";
import { Outbox } from "./outbox.ts";
import type { Peer } from "./upgrade.ts";

/** What a socket needs. */
export interface ExecutionSocketParts {
  readonly engine: Engine;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly config: ServerConfig;
  /** Who sends, asked anew for each message: it counts as a request, and rights can end. */
  readonly authorize: () => Promise<Principal>;
  /** When the credential ends that the socket was opened with, and the socket with it. @default never */
  readonly expiresAt: number | undefined;
  /** Where executions belong that do not say so themselves. */
  readonly trace?: TraceContext;
  /** Whether results come in the tagged form. */
  readonly isTagged: boolean;
  /** Told of each message that was refused. */
  readonly onRefused: (code: string) => void;
}

/** Messages that wait to be looked at before no more are read. */
const MAX_WAITING = 16;
/** "Unauthorized" in IANA's registry of close codes. */
const EXPIRED = 3000;

/** One execution on a socket. */
interface Running {
  readonly execution: StartedExecution;
  readonly events: AsyncIterableIterator<ExecutionEvent>;
  readonly continues: boolean;
}

/** The service's end of one socket. */
export class ExecutionSocket {
  readonly #peer: Peer;
  readonly #parts: ExecutionSocketParts;
  readonly #outbox: Outbox;
  readonly #running = new Map<string, Running>();
  readonly #pumps = new Set<Promise<void>>();
  #work: Promise<void> = Promise.resolve();
  #waiting = 0;
  #isAlive = true;
  #isClosed = false;
  #timer: Disposable;
  readonly #expiry: Disposable;

  constructor(peer: Peer, parts: ExecutionSocketParts) {
    const { clock, config: { sockets, limits } } = parts;
    this.#peer = peer;
    this.#parts = parts;
    this.#outbox = new Outbox(peer, { clock, ...sockets, ...limits });
    peer.onMessage((text) => this.#take(text));
    peer.onPong(() => this.#isAlive = true);
    peer.onClose(() => this.#release());
    this.#timer = clock.after(sockets.pingIntervalMs, () => this.#ping());
    this.#expiry = atTime(clock, parts.expiresAt, () => this.#expire());
  }

  /** Lets what runs end, then says goodbye. */
  async end(): Promise<void> {
    await this.#work;
    await Promise.all(this.#pumps);
    this.#peer.close(1001, "The service is shutting down");
  }

  #take(text: string | undefined): void {
    this.#isAlive = true;
    this.#waiting += 1;
    // SAFETY: who sends faster than it is served waits at its own end (test/integration/http: socket).
    if (this.#waiting >= MAX_WAITING) this.#peer.pause();
    this.#work = this.#work.then(() => this.#serve(text)).catch((error) => {
      this.#parts.logger.error("a message could not be served", { error });
    }).then(() => {
      this.#waiting -= 1;
      if (this.#waiting === 0) this.#peer.resume();
    });
  }

  async #serve(text: string | undefined): Promise<void> {
    if (this.#isClosed) return;
    let id: string | null = null;
    let of: string | undefined;
    try {
      const value = parse(text);
      id = idOf(value);
      of = typeOf(value);
      const principal = await this.#parts.authorize();
      await this.#do(parseRequest(SocketRequestSchema, value), principal);
    } catch (thrown) {
      await this.#refuse(id, of, toCodemodeError(thrown));
    }
  }

  async #do(message: SocketRequest, principal: Principal): Promise<void> {
    if (message.type === "execute") return await this.#execute(message, principal);
    const running = this.#running.get(message.id);
    if (running === undefined) throw notRunning(message.id);
    const { execution } = running;
    if (message.type === "cancel") return execution.cancel(message.payload?.reason);
    const { question, action, content } = message.payload;
    execution.answer(question, { action, ...(content === undefined ? {} : { content }) });
  }

  async #execute(
    { id, payload, traceparent, tracestate }: Extract<SocketRequest, { type: "execute" }>,
    principal: Principal,
  ): Promise<void> {
    const { executions } = this.#parts.config.sockets;
    if (this.#running.has(id)) throw inUse(id);
    if (this.#running.size >= executions) throw tooMany(executions);
    const { interactive: canAnswer = false, onDisconnect, ...request } = payload;
    const trace = readTraceContext(traceparent, tracestate) ?? this.#parts.trace;
    const options = { canAnswer, ...(trace === undefined ? {} : { trace }) };
    const execution = await this.#parts.engine.start(request, principal, options);
    const continues = onDisconnect === "continue";
    if (this.#isClosed) return continues ? undefined : execution.cancel(LEFT);
    const events = execution.events(0, this.#parts.isTagged ? toTaggedAnswer : toPlainAnswer);
    this.#running.set(id, { execution, events, continues });
    const pump = this.#pump(id, events).finally(() => this.#pumps.delete(pump));
    this.#pumps.add(pump);
  }

  async #pump(id: string, events: AsyncIterable<ExecutionEvent>): Promise<void> {
    try {
      for await (const { id: event, type, payload, timestamp, executionId } of events) {
        // The name is free once its last event is on its way.
        if (type === "result" || type === "error") this.#running.delete(id);
        await this.#outbox.send({ id, type, payload, timestamp, executionId, event });
      }
    } catch (error) {
      this.#parts.logger.error("events could not be sent", { error });
      this.#peer.terminate();
    }
  }

  async #refuse(id: string | null, of: string | undefined, error: CodemodeError): Promise<void> {
    const { clock, logger, onRefused } = this.#parts;
    if (error.code === "INTERNAL") logger.error("a message failed", { error });
    onRefused(error.code);
    const now = clock.now();
    const payload = toProblem(error, newId("req"), now);
    const timestamp = new Date(now).toISOString();
    await this.#outbox.send({
      ...{ id, type: "error" },
      ...(of === undefined ? {} : { of }),
      ...{ payload, timestamp },
    });
  }

  /** A peer that answers no ping, and says nothing else, is gone without having said so. */
  #ping(): void {
    if (!this.#isAlive) return this.#peer.terminate();
    this.#isAlive = false;
    this.#peer.ping();
    const { clock, config: { sockets } } = this.#parts;
    this.#timer = clock.after(sockets.pingIntervalMs, () => this.#ping());
  }

  /** What runs ends now: how long the goodbye takes is up to the peer. */
  #expire(): void {
    this.#release();
    this.#peer.close(EXPIRED, "The credential has expired");
  }

  #release(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#timer[Symbol.dispose]();
    this.#expiry[Symbol.dispose]();
    this.#outbox.close();
    for (const { execution, events, continues } of this.#running.values()) {
      void events.return?.();
      if (!continues) execution.cancel(LEFT);
    }
    this.#running.clear();
  }
}

function parse(text: string | undefined): unknown {
  if (text === undefined) throw invalid("Messages are texts of JSON, not bytes");
  try {
    return JSON.parse(text);
  } catch {
    throw invalid("The message is not valid JSON");
  }
}

/** The id that an error can be told under. */
function idOf(value: unknown): string | null {
  const { id } = (value ?? {}) as { id?: unknown };
  return typeof id === "string" && id.length <= 128 ? id : null;
}

function typeOf(value: unknown): string | undefined {
  const { type } = (value ?? {}) as { type?: unknown };
  return type === "execute" || type === "cancel" || type === "answer" ? type : undefined;
}

function invalid(message: string): CodemodeError {
  return new CodemodeError("INVALID_REQUEST", message);
}

function notRunning(id: string): CodemodeError {
  return new CodemodeError(
    "EXECUTION_NOT_FOUND",
    `No execution "${id}" runs on this socket, or not any more`,
  );
}

function inUse(id: string): CodemodeError {
  return invalid(`An execution "${id}" runs on this socket already`);
}

function tooMany(max: number): CodemodeError {
  return new CodemodeError("RATE_LIMITED", `${max} executions run on this socket already`, {
    details: { limit: "sockets.executions" },
  });
}
