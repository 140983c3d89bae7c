/**
 * One request to a server, from the wait for it to the answer: the deadline, the turn, the attempts
 * that may be repeated, and what each way to fail is called.
 */

import type { Clock } from "../base/clock.ts";
import { CodemodeError } from "../base/errors.ts";
import type { McpServerConfig } from "../config/mod.ts";
import type { CallGate } from "./call_gate.ts";
import {
  type CallFailure,
  readCallFailure,
  serverUnavailable,
  unavailableReason,
} from "./call_failure.ts";
import type { Connection } from "./connection.ts";
import { createDeadline, type Deadline } from "./deadline.ts";
import type { ExchangeOptions } from "./exchange_options.ts";
import type { McpResult } from "./mcp_result.ts";
import type { Ask } from "./question.ts";
import { MovingCall } from "./moving_call.ts";
import type { OwnCall } from "./own_call.ts";
import type { Session } from "./session.ts";
import { Turn } from "./turn.ts";

/** A server as calls need it. */
export interface Server {
  readonly name: string;
  readonly config: McpServerConfig;
  readonly connection: Connection;
  readonly gate: CallGate;
}

/** Options of one request. */
export interface ServerRequestOptions extends ExchangeOptions {
  /** From the request to its answer, waiting included, without open questions. @default the server's `timeoutMs` */
  readonly timeoutMs?: number;
}

/** What is asked of a server. */
export interface ServerRequest<Result> {
  /** What failures call it: the tool, or the protocol's method. */
  readonly about: string;
  readonly options: ServerRequestOptions;
  readonly clock: Clock;
  /** Whether it is about all callers, and made in the session that they share. @default false */
  readonly isForAll?: boolean;
  /** Makes the request on a session; made again when it has certainly not reached the server. */
  readonly send: (session: Session, options: ExchangeOptions) => Promise<Result>;
}

interface Limits {
  readonly deadline: Deadline;
  readonly turn: Turn;
  /** Told whether the request waits for others before the server hears of it. */
  readonly onAside: (isAside: boolean) => void;
  /** Whose it is; absent where it goes to no session of its own. */
  readonly call: OwnCall | undefined;
}

type Stage = "connect" | "queue" | "call";

/** Calls a tool, waiting for its server until the call's own deadline. */
export async function callTool(
  server: Server,
  tool: string,
  input: Readonly<Record<string, unknown>>,
  limits: Pick<ServerRequest<McpResult>, "options" | "clock">,
): Promise<McpResult> {
  return await request(server, {
    ...limits,
    about: tool,
    send: async (session, options) => {
      if (!server.connection.hasTool(tool)) throw noTool(server, tool);
      return await session.call(tool, input, options);
    },
  });
}

/** Makes a request, waiting for the server until its own deadline. */
export async function request<Result>(
  server: Server,
  wanted: ServerRequest<Result>,
): Promise<Result> {
  const { about, options, clock } = wanted;
  const timeoutMs = options.timeoutMs ?? server.config.timeoutMs;
  using deadline = createDeadline(clock, timeoutMs, options.signal);
  let stage: Stage = "connect";
  try {
    for (let attempt = 1;; attempt += 1) {
      stage = "connect";
      await server.connection.ready(deadline.signal);
      stage = "queue";
      const { principal = "" } = options;
      assertInTime(server, about, principal, deadline.remainingMs);
      using turn = await Turn.take(server.gate, { principal, signal: deadline.signal });
      stage = "connect";
      const session = await server.connection.ready(deadline.signal);
      stage = "call";
      const onAside = (isAside: boolean) => stage = isAside ? "queue" : "call";
      const call = wanted.isForAll ? undefined : ownCall(options);
      using stay = call && server.connection.own.enter(call);
      const limits = { deadline, turn, onAside, call };
      const outcome = await attemptOnce(server, stay?.session ?? session, wanted, limits);
      if ("result" in outcome) return outcome.result;
      const { maxAttempts } = server.config.retryPolicy;
      if (!outcome.sessionLost || !outcome.unsent || attempt >= maxAttempts) throw outcome.error;
    }
  } catch (error) {
    if (!deadline.signal.aborted) throw error;
    throw interrupted(server, about, stage, { deadline, timeoutMs });
  }
}

