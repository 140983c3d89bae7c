/** A span under way, as one place in a trace: what belongs to it hangs below it. */

import {
  type Attributes,
  type Context,
  context,
  propagation,
  ROOT_CONTEXT,
  SpanStatusCode,
  trace,
  type Tracer,
} from "@opentelemetry/api";
import type { TraceContext } from "../base/trace_context.ts";

/** Characters of a name that is told; names come from servers. */
const MAX_NAME = 128;

/** Where a span begins. */
interface Place {
  readonly context: Context;
  readonly tracestate: string | undefined;
}

/** One span. */
export class OpenSpan {
  readonly #tracer: Tracer;
  readonly #span;
  readonly #place: Place;

  private constructor(tracer: Tracer, name: string, parent: Place, attributes: Attributes) {
    this.#tracer = tracer;
    this.#span = tracer.startSpan(name, { attributes: bounded(attributes) }, parent.context);
    this.#place = { ...parent, context: trace.setSpan(parent.context, this.#span) };
  }

  /** Begins one under its caller's span, or a trace of its own. */
  static begin(
    tracer: Tracer,
    name: string,
    attributes: Attributes,
    caller: TraceContext | undefined,
  ): OpenSpan {
    // What is active here is the service's own and not who asked.
    const parent = caller === undefined ? ROOT_CONTEXT : propagation.extract(ROOT_CONTEXT, caller);
    return new OpenSpan(
      tracer,
      name,
      { context: parent, tracestate: caller?.tracestate },
      attributes,
    );
  }

  /** This place as others are told of it. */
  get trace(): TraceContext | undefined {
    const { context, tracestate } = this.#place;
    const carrier: { traceparent?: string; tracestate?: string } = {};
    propagation.inject(context, carrier);
    const { traceparent, ...rest } = carrier;
    if (traceparent === undefined) return undefined;
    return { traceparent, ...(tracestate === undefined ? {} : { tracestate }), ...rest };
  }

  /** Begins a span under this one. */
  child(name: string, attributes: Attributes = {}): OpenSpan {
    return new OpenSpan(this.#tracer, name, this.#place, attributes);
  }

  /** Does something here, so that what the engine sends meanwhile carries this place. */
  within<Result>(task: () => Result): Result {
    return context.with(this.#place.context, task);
  }

  /** Ends it; a code says that it failed. */
  end(attributes: Attributes, failure?: string): void {
    this.#span.setAttributes(bounded(attributes));
    if (failure !== undefined) {
      this.#span.setStatus({ code: SpanStatusCode.ERROR, message: failure.slice(0, MAX_NAME) });
    }
    this.#span.end();
  }
}

// SAFETY: servers and programs choose names; what leaves is short (test/unit/trace: long names).
function bounded(attributes: Attributes): Attributes {
  const pairs = Object.entries(attributes).map(([name, value]) =>
    [name, typeof value === "string" ? value.slice(0, MAX_NAME) : value] as const
  );
  return Object.fromEntries(pairs);
}
