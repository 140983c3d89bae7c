/** The end of an execution: everything known of it, put into the answer's form. */

import { roundMs } from "../base/round_ms.ts";
import type { CheckResult } from "../checker/mod.ts";
import type { CallRecord, ExecutionMetrics, Problem, RuntimeChoice } from "../contract/mod.ts";
import type { RunReport } from "../runtime/mod.ts";
import type { Admitted } from "./admission.ts";
import type { CallHooks } from "./direct_calls.ts";
import { type ExecutionResult, toNote } from "./answer.ts";
import type { ExecutionState } from "./execution.ts";
import type { Watch } from "./executions.ts";
import type { Caller } from "./principal.ts";
import type { ToolCalls } from "./tool_calls.ts";

/** One execution on its way. */
export interface Run extends Pick<CallHooks, "trace"> {
  readonly executionId: string;
  readonly requestId: string;
  readonly caller: Caller;
  readonly admitted: Admitted;
  readonly signal: AbortSignal;
  /** What it tells, and whom it asks. */
  readonly watch: Watch;
  /** Whether somebody can answer what servers ask. */
  readonly canAnswer: boolean;
  /** The runtime it is on, or would be. */
  runtime: RuntimeChoice;
  state: ExecutionState;
}

/** What is known when an execution ends. */
export interface RunEnd {
  readonly report?: RunReport;
  readonly checked?: CheckResult;
  readonly calls?: ToolCalls;
  readonly logs?: string[];
  readonly startupMs?: number;
  readonly problem: Problem | undefined;
}

/** The answer of an execution that has ended. */
export function toResult(run: Run, end: RunEnd): ExecutionResult {
  const { report, checked, problem } = end;
  const completed = report?.outcome.kind === "completed" ? report.outcome : undefined;
  const calls = end.calls?.records() ?? [];
  const answer = {
    success: problem === undefined,
    ...(problem === undefined ? {} : { error: withInFlight(problem, calls) }),
    logs: end.logs ?? [],
    requestId: run.requestId,
    executionId: run.executionId,
    metrics: metricsOf(run.state, end, calls.length),
    runtime: run.runtime,
    diagnostics: [...checked?.diagnostics ?? [], ...(completed?.notes ?? []).map(toNote)],
    calls,
  };
  return completed === undefined ? { answer } : { answer, value: completed.value };
}

function metricsOf(state: ExecutionState, end: RunEnd, apiCalls: number): ExecutionMetrics {
  const { spent } = state;
  const startupTime = end.startupMs ?? 0;
  return {
    executionTime: roundMs(end.report?.usage.wallTimeMs ?? 0),
    waitTime: roundMs(end.report?.usage.waitTimeMs ?? 0),
    cpuTime: roundMs(end.report?.usage.cpuTimeMs ?? 0),
    memoryUsed: end.report?.usage.memoryPeakBytes ?? 0,
    apiCalls,
    queueTime: roundMs(Math.max(0, (spent.admitted ?? 0) + (spent.waiting ?? 0) - startupTime)),
    checkTime: roundMs(spent.checking ?? 0),
    startupTime: roundMs(startupTime),
  };
}

/** Names the calls that were under way when the host ended the run: they may have taken effect. */
function withInFlight(
  problem: Problem,
  calls: readonly CallRecord[],
): Problem {
  const inFlight = calls.filter(({ status }) => status === "in_flight")
    .map(({ server, tool }) => `${server}.${tool}`);
  if (inFlight.length === 0) return problem;
  return { ...problem, details: { ...problem.details, mayHaveTakenEffect: inFlight } };
}
