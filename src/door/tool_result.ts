/** Answers of the engine as results of MCP tools: structured, and as text for whoever shows that alone. */

import type { CallToolResult } from "@modelcontextprotocol/server";
import { CodemodeError, toCodemodeError } from "../base/errors.ts";
import type { Logger } from "../base/log.ts";
import type { DoorConfig } from "../config/mod.ts";
import type { ContentBlock, ExecuteAnswer } from "../contract/mod.ts";
import { failureText, noteText, refusalText } from "./failure_text.ts";

/** What a tool found out, before it is known to whom it goes. */
export interface Outcome {
  readonly structured: Readonly<Record<string, unknown>>;
  /** One line that says what there is, for clients whose model reads the structure. */
  readonly summary: string;
  readonly content?: readonly ContentBlock[];
}

/** The result of a tool that succeeded. */
export function toToolResult(
  { structured, summary, content = [] }: Outcome,
  { resultText }: Pick<DoorConfig, "resultText">,
): CallToolResult {
  const text = resultText === "json" ? JSON.stringify(structured) : summary;
  return {
    content: [{ type: "text", text }, ...content as CallToolResult["content"]],
    structuredContent: structured,
  };
}

/** The result of a tool that failed. */
export function toFailedResult(text: string): CallToolResult {
  return { isError: true, content: [{ type: "text", text }] };
}

/** What a tool threw, as its result; failures of the host are logged and not shown. */
export function toRefusedResult(thrown: unknown, logger: Logger): CallToolResult {
  const error = toCodemodeError(thrown);
  if (error.code === "INTERNAL") logger.error("a tool of the MCP endpoint failed", { error });
  return toFailedResult(refusalText(error));
}

/** The result of a program. */
export function toProgramResult(
  answer: ExecuteAnswer,
  config: Pick<DoorConfig, "resultText">,
): CallToolResult {
  const { error, executionId } = answer;
  const result = error === undefined
    ? toToolResult(toOutcome(answer), config)
    : toFailedResult(failureText(answer, error));
  return { ...result, _meta: { "codemode/executionId": executionId } };
}

function toOutcome(answer: ExecuteAnswer): Outcome {
  const { result, logs, truncated, executionId, calls, content } = answer;
  const notes = answer.diagnostics.map(noteText);
  return {
    structured: {
      ...(result === undefined ? {} : { result }),
      ...(logs.length === 0 ? {} : { logs }),
      ...(notes.length === 0 ? {} : { notes }),
      ...(truncated === undefined ? {} : { truncated }),
      executionId,
      calls: calls.length,
    },
    summary: summaryOf(answer),
    ...(content === undefined ? {} : { content }),
  };
}

function summaryOf({ result, calls, metrics, truncated }: ExecuteAnswer): string {
  const what = result === undefined
    ? "The program returned nothing"
    : "What the program returned is `result` of the structured content";
  const cut = truncated?.handle === undefined
    ? ""
    : `; it is cut, read the rest with read_result({ "handle": "${truncated.handle}" })`;
  const made = calls.length === 1 ? "1 call" : `${calls.length} calls`;
  return `${what}${cut}. ${made}, ${Math.round(metrics.executionTime)} ms.`;
}

/** The refusal of a name that no tool of the door has. */
export function unknownTool(name: string): CodemodeError {
  return new CodemodeError("TOOL_NOT_FOUND", `There is no tool "${name.slice(0, 200)}"`);
}
