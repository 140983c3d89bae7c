/** Requests that are handed on to a server which is shown as it is, and its answers handed back. */

import {
  type InputRequiredResult,
  isInputRequiredResult,
  type LoggingLevel,
  ProtocolError,
  type Result,
  TRACEPARENT_META_KEY,
  TRACESTATE_META_KEY,
} from "@modelcontextprotocol/server";
import { CodemodeError } from "../base/errors.ts";
import { readTraceContext } from "../base/trace_context.ts";
import type { CallHooks } from "../engine/mod.ts";
import type { McpCallOptions, RelayedRound } from "../mcp/mod.ts";
import type { WaitingState } from "./door.ts";
import { shownServers } from "./shown_servers.ts";
import { capabilitiesOf, type Talk } from "./talk.ts";

/** What goes along with a request that is handed on: whom it is for, and where answers are heard. */
export function relayHooks(talk: Talk): CallHooks {
  const { ctx, mayLog } = talk;
  const progressToken = ctx.mcpReq._meta?.progressToken;
  return {
    ...traceOf(talk),
    ...(progressToken === undefined ? {} : {
      onProgress: (progress) =>
        unheard(ctx.mcpReq.notify({
          method: "notifications/progress",
          params: { progressToken, ...progress },
        })),
    }),
    onLog({ level, data, logger }) {
      if (mayLog(level as LoggingLevel)) {
        unheard(ctx.mcpReq.log(level as LoggingLevel, data, logger));
      }
    },
  };
}

/** The same with the request's own signal and principal. */
export function relayOptions(talk: Talk): McpCallOptions {
  const { ctx, visit } = talk;
  return { ...relayHooks(talk), signal: ctx.mcpReq.signal, principal: visit.caller.id };
}

/**
 * The round of one server: what its client can be asked and, to the server that has asked, what the
 * client answers. Answers that came without a state are for a server that the request cannot but mean,
 * by `isMeant`. Only for methods in which a server may ask: the library checks the state of no other.
 */
export function roundOf(talk: Talk, server: string, isMeant = isOnlyOne(talk)): RelayedRound {
  const capabilities = relayedCapabilities(talk);
  const asked = askedBy(talk);
  // SAFETY: answers and states are for the server that asked, and are offered to no other
  // (test/unit/door: relay).
  const isTheirs = asked === undefined ? isMeant : asked.server === server;
  if (!isTheirs) return { capabilities };
  const { inputResponses } = talk.ctx.mcpReq;
  return {
    capabilities,
    ...(inputResponses === undefined ? {} : { inputResponses }),
    ...(asked?.state === undefined ? {} : { requestState: asked.state }),
  };
}

function isOnlyOne({ door: { parts }, visit }: Talk): boolean {
  return shownServers(parts, visit).length === 1;
}

/** Whose questions this request answers. */
export function askedBy({ ctx }: Pick<Talk, "ctx">): WaitingState["relayed"] {
  return ctx.mcpReq.requestState<WaitingState>()?.relayed;
}

/** What the client can be asked; extensions, such as tasks, are between it and us. */
function relayedCapabilities(talk: Talk): Readonly<Record<string, unknown>> {
  const { extensions: _ours, ...capabilities } = capabilitiesOf(talk);
  return capabilities;
}

/** Where a request belongs in a distributed trace, as it says itself, or else as its HTTP request does. */
export function traceOf({ ctx }: Pick<Talk, "ctx">): Pick<CallHooks, "trace"> {
  const meta: Readonly<Record<string, unknown>> = ctx.mcpReq._meta ?? {};
  const headers = ctx.http?.req?.headers;
  const trace = readTraceContext(meta[TRACEPARENT_META_KEY], meta[TRACESTATE_META_KEY]) ??
    readTraceContext(headers?.get("traceparent"), headers?.get("tracestate"));
  return trace === undefined ? {} : { trace };
}

/**
 * A server's answer as ours. What it asks goes along with a state under our signature, also when it has
 * none of its own: it says to whom the answers belong.
 */
export async function toRelayed(
  { door, ctx }: Talk,
  server: string,
  answer: Readonly<Record<string, unknown>>,
): Promise<Result | InputRequiredResult> {
  if (!isInputRequiredResult(answer)) {
    const { resultType: _theirs, ...rest } = answer;
    return rest;
  }
  const { inputRequests, requestState: state } = answer;
  const relayed = { server, ...(state === undefined ? {} : { state }) };
  return {
    resultType: "input_required",
    ...(inputRequests === undefined ? {} : { inputRequests }),
    requestState: await door.states.mint({ relayed }, ctx),
  };
}

/** What a server refused, in its own words and with its own number. */
export function asProtocolError(thrown: unknown): unknown {
  if (!(thrown instanceof CodemodeError)) return thrown;
  const { errorCode } = thrown.details;
  if (typeof errorCode !== "number") return thrown;
  const data = (Object(thrown.cause) as { readonly data?: unknown }).data;
  return new ProtocolError(errorCode, thrown.message, data);
}

/** Whoever has gone away hears nothing. */
function unheard(told: Promise<void>): void {
  told.catch(() => {});
}
