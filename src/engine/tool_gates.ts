/** Opens the gate that the calls of one execution, or one direct call, pass. */

import type { Question } from "../contract/mod.ts";
import type { Policy } from "../policy/mod.ts";
import { NO_APPROVER } from "../policy/mod.ts";
import type { ShapeMemory } from "../shapes/mod.ts";
import type { CallTrace, Telemetry } from "../trace/mod.ts";
import { CallGuard } from "./call_guard.ts";
import type { CallLink } from "./call_records.ts";
import type { CallHooks, CallIdentity } from "./direct_calls.ts";
import type { EngineMetrics } from "./engine_metrics.ts";
import { type EngineParts, NO_AUDIT } from "./engine_parts.ts";
import { observedToolbox } from "./observed_toolbox.ts";
import { recordCall } from "./execution_audit.ts";
import type { Run } from "./run_end.ts";
import { ToolCalls, type ToolCallsOptions } from "./tool_calls.ts";

/** What calls may reach, and how long they may wait for their turns. */
export type CallReach = Pick<
  ToolCallsOptions,
  "toolbox" | "access" | "language" | "grant" | "maxRateWaitMs"
>;

/** Opens gates, all under one policy. */
export class ToolGates {
  readonly #parts: EngineParts;
  readonly #policy: Policy;
  readonly #metrics: EngineMetrics;
  readonly #shapes: ShapeMemory;

  constructor(
    parts: EngineParts,
    { policy, metrics, shapes }: {
      readonly policy: Policy;
      readonly metrics: EngineMetrics;
      readonly shapes: ShapeMemory;
    },
  ) {
    this.#parts = parts;
    this.#policy = policy;
    this.#metrics = metrics;
    this.#shapes = shapes;
  }

  /** The gate for the calls of one program, which tell its watchers and ask its caller. */
  openForProgram(run: Run, reach: CallReach): ToolCalls {
    return this.#open(run, reach, linkOf(run));
  }

  /** The gate for one identity's calls. */
  open(run: CallIdentity, reach: CallReach): ToolCalls {
    const { ask, onProgress, onLog, round } = run;
    const heard = {
      ...(ask === undefined ? {} : { ask }),
      ...(onProgress === undefined ? {} : { onProgress }),
      ...(onLog === undefined ? {} : { onLog }),
      ...(round === undefined ? {} : { round }),
    };
    return this.#open(run, reach, directLink(run, heard, this.#parts.telemetry));
  }

  #open(run: CallIdentity, reach: CallReach, link: CallLink): ToolCalls {
    const { executionId, requestId, caller: { id: principal } } = run;
    const { catalog, clock, audit = NO_AUDIT, approver = NO_APPROVER } = this.#parts;
    const metrics = this.#metrics;
    const policy = this.#policy;
    const { grant } = reach;
    const logger = this.#parts.logger.child({ executionId, requestId });
    return new ToolCalls({
      ...reach,
      toolbox: observedToolbox(reach.toolbox, this.#shapes, principal),
      shapes: this.#shapes,
      link,
      guard: new CallGuard({
        grant,
        policy,
        approver,
        needsApproval: (tool, input, signal) => catalog.needsApproval(tool, input, signal),
        audit,
        logger,
        executionId,
        principal,
      }),
      principal,
      catalog,
      clock,
      logger,
      observer: {
        callStarted: (server) => metrics.callStarted(server),
        callEnded(record) {
          metrics.callEnded(record);
          recordCall(audit, run, record);
        },
      },
    });
  }
}

/** The calls of a program, for its watchers. */
function linkOf({ executionId, watch, canAnswer, trace }: Run): CallLink {
  const { feed, questions, spans, standstill, ended } = watch;
  return {
    started: (server, tool, input) => feed.callStarted(server, tool, input),
    ended: (call, record) => feed.callEnded(call, record),
    hear: (call, signal) => ({
      execution: executionId,
      executionEnded: ended,
      standstill,
      onProgress: (progress) => feed.progress(call, progress),
      ...placeOf(spans?.call(call), trace),
      ...(canAnswer ? { ask: (question: Question) => questions.ask(question, signal) } : {}),
    }),
    within: (call, make) => spans?.call(call)?.within(make) ?? make(),
  };
}

/** A call that no program makes has no watchers; its span is in its caller's trace. */
function directLink(
  { trace }: CallIdentity,
  heard: CallHooks,
  telemetry: Telemetry | undefined,
): CallLink {
  let span: CallTrace | undefined;
  return {
    started(server, tool) {
      span = telemetry?.call(server, tool, trace);
      return 0;
    },
    ended: (_call, record) => span?.end(record),
    hear: () => ({ ...heard, ...placeOf(span, trace) }),
    within: (_call, make) => span?.within(make) ?? make(),
  };
}

/** Where a call belongs as its server is told: in our own span, else where its caller said. */
function placeOf(
  span: CallTrace | undefined,
  caller: CallHooks["trace"],
): Pick<CallHooks, "trace"> {
  const trace = span?.trace ?? caller;
  return trace === undefined ? {} : { trace };
}
