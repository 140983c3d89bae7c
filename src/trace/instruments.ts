/** The histograms of executions and calls. Their attributes are few and none is a caller's to choose. */

import type { Meter } from "@opentelemetry/api";
import type { Clock } from "../base/clock.ts";
import type { CallEnd } from "./call_trace.ts";

/** How an execution ended. */
export interface ExecutionEnd {
  readonly language: string;
  readonly outcome: string;
  readonly durationMs: number;
  /** Absent when it was never chosen. */
  readonly runtime?: string;
  readonly queueMs?: number;
}

/** What is measured. */
export class Instruments {
  readonly #clock: Clock;
  readonly #executions;
  readonly #queue;
  readonly #calls;

  constructor(meter: Meter, clock: Clock) {
    this.#clock = clock;
    this.#executions = meter.createHistogram("codemode.execution.duration", {
      unit: "s",
      description: "Time from where an execution is let in to its end",
    });
    this.#queue = meter.createHistogram("codemode.queue.duration", {
      unit: "s",
      description: "Time an execution waits for its turn and for a sandbox",
    });
    this.#calls = meter.createHistogram("codemode.call.duration", {
      unit: "s",
      description: "Time of a call, from where it is made to its end",
    });
  }

  /** Milliseconds that only grow. */
  now(): number {
    return this.#clock.monotonic();
  }

  executionEnded({ language, outcome, durationMs, runtime, queueMs }: ExecutionEnd): void {
    const labels = {
      "codemode.language": language,
      "codemode.outcome": outcome,
      ...(runtime === undefined ? {} : { "codemode.runtime": runtime }),
    };
    this.#executions.record(durationMs / 1000, labels);
    if (queueMs !== undefined) this.#queue.record(queueMs / 1000, labels);
  }

  callEnded({ server, status, duration }: CallEnd): void {
    this.#calls.record(duration / 1000, { "codemode.server": server, "codemode.status": status });
  }
}
