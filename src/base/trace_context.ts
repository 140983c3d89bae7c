/** Where a request belongs in a distributed trace, in the words of W3C Trace Context. */

/** A place in a trace. */
export interface TraceContext {
  readonly traceparent: string;
  readonly tracestate?: string;
}

const TRACEPARENT = /^[\da-f]{2}-[\da-f]{32}-[\da-f]{16}-[\da-f]{2}$/;
const MAX_TRACESTATE = 512;

/** What a sender says of itself; undefined when that is not a place in a trace. */
export function readTraceContext(
  traceparent: unknown,
  tracestate: unknown,
): TraceContext | undefined {
  if (typeof traceparent !== "string" || !TRACEPARENT.test(traceparent)) return undefined;
  const isKept = typeof tracestate === "string" && tracestate !== "" &&
    tracestate.length <= MAX_TRACESTATE;
  return { traceparent, ...(isKept ? { tracestate } : {}) };
}
