import assert from "node:assert/strict";
import { CodemodeError } from "../../../src/base/errors.ts";
import type { ExecuteAnswer, Problem } from "../../../src/contract/mod.ts";
import { failureText, refusalText } from "../../../src/door/failure_text.ts";
import { toProgramResult } from "../../../src/door/tool_result.ts";

const METRICS = {
  executionTime: 12.4,
  waitTime: 0,
  cpuTime: 1,
  memoryUsed: 1,
  apiCalls: 0,
  queueTime: 0,
  checkTime: 0,
  startupTime: 0,
};

function answerOf(rest: Partial<ExecuteAnswer>): ExecuteAnswer {
  return {
    success: false,
    logs: [],
    requestId: "req_1",
    executionId: "exec_1",
    metrics: METRICS,
    runtime: { name: "deno", carrier: "process", reason: "scripted" },
    diagnostics: [],
    calls: [],
    ...rest,
  };
}

const problem = (code: Problem["code"], message: string, stack?: string): Problem => ({
  type: "runtime",
  code,
  message,
  timestamp: "2026-01-01T00:00:00.000Z",
  requestId: "req_1",
  ...(stack === undefined ? {} : { stack }),
});

Deno.test("a refused program: each place with its caret and the way out", () => {
  const diagnostics = [{
    line: 2,
    column: 7,
    endLine: 2,
    endColumn: 11,
    code: "TS2551",
    severity: "error" as const,
    message: "There is no 'raed'",
    snippet: "files.raed()\n      ^^^^",
    suggestion: 'Did you mean "read"?',
  }];
  const error = problem("TYPE_CHECK_FAILED", "The program was not run");
  assert.equal(
    failureText(answerOf({ diagnostics, error }), error),
    `TYPE_CHECK_FAILED: The program was not run

2:7 error TS2551: There is no 'raed'
files.raed()
      ^^^^
Did you mean "read"?`,
  );
});

Deno.test("a failed program: its stack, the calls that were made, the last logs", () => {
  const error = problem("EXECUTION_TIMEOUT", "It took too long", "Error\n    at guest.ts:1:1");
  const call = { server: "files", duration: 1 };
  const answer = answerOf({
    error,
    calls: [
      { ...call, tool: "read", status: "ok" },
      { ...call, tool: "write", status: "in_flight" },
      { ...call, tool: "list", status: "error", error: "TOOL_TIMEOUT" },
    ],
    logs: Array.from({ length: 22 }, (_, index) => `line ${index + 1}`),
  });
  const last = Array.from({ length: 20 }, (_, index) => `line ${index + 3}`);
  assert.equal(
    failureText(answer, error),
    `EXECUTION_TIMEOUT: It took too long

Error
    at guest.ts:1:1

Calls that were made:
- files.read: ok
- files.write: in flight, may have taken effect
- files.list: error, TOOL_TIMEOUT

Logs, without the first 2 lines:
${last.join("\n")}`,
  );
});

Deno.test("a refusal says whether trying again helps, and what may have happened", () => {
  const busy = new CodemodeError("RATE_LIMITED", "Too many", { details: { retryAfterMs: 99.5 } });
  assert.equal(refusalText(busy), "RATE_LIMITED: Too many\nTry again in 100 ms.");
  const lost = new CodemodeError("MCP_SERVER_UNAVAILABLE", "It was lost", {
    details: { server: "files", tool: "read", mayHaveTakenEffect: true },
  });
  assert.equal(
    refusalText(lost),
    "MCP_SERVER_UNAVAILABLE of files.read: It was lost\nThe call may have taken effect.\nTrying again can help.",
  );
});

Deno.test("a result is structured, and its text says the same unless the operator wants a line", () => {
  const answer = answerOf({ success: true, result: { a: 1 }, logs: ["said"] });
  const structuredContent = { result: { a: 1 }, logs: ["said"], executionId: "exec_1", calls: 0 };
  const _meta = { "codemode/executionId": "exec_1" };
  const text = "What the program returned is `result` of the structured content. 0 calls, 12 ms.";
  assert.deepEqual(toProgramResult(answer, { resultText: "summary" }), {
    content: [{ type: "text", text }],
    structuredContent,
    _meta,
  });
  assert.deepEqual(toProgramResult(answer, { resultText: "json" }), {
    content: [{ type: "text", text: JSON.stringify(structuredContent) }],
    structuredContent,
    _meta,
  });
});
