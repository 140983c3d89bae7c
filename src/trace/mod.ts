/** The door of telemetry: executions and calls as spans and measurements, where somebody collects them. */

export { CallTrace } from "./call_trace.ts";
export { type ExecutionAbout, ExecutionTrace, type TracedEvent } from "./execution_trace.ts";
export { openTelemetry, Telemetry, type TelemetryOptions } from "./telemetry.ts";
