/** What a caller reads of a run that failed. */

import assert from "node:assert/strict";
import { toRunProblem } from "../../../src/engine/answer.ts";
import type { WireError } from "../../../src/protocol/frames.ts";
import type { RunReport } from "../../../src/runtime/mod.ts";

function problemOf(error: WireError) {
  const report = { outcome: { kind: "failed", error } } as unknown as RunReport;
  const problem = toRunProblem(report, { code: "" }, "r", 0);
  return [problem?.message, problem?.details];
}

Deno.test("a failure names its place, whichever language the stack is of", () => {
  const stacks: readonly (readonly [string, object])[] = [
    ["Error: x\n    at f (guest.ts:3:5)\n    at guest.ts:9:1", { line: 3, column: 5 }],
    ["Error: x\n    at guest.js:4:2", { line: 4, column: 2 }],
    ["guest.sh:4: x", { line: 4 }],
    [
      'Traceback (most recent call last):\n  File "guest.py", line 9, in <module>\n    f()\n' +
      '  File "guest.py", line 2, in f\n    raise ValueError("x")\nValueError: x',
      { line: 2 },
    ],
    ["ValueError: x", {}],
  ];
  for (const [stack, place] of stacks) {
    assert.deepEqual(problemOf({ name: "Error", message: "x", stack }), [
      "x",
      { name: "Error", message: "x", ...place },
    ]);
  }
});

Deno.test("a place that the sandbox tells comes before the one in a stack", () => {
  const cause = { name: "C", message: "c", place: { line: 1, column: 2 } };
  const error = { name: "E", message: "x", stack: "guest.sh:4: x", place: { line: 3, column: 5 } };
  assert.deepEqual(problemOf({ ...error, cause }), ["x", {
    name: "E",
    message: "x",
    line: 3,
    column: 5,
    cause: { name: "C", message: "c", line: 1, column: 2 },
  }]);
});

Deno.test("a message that is a bare value stands after the name of its error", () => {
  const details = { name: "KeyError", message: "'b'" };
  assert.deepEqual(problemOf(details), ["KeyError: 'b'", details]);
  assert.equal(problemOf({ name: "SystemExit", message: "3" })[0], "SystemExit: 3");
  assert.equal(problemOf({ name: "SystemExit", message: "" })[0], "SystemExit");
  assert.equal(problemOf({ name: "ValueError", message: "far" })[0], "far");
});

Deno.test("a failed call names its tool and its own code, also as a cause", () => {
  const properties = { code: "TOOL_TIMEOUT", server: "s", tool: "t", details: { a: 1 } };
  const error = { name: "McpToolError", message: "no answer", properties };
  const call = { code: "TOOL_TIMEOUT", server: "s", tool: "t" };
  const details = { name: "McpToolError", message: "no answer", ...call, properties };
  assert.deepEqual(problemOf(error), ["TOOL_TIMEOUT of s.t: no answer", details]);
  assert.deepEqual(problemOf({ name: "Error", message: "x", cause: error }), ["x", {
    name: "Error",
    message: "x",
    cause: details,
  }]);
});

Deno.test("what a program writes into an error is not taken for a call", () => {
  const good = { code: "TOOL_TIMEOUT", server: "s", tool: "t" };
  const others = [
    { ...good, code: "constructor" },
    { ...good, code: 1 },
    { ...good, server: "s".repeat(257) },
    { ...good, tool: ["t"] },
    {},
  ];
  for (const properties of others) {
    const error = { name: "McpToolError", message: "x", properties };
    assert.deepEqual(problemOf(error), ["x", { ...error }]);
  }
  const error = { name: "Error", message: "x", properties: good };
  assert.deepEqual(problemOf(error), ["x", { ...error }]);
});
