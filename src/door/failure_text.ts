/** What went wrong, written for the agent that is to mend it: the place, the caret, the way out. */

import type { CodemodeError } from "../base/errors.ts";
import type { CallRecord, Diagnostic, ExecuteAnswer, Problem } from "../contract/mod.ts";

/** Lines of logs that are told with a failure; the last ones say most. */
const LAST_LOGS = 20;

/** A program that did not complete. */
export function failureText(answer: ExecuteAnswer, error: Problem): string {
  const parts = [
    `${error.code}: ${error.message}`,
    ...answer.diagnostics.filter(({ line }) => line > 0).map(diagnosticText),
    error.stack,
    effectsText(answer.calls),
    logsText(answer.logs),
    handleText(answer),
  ];
  return parts.filter((part) => part !== undefined && part !== "").join("\n\n");
}

/** What kept a request from running. */
export function refusalText({ code, message, meaning, details }: CodemodeError): string {
  const { retryAfterMs, mayHaveTakenEffect, server, tool } = details;
  const isOfCall = typeof server === "string" && typeof tool === "string";
  return [
    `${code}${isOfCall ? ` of ${server}.${tool}` : ""}: ${message}`,
    ...(mayHaveTakenEffect === true ? ["The call may have taken effect."] : []),
    ...(typeof retryAfterMs === "number" ? [`Try again in ${Math.ceil(retryAfterMs)} ms.`] : []),
    ...(meaning.retryable && retryAfterMs === undefined ? ["Trying again can help."] : []),
  ].join("\n");
}

/** One line for each remark that is no error. */
export function noteText({ line, column, code, message }: Diagnostic): string {
  return `${line === 0 ? "" : `${line}:${column} `}${code}: ${message}`;
}

function diagnosticText(one: Diagnostic): string {
  return [
    `${one.line}:${one.column} ${one.severity} ${one.code}: ${one.message}`,
    ...(one.snippet === "" ? [] : [one.snippet]),
    ...(one.suggestion === undefined ? [] : [one.suggestion]),
  ].join("\n");
}

/** Calls that a program which is run again would make again. */
function effectsText(calls: readonly CallRecord[]): string | undefined {
  if (calls.length === 0) return undefined;
  const told = calls.map(({ server, tool, status, error }) => {
    const end = status === "in_flight" ? "in flight, may have taken effect" : status;
    return `- ${server}.${tool}: ${end}${error === undefined ? "" : `, ${error}`}`;
  });
  return ["Calls that were made:", ...told].join("\n");
}

function logsText(logs: readonly string[]): string | undefined {
  if (logs.length === 0) return undefined;
  const last = logs.slice(-LAST_LOGS);
  const cut = logs.length - last.length;
  return [`Logs${cut === 0 ? "" : `, without the first ${cut} lines`}:`, ...last].join("\n");
}

function handleText({ truncated }: ExecuteAnswer): string | undefined {
  const handle = truncated?.logs?.handle;
  return handle === undefined ? undefined : `All logs: read_result({ "handle": "${handle}" })`;
}
