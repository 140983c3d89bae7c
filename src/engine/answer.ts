/** From what happened to what the caller reads: logs, errors in submitted coordinates, metrics. */

import { CodemodeError } from "../base/errors.ts";
import { type EmittedCode, mapStack } from "../checker/mod.ts";
import {
  type Diagnostic,
  type ExecuteAnswer,
  type ExecutionMetrics,
  type Problem,
  toProblem,
} from "../contract/mod.ts";
import { failedCallOf, failedCallText } from "./failed_call.ts";
import { errorText } from "../protocol/error_text.ts";
import type { LogFrame, WireError, WireValue } from "../protocol/frames.ts";
import { decodeValue, encodeValue, toPlainJson } from "../protocol/values.ts";
import type { Outcome, RunReport } from "../runtime/mod.ts";

/** An answer whose result is still as the sandbox sent it, so that each door can choose its form. */
export interface ExecutionResult {
  readonly answer: ExecuteAnswer;
  /** The returned value; absent when the program did not complete. */
  readonly value?: WireValue;
  /** Diagnostics of its JSON form, where they are made to fit. @default those of `answer`, and notes */
  readonly plainDiagnostics?: readonly Diagnostic[];
}

/** Metrics of an execution that never reached a sandbox. */
export const NO_METRICS: ExecutionMetrics = Object.freeze({
  executionTime: 0,
  waitTime: 0,
  cpuTime: 0,
  memoryUsed: 0,
  apiCalls: 0,
  queueTime: 0,
  checkTime: 0,
  startupTime: 0,
});

/** The answer with its result as JSON; what JSON cannot hold is named in `diagnostics`. */
export function toPlainAnswer(
  { answer, value, plainDiagnostics }: ExecutionResult,
): ExecuteAnswer {
  if (value === undefined) return answer;
  const { json, notes } = toPlainJson(value);
  const diagnostics = plainDiagnostics ?? [...answer.diagnostics, ...notes.map(toNote)];
  return { ...withResult(answer, json), diagnostics: [...diagnostics] };
}

/** The answer with its result tagged, for a client that restores it with `decodeValue`. */
export function toTaggedAnswer({ answer, value }: ExecutionResult): ExecuteAnswer {
  return value === undefined ? answer : withResult(answer, value);
}

/** What a client restored, as it was before. */
export function fromDecodedAnswer(answer: ExecuteAnswer): ExecutionResult {
  if (!("result" in answer)) return { answer };
  const { result, ...rest } = answer;
  return { answer: rest, value: encodeValue(result).wire };
}

/** The answer with its result as the program returned it. */
export function toDecodedAnswer({ answer, value }: ExecutionResult): ExecuteAnswer {
  return value === undefined ? answer : withResult(answer, decodeValue(value));
}

/** The answer with its result where a reader looks first. */
function withResult({ success, ...rest }: ExecuteAnswer, result: unknown): ExecuteAnswer {
  return result === undefined ? { success, ...rest } : { success, result, ...rest };
}

/** A remark about the result as a whole. */
export function toNote(message: string): Diagnostic {
  return {
    line: 0,
    column: 0,
    endLine: 0,
    endColumn: 0,
    code: "RESULT_NOTE",
    severity: "info",
    message,
    snippet: "",
  };
}

/** One line of `logs`: the text, with its level in front where that says something. */
export function toLogLine({ level, text }: Pick<LogFrame, "level" | "text">): string {
  return level === "log" || level === "info" ? text : `[${level}] ${text}`;
}

/** The `error` of a run that did not complete; undefined when it did. */
export function toRunProblem(
  report: RunReport,
  emitted: EmittedCode,
  requestId: string,
  now: number,
): Problem | undefined {
  const { outcome } = report;
  if (outcome.kind === "completed") return undefined;
  if (outcome.kind === "stopped") return toProblem(outcome.error, requestId, now);
  if (outcome.kind === "yielded") return toProblem(notContinued(outcome), requestId, now);
  const stack = outcome.error.stack === undefined
    ? undefined
    : mapStack(outcome.error.stack, emitted);
  const message = failedCallText(failedCallOf(outcome.error), errorText(outcome.error));
  const error = new CodemodeError("EXECUTION_FAILED", message, {
    details: failureDetails(outcome.error, stack),
  });
  return toProblem(error, requestId, now, stack);
}

/** A program that was given up, and that no other sandbox continued. */
function notContinued({ reason, what }: Extract<Outcome, { kind: "yielded" }>): CodemodeError {
  const message = `The program was given up and could not be continued: ${what}`;
  return new CodemodeError("SANDBOX_CRASHED", message, { details: { reason } });
}

function failureDetails(error: WireError, stack: string | undefined): Record<string, unknown> {
  return {
    name: error.name,
    message: error.message,
    ...failedCallOf(error),
    ...(error.place ?? placeOf(stack ?? "")),
    ...(error.value === undefined ? {} : { value: plain(error.value) }),
    ...(error.properties === undefined ? {} : { properties: plain(error.properties) }),
    ...(error.cause === undefined ? {} : { cause: failureDetails(error.cause, undefined) }),
  };
}

/** Where it failed: the first place in a stack; the last one where a stack is written as Python does. */
function placeOf(stack: string): { readonly line?: number; readonly column?: number } {
  const python = [...stack.matchAll(/^ +File "guest\.py", line (\d+)/gm)].at(-1);
  const place = python ?? /guest\.(?:ts|js|py|sh):(\d+)(?::(\d+))?/.exec(stack);
  if (place === null) return {};
  const line = Number(place[1]);
  return place[2] === undefined ? { line } : { line, column: Number(place[2]) };
}

function plain(value: WireValue): unknown {
  return toPlainJson(value).json;
}
