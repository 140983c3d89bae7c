/** Spans of executions, made from events, before a tracer that writes down what it is told. */

import assert from "node:assert/strict";
import {
  type Attributes,
  type Context,
  createNoopMeter,
  type Histogram,
  INVALID_SPAN_CONTEXT,
  type Meter,
  type Span,
  trace,
  type Tracer,
} from "@opentelemetry/api";
import { CodemodeError } from "../../../src/base/errors.ts";
import { toProblem } from "../../../src/contract/mod.ts";
import { openTelemetry, Telemetry, type TracedEvent } from "../../../src/trace/mod.ts";
import { FakeClock } from "../../harness/fake_clock.ts";
import { completed } from "../http/scripted_app.ts";

/** A span as it was told, with the name of the one above it. */
interface Line {
  readonly name: string;
  readonly above: string;
  readonly attributes: Attributes;
  failure?: string;
  ended: number;
}

class Recorder implements Pick<Tracer, "startSpan"> {
  readonly lines: Line[] = [];
  readonly #names = new Map<Span, string>();

  startSpan(name: string, { attributes = {} }: { attributes?: Attributes }, at: Context): Span {
    const parent = trace.getSpan(at);
    const above = parent === undefined ? "" : this.#names.get(parent) ?? "";
    const line: Line = { name, above, attributes: { ...attributes }, ended: 0 };
    this.lines.push(line);
    // A span is more than this room uses of it.
    const span = {
      setAttributes: (more: Attributes) => Object.assign(line.attributes, more),
      setStatus: ({ message = "" }) => line.failure = message,
      end: () => line.ended += 1,
      spanContext: () => INVALID_SPAN_CONTEXT,
    } as unknown as Span;
    this.#names.set(span, name);
    return span;
  }
}

/** A telemetry, and everything it tells. */
function recorded() {
  const recorder = new Recorder();
  const measured: unknown[] = [];
  const histogram = (name: string) => ({
    record: (value: number, attributes: Attributes = {}) =>
      void measured.push([name, value, ...Object.values(attributes)]),
  } as Histogram);
  const clock = new FakeClock();
  const meter: Meter = Object.assign(Object.create(createNoopMeter()), {
    createHistogram: histogram,
  });
  // Only `startSpan` is used.
  const tracer = recorder as unknown as Tracer;
  const telemetry = new Telemetry(tracer, meter, clock);
  return { telemetry, tracer, clock, measured, lines: recorder.lines };
}

const ABOUT = { executionId: "exec_1", language: "javascript" } as const;
const NAMED = { "codemode.execution_id": "exec_1", "codemode.language": "javascript" };

function phase(payload: Extract<TracedEvent, { type: "phase" }>["payload"]): TracedEvent {
  return { type: "phase", payload };
}

Deno.test("trace: a program that is continued has a second span of running, and its place in the queue none", () => {
  const { telemetry, clock, lines, measured } = recorded();
  const spans = telemetry.execution(ABOUT);
  const move = {
    from: "quickjs",
    to: "deno",
    reason: "lacks",
    what: "a value of the program",
    after: 3,
    calls: 1,
  } as const;
  spans.hear(phase({ phase: "queued", position: 2 }));
  spans.hear(phase({ phase: "queued", position: 1 }));
  spans.hear(phase({ phase: "checking" }));
  spans.hear(phase({ phase: "waiting" }));
  spans.hear(phase({ phase: "running", runtime: "quickjs" }));
  spans.hear(phase({ phase: "continued", continuation: move }));
  clock.advance(1500);
  const result = completed(42);
  spans.hear({ type: "result", result });
  const { runtime, metrics } = result.answer;
  assert.deepEqual(lines, [
    {
      ...{ name: "execute", above: "", ended: 1 },
      attributes: {
        ...NAMED,
        "codemode.runtime": runtime.name,
        "codemode.calls": 0,
        "codemode.logs": result.answer.logs.length,
        "codemode.cpu_time_ms": metrics.cpuTime,
        "codemode.wait_time_ms": metrics.waitTime,
        "codemode.memory_bytes": metrics.memoryUsed,
        "codemode.outcome": "OK",
      },
    },
    { name: "queue", above: "execute", attributes: {}, ended: 1 },
    { name: "check", above: "execute", attributes: {}, ended: 1 },
    { name: "start", above: "execute", attributes: {}, ended: 1 },
    { name: "run", above: "execute", attributes: { "codemode.engine": "quickjs" }, ended: 1 },
    {
      ...{ name: "run", above: "execute", ended: 1 },
      attributes: {
        "codemode.engine": "deno",
        "codemode.continued.from": "quickjs",
        "codemode.continued.reason": "lacks",
      },
    },
  ]);
  assert.deepEqual(measured, [
    ["codemode.execution.duration", 1.5, "javascript", "OK", runtime.name],
    ["codemode.queue.duration", metrics.queueTime / 1000, "javascript", "OK", runtime.name],
  ]);
});