async function attemptOnce<Result>(
  server: Server,
  session: Session,
  wanted: ServerRequest<Result>,
  limits: Limits,
): Promise<{ readonly result: Result } | CallFailure> {
  const { name, connection } = server;
  const { about, options, send } = wanted;
  const { deadline } = limits;
  using moving = movingCall(connection, about, limits.call);
  let hasAsked = false;
  const ask = options.ask && pausing(options.ask, limits, () => hasAsked = true);
  try {
    const result = await send(session, {
      ...options,
      ...waitingFor(options, limits, moving),
      ...(ask && { ask }),
    });
    connection.proved(session);
    return { result };
  } catch (thrown) {
    const own = moving?.to(thrown);
    if (own) {
      limits.onAside(false);
      return await attemptOnce(server, own, wanted, { ...limits, call: undefined });
    }
    const isOurs = thrown instanceof CodemodeError && thrown.code !== "LOGIN_REQUIRED";
    if (deadline.signal.aborted || isOurs) throw thrown;
    const { brokenBy, hasId } = session;
    const conversation = { brokenBy, hasId, isRemoved: connection.isRemoved };
    const failure = readCallFailure(name, about, thrown, conversation);
    const { error, sessionLost } = failure;
    if (sessionLost) connection.gaveUp(session, unavailableReason(error), error);
    return hasAsked && failure.unsent ? begun(name, about, failure) : failure;
  }
}

/** Only what is known to ask waits for long, so the rest is not worth a session. */
function movingCall(
  connection: Connection,
  about: string,
  call: OwnCall | undefined,
): MovingCall<Session> | undefined {
  const isWanted = () => connection.asks(about);
  return call && new MovingCall(connection.own, { call, isWanted });
}

function ownCall(options: ServerRequestOptions): OwnCall {
  const { ask, execution, executionEnded, principal = "", signal } = options;
  const owner = execution ?? options;
  return { owner, principal, canBeAsked: ask !== undefined, over: executionEnded ?? signal };
}

function noTool({ name }: Server, tool: string): CodemodeError {
  const message = `The server "${name}" has no tool "${tool}"`;
  return new CodemodeError("TOOL_NOT_FOUND", message, { details: { server: name, tool } });
}

/** The time that whoever is asked takes is not the request's, and its place is free until then. */
function pausing(ask: Ask, { deadline, turn }: Limits, onAsk: () => void): Ask {
  return async (question, signal) => {
    onAsk();
    return await turn.without(async () => {
      using _pause = deadline.pause();
      return await ask(question, signal);
    });
  };
}

/** How the request waits for others: its time stands still, and before it is sent its place is free. */
function waitingFor(
  { standstill }: ServerRequestOptions,
  { deadline, turn, onAside }: Limits,
  moving: MovingCall<Session> | undefined,
): Required<Pick<ExchangeOptions, "signal" | "standstill" | "aside">> {
  return {
    signal: deadline.signal,
    standstill: {
      begin() {
        const pauses = [deadline.pause(), standstill?.begin()];
        return { [Symbol.dispose]: () => pauses.forEach((pause) => pause?.[Symbol.dispose]()) };
      },
    },
    async aside(wait) {
      onAside(true);
      const value = await turn.without(() => moving?.through(wait) ?? wait());
      onAside(false);
      return value;
    },
  };
}

/** A call in which somebody was asked has begun, whatever became of its next request. */
function begun(
  server: string,
  tool: string,
  { sessionLost, error: cause }: CallFailure,
): CallFailure {
  const reason = "it was lost after it had asked";
  const error = serverUnavailable(server, { tool, reason, mayHaveTakenEffect: true, cause });
  return { error, sessionLost, unsent: false };
}

/** Who could only wait in vain is told so now. */
function assertInTime(
  { name, config, gate }: Server,
  tool: string,
  principal: string,
  remainingMs: number,
): void {
  const waitMs = Math.ceil(gate.rateWaitMs(principal));
  if (waitMs <= remainingMs) return;
  throw new CodemodeError(
    "RATE_LIMITED",
    `The call of "${tool}" on "${name}" would wait ${waitMs} ms for its turn: ` +
      `the server takes ${config.maxCallsPerSecond} calls a second`,
    { details: { server: name, tool, retryAfterMs: waitMs, mayHaveTakenEffect: false } },
  );
}

/** The deadline passed or the caller gave up, in whichever stage. */
function interrupted(
  server: Server,
  tool: string,
  stage: Stage,
  limit: { readonly deadline: Deadline; readonly timeoutMs: number },
): Error {
  const { deadline, timeoutMs } = limit;
  const mayHaveTakenEffect = stage === "call";
  const details = { server: server.name, tool, mayHaveTakenEffect };
  if (!deadline.expired) {
    return new CodemodeError("CANCELLED", `The call of "${tool}" was cancelled`, { details });
  }
  if (stage === "connect") return waitedInVain(server, timeoutMs);
  const place = stage === "queue" ? "waited in the queue" : "had no answer";
  const message = `The call of "${tool}" on "${server.name}" ${place} for ${timeoutMs} ms`;
  return new CodemodeError("TOOL_TIMEOUT", message, { details: { ...details, timeoutMs } });
}

/** Who waited for a server that stayed away is told why the answer came so late. */
function waitedInVain({ connection }: Server, timeoutMs: number): Error {
  const { lastError } = connection.snapshot();
  const waited = `the call waited for it until its timeout of ${timeoutMs} ms`;
  return connection.unavailable(lastError === undefined ? waited : `${lastError}; ${waited}`);
}
