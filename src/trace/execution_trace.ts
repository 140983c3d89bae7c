/**
 * One execution as a tree of spans, made from the events that every door reads: one span for the whole,
 * below it one for each phase, and below those the calls.
 */

import type { Attributes } from "@opentelemetry/api";
import type { ExecuteAnswer, ExecutionEvent, Language } from "../contract/mod.ts";
import { CallTrace } from "./call_trace.ts";
import type { Instruments } from "./instruments.ts";
import type { OpenSpan } from "./open_span.ts";

/** What is known of an execution when it begins. */
export interface ExecutionAbout {
  readonly executionId: string;
  readonly language: Language;
}

type BodyOf<Type extends ExecutionEvent["type"]> = Pick<
  Extract<ExecutionEvent, { type: Type }>,
  "type" | "payload"
>;

type Phase = BodyOf<"phase">["payload"];
type Call = BodyOf<"call">["payload"];

/** What happens to an execution, as the engine keeps it. */
export type TracedEvent =
  | BodyOf<"phase">
  | BodyOf<"call">
  | BodyOf<"error">
  | { readonly type: "result"; readonly result: { readonly answer: ExecuteAnswer } }
  | BodyOf<"log">
  | BodyOf<"progress">
  | BodyOf<"question">
  | BodyOf<"answer">;

const SPAN_OF: Readonly<Record<Phase["phase"], string>> = Object.freeze({
  queued: "queue",
  checking: "check",
  waiting: "start",
  running: "run",
  continued: "run",
});

/** The spans of one execution. */
export class ExecutionTrace {
  readonly #root: OpenSpan;
  readonly #about: ExecutionAbout;
  readonly #instruments: Instruments;
  readonly #startedAt: number;
  readonly #calls = new Map<number, CallTrace>();
  #phase: Phase["phase"] | undefined;
  #span: OpenSpan | undefined;

  constructor(root: OpenSpan, about: ExecutionAbout, instruments: Instruments) {
    this.#root = root;
    this.#about = about;
    this.#instruments = instruments;
    this.#startedAt = instruments.now();
  }

  /** A call under way, by the number of its events. */
  call(call: number): CallTrace | undefined {
    return this.#calls.get(call);
  }

  /** Told of everything that happens, when it happens. */
  hear(event: TracedEvent): void {
    if (event.type === "phase") return this.#enter(event.payload);
    if (event.type === "call") return this.#hearCall(event.payload);
    if (event.type === "result") return this.#answered(event.result.answer);
    if (event.type === "error") return this.#end({}, event.payload.code);
  }

  #enter({ phase, runtime, continuation }: Phase): void {
    // Another place in the same queue.
    if (phase === this.#phase && phase !== "continued") return;
    this.#phase = phase;
    this.#span?.end({});
    const engine = continuation?.to ?? runtime;
    this.#span = this.#root.child(SPAN_OF[phase], {
      ...(engine === undefined ? {} : { "codemode.engine": engine }),
      ...(continuation === undefined ? {} : {
        "codemode.continued.from": continuation.from,
        "codemode.continued.reason": continuation.reason,
      }),
    });
  }

  #hearCall({ call, server, tool, status, duration = 0, error }: Call): void {
    if (status === "started") {
      const named = { "codemode.server": server, "codemode.tool": tool };
      const span = (this.#span ?? this.#root).child("call", named);
      this.#calls.set(call, new CallTrace(span, (end) => this.#instruments.callEnded(end)));
      return;
    }
    const code = error === undefined ? {} : { error };
    this.#calls.get(call)?.end({ server, status, duration, ...code });
    this.#calls.delete(call);
  }

  #answered({ runtime, metrics, calls, error, logs }: ExecuteAnswer): void {
    const told = {
      "codemode.runtime": runtime.name,
      "codemode.calls": calls.length,
      "codemode.logs": logs.length,
      "codemode.cpu_time_ms": metrics.cpuTime,
      "codemode.wait_time_ms": metrics.waitTime,
      "codemode.memory_bytes": metrics.memoryUsed,
    };
    const queueMs = metrics.queueTime;
    this.#end(told, error?.code, { runtime: runtime.name, queueMs });
  }

  #end(
    told: Attributes,
    failure: string | undefined,
    measured: { readonly runtime?: string; readonly queueMs?: number } = {},
  ): void {
    const outcome = failure ?? "OK";
    this.#span?.end({}, failure);
    this.#root.end({ ...told, "codemode.outcome": outcome }, failure);
    const { language } = this.#about;
    const durationMs = this.#instruments.now() - this.#startedAt;
    this.#instruments.executionEnded({ language, outcome, durationMs, ...measured });
  }
}
