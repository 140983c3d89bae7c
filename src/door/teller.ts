/** What happens to a program, told to the client that asked to be told: progress, and logs. */

import type { LoggingLevel, ServerContext } from "@modelcontextprotocol/server";
import type { ExecutionEvent } from "../contract/mod.ts";

/** Tells of one event; never rejects, because nobody may be there any more. */
export type Teller = (event: ExecutionEvent) => Promise<void>;

/** Characters of a message. */
const MAX_MESSAGE = 500;

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
  let told = 0;
  return async (event) => {
    try {
      if (event.type === "log") {
        const level = LEVELS[event.payload.level] ?? "info";
        if (mayLog(level)) await ctx.mcpReq.log(level, event.payload.message, "program");
      } else if (progressToken !== undefined) {
        const message = messageOf(event)?.slice(0, MAX_MESSAGE);
        if (message === undefined) return;
        const params = { progressToken, progress: told += 1, message };
        await ctx.mcpReq.notify({ method: "notifications/progress", params });
      }
    } catch {
      // Whoever has gone away is not told; the request's own signal ends what must end.
    }
  };
}

function messageOf(event: ExecutionEvent): string | undefined {
  if (event.type === "phase") return phaseMessage(event.payload);
  if (event.type === "call") return callMessage(event.payload);
  if (event.type !== "progress") return undefined;
  const { progress, total, message } = event.payload;
  const amount = total === undefined ? `${progress}` : `${progress} of ${total}`;
  return message === undefined ? amount : `${message} (${amount})`;
}

function phaseMessage(
  { phase, position, runtime, continuation }: Extract<ExecutionEvent, { type: "phase" }>["payload"],
): string {
  if (phase === "queued") return `queued, ${position ?? 0} before it`;
  if (phase === "waiting") return "waiting for a sandbox";
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
