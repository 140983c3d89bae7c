/**
 * Spans and measurements for whoever collects them: the engine itself where `OTEL_DENO` is set, or an SDK
 * that the embedding program has registered. Where there is neither, there is no telemetry at all.
 */

import {
  createNoopMeter,
  type Meter,
  metrics,
  ProxyTracerProvider,
  trace,
  type Tracer,
} from "@opentelemetry/api";
import type { Clock } from "../base/clock.ts";
import type { TraceContext } from "../base/trace_context.ts";
import { CallTrace } from "./call_trace.ts";
import { type ExecutionAbout, ExecutionTrace } from "./execution_trace.ts";
import { Instruments } from "./instruments.ts";
import { OpenSpan } from "./open_span.ts";

/** The name under which everything is told. */
const SCOPE = "codemode";

/** Options of {@link openTelemetry}. */
export interface TelemetryOptions {
  readonly version: string;
  readonly clock: Clock;
}

/** Telemetry, where somebody collects spans or measurements. */
export function openTelemetry({ version, clock }: TelemetryOptions): Telemetry | undefined {
  const provider = trace.getTracerProvider();
  const isTraced = !(provider instanceof ProxyTracerProvider) ||
    provider.getDelegateTracer(SCOPE, version) !== undefined;
  const meter = metrics.getMeter(SCOPE, version);
  // There is one meter that measures nothing, and it is what everybody has whom nobody collects.
  if (!isTraced && meter === createNoopMeter()) return undefined;
  return new Telemetry(trace.getTracer(SCOPE, version), meter, clock);
}

/** Tells executions and calls. */
export class Telemetry {
  readonly #tracer: Tracer;
  readonly #instruments: Instruments;

  constructor(tracer: Tracer, meter: Meter, clock: Clock) {
    this.#tracer = tracer;
    this.#instruments = new Instruments(meter, clock);
  }

  /** An execution begins, in its caller's trace or one of its own. */
  execution(about: ExecutionAbout, caller?: TraceContext): ExecutionTrace {
    const { executionId, language } = about;
    const named = { "codemode.execution_id": executionId, "codemode.language": language };
    const root = OpenSpan.begin(this.#tracer, "execute", named, caller);
    return new ExecutionTrace(root, about, this.#instruments);
  }

  /** A call begins that no program makes. */
  call(server: string, tool: string, caller?: TraceContext): CallTrace {
    const named = { "codemode.server": server, "codemode.tool": tool };
    const span = OpenSpan.begin(this.#tracer, "call", named, caller);
    return new CallTrace(span, (end) => this.#instruments.callEnded(end));
  }
}