Deno.test("trace: calls hang below what runs, failed ones with their code and without their values", () => {
  const { telemetry, lines, measured } = recorded();
  const spans = telemetry.execution(ABOUT);
  spans.hear(phase({ phase: "running", runtime: "quickjs" }));
  const call = { call: 1, server: "memory", tool: "read" };
  spans.hear({ type: "call", payload: { ...call, status: "started", arguments: '{"key":"x"}' } });
  assert.equal(spans.call(1)?.within(() => "made"), "made");
  spans.hear({ type: "log", payload: { level: "info", message: "x" } });
  const end = { ...call, status: "error", duration: 20, error: "MCP_TOOL_ERROR" } as const;
  spans.hear({ type: "call", payload: end });
  assert.equal(spans.call(1), undefined);
  spans.hear({ type: "call", payload: end });
  assert.deepEqual(lines.slice(2), [{
    ...{ name: "call", above: "run", ended: 1, failure: "MCP_TOOL_ERROR" },
    attributes: {
      "codemode.server": "memory",
      "codemode.tool": "read",
      "codemode.status": "error",
      "codemode.error": "MCP_TOOL_ERROR",
    },
  }]);
  assert.deepEqual(measured, [["codemode.call.duration", 0.02, "memory", "error"]]);
});

Deno.test("trace: an execution that never ran ends with its code, in the phase it was in", () => {
  const { telemetry, clock, lines, measured } = recorded();
  const spans = telemetry.execution(ABOUT);
  spans.hear(phase({ phase: "queued", position: 7 }));
  clock.advance(30_000);
  const problem = toProblem(new CodemodeError("QUEUE_FULL", "secret"), "req_1", 0);
  spans.hear({ type: "error", payload: problem });
  assert.deepEqual(lines, [
    {
      ...{ name: "execute", above: "", ended: 1, failure: "QUEUE_FULL" },
      attributes: { ...NAMED, "codemode.outcome": "QUEUE_FULL" },
    },
    { name: "queue", above: "execute", attributes: {}, ended: 1, failure: "QUEUE_FULL" },
  ]);
  assert.deepEqual(measured, [["codemode.execution.duration", 30, "javascript", "QUEUE_FULL"]]);
});

Deno.test("trace: long names of servers and tools are cut", () => {
  const { telemetry, lines } = recorded();
  const call = telemetry.call("s".repeat(5000), "t".repeat(5000));
  const code = "E".repeat(5000);
  call.end({ server: "s", status: "error", duration: 1, error: code });
  assert.deepEqual(lines, [{
    ...{ name: "call", above: "", ended: 1, failure: code.slice(0, 128) },
    attributes: {
      "codemode.server": "s".repeat(128),
      "codemode.tool": "t".repeat(128),
      "codemode.status": "error",
      "codemode.error": code.slice(0, 128),
    },
  }]);
});

Deno.test("trace: where nobody collects there is no telemetry", () => {
  assert.equal(openTelemetry({ version: "1", clock: new FakeClock() }), undefined);
});

Deno.test("trace: where an SDK is registered there is", () => {
  const { lines, tracer } = recorded();
  trace.setGlobalTracerProvider({ getTracer: () => tracer });
  try {
    openTelemetry({ version: "1", clock: new FakeClock() })?.execution(ABOUT);
    assert.deepEqual(lines, [{ name: "execute", above: "", attributes: NAMED, ended: 0 }]);
  } finally {
    trace.disable();
  }
});
