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
import type { WaitingState } from "./door.ts";
import { capabilitiesOf, type Talk } from "./talk.ts";

/** What goes along with a request that is handed on: whom it is for, and where answers are heard. */
export function relayHooks(talk: Talk): CallHooks {
  const { ctx, mayLog } = talk;
  const progressToken = ctx.mcpReq._meta?.progressToken;
  const state = ctx.mcpReq.requestState<WaitingState>()?.relayed;
  const { inputResponses } = ctx.mcpReq;
  return {
    ...traceOf(talk),
    round: {
      capabilities: relayedCapabilities(talk),
      ...(inputResponses === undefined ? {} : { inputResponses }),
      ...(state === undefined ? {} : { requestState: state }),
    },
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

/** A server's answer as ours; the state it wants back goes along under our signature. */
export async function toRelayed(
  talk: Talk,
  answer: Readonly<Record<string, unknown>>,
): Promise<Result | InputRequiredResult> {
  if (!isInputRequiredResult(answer)) {
    const { resultType: _theirs, ...rest } = answer;
    return rest;
  }
  const { inputRequests, requestState: relayed } = answer;
  return {
    resultType: "input_required",
    ...(inputRequests === undefined ? {} : { inputRequests }),
    ...(relayed === undefined
      ? {}
      : { requestState: await talk.door.states.mint({ relayed }, talk.ctx) }),
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
