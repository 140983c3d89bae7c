/**
 * What happens to a program or a call, told to the client that asked to be told: each event as one
 * notice of progress, in words for a person and whole for a program, and logs also as the protocol's.
 */

import type { LoggingLevel, ServerContext } from "@modelcontextprotocol/server";
import type { ExecutionEvent } from "../contract/mod.ts";

/** Tells of one event; never rejects, because nobody may be there any more. */
export type Teller = (event: ExecutionEvent) => Promise<void>;

/** Where a notice of progress has the event that it is about. */
export const EVENT_META_KEY = "codemode/event";

/** Characters of a message. */
const MAX_MESSAGE = 500;
/** Characters of an event as JSON; of a bigger one only its head is told. A result follows anyway. */
const MAX_EVENT = 64 * 1024;

/** Levels of programs in the words of the protocol. */
const LEVELS: Readonly<Record<string, LoggingLevel>> = Object.freeze({
  debug: "debug",
  log: "info",
  info: "info",
  warn: "warning",
  error: "error",
});

/** Tells the client of a request, as far as it wants to hear. */
export function createTeller(
  ctx: ServerContext,
  mayLog: (level: LoggingLevel) => boolean,
): Teller {
  const progressToken = ctx.mcpReq._meta?.progressToken;
  return async (event) => {
    if (isEndOfCall(event)) return;
    try {
      const level = event.type === "log" ? LEVELS[event.payload.level] ?? "info" : undefined;
      const isLogged = level !== undefined && mayLog(level);
      if (isLogged) await ctx.mcpReq.log(level, textOf(event), "program");
      if (progressToken === undefined) return;
      const message = isLogged ? undefined : textOf(event).slice(0, MAX_MESSAGE);
      await ctx.mcpReq.notify({
        method: "notifications/progress",
        params: {
          progressToken,
          // Grows over all requests of a conversation, as the protocol wants it.
          progress: event.id,
          ...(message === undefined ? {} : { message }),
          _meta: { [EVENT_META_KEY]: bounded(event) },
        },
      });
    } catch {
      // Whoever has gone away is not told; the request's own signal ends what must end.
    }
  };
}

/** What ends the events of a call without a program, for want of a result among them. */
function isEndOfCall({ type, payload }: ExecutionEvent): boolean {
  return type === "answer" && payload.question === "";
}

function bounded(event: ExecutionEvent): object {
  if (JSON.stringify(event).length <= MAX_EVENT) return event;
  const { payload: _, ...head } = event;
  return head;
}

/** What became of a question, by the action of its answer. */
const ANSWERED = Object.freeze({
  accept: "was answered",
  decline: "was declined",
  cancel: "was cancelled",
});

function textOf({ type, payload }: ExecutionEvent): string {
  switch (type) {
    case "phase":
      return phaseMessage(payload);
    case "log":
      return payload.message;
    case "call":
      return callMessage(payload);
    case "progress":
      return progressMessage(payload);
    case "question":
      return `${payload.server}.${payload.tool} asks: ${payload.message}`;
    case "answer":
      return `question ${payload.question} ${ANSWERED[payload.action]}`;
    case "result":
      return payload.success ? "completed" : `failed: ${payload.error?.code ?? "no result"}`;
    case "error":
      return `failed: ${payload.code}`;
  }
}

function progressMessage(
  { progress, total, message }: Extract<ExecutionEvent, { type: "progress" }>["payload"],
): string {
  const amount = total === undefined ? `${progress}` : `${progress} of ${total}`;
  return message === undefined ? amount : `${message} (${amount})`;
}

function phaseMessage(
  { phase, position, runtime, continuation }: Extract<ExecutionEvent, { type: "phase" }>["payload"],
): string {
  if (phase === "queued") return `queued, ${position ?? 0} before it`;
  if (phase === "waiting") {
    return `waiting for a sandbox${position ? `, ${position} before it` : ""}`;
  }
  if (phase === "continued") return `continued on ${continuation?.to ?? "another engine"}`;
  return runtime === undefined ? phase : `${phase} on ${runtime}`;
}

function callMessage(
  { server, tool, status, duration }: Extract<ExecutionEvent, { type: "call" }>["payload"],
): string {
  const name = `${server}.${tool}`;
  if (status === "started") return name;
  return `${name}: ${status}${duration === undefined ? "" : `, ${Math.round(duration)} ms`}`;
}
