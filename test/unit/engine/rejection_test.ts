import assert from "node:assert/strict";
import type { CheckResult } from "../../../src/checker/mod.ts";
import { toRejection } from "../../../src/engine/rejection.ts";

const away = (name: string) => ({ name, server: name, why: () => undefined });
const RESULT: CheckResult = {
  ok: false,
  kind: "types",
  diagnostics: [{
    line: 1,
    column: 25,
    endLine: 1,
    endColumn: 36,
    code: "TS2551",
    severity: "error",
    message: "Property 'memry' does not exist on mcp.",
    snippet: "",
    suggestion: "Did you mean 'memory'?",
  }],
  uses: { tools: [], globals: [] },
};

Deno.test("a rejection says the first fault and what to do about it", () => {
  const error = toRejection(RESULT, [away("memory")]);
  assert.equal(error.code, "TYPE_CHECK_FAILED");
  assert.equal(
    error.message,
    "The code did not pass its check, nothing ran: line 1, column 25: " +
      "Property 'memry' does not exist on mcp. Did you mean 'memory'?",
  );
});

Deno.test("a fault that ends without a stop gets one before its remedy", () => {
  const [first] = RESULT.diagnostics;
  assert.ok(first);
  const diagnostics = [{
    ...first,
    message: "Name 'memry' is not defined",
  }];
  assert.equal(
    toRejection({ ...RESULT, diagnostics } as CheckResult, []).message,
    "The code did not pass its check, nothing ran: line 1, column 25: " +
      "Name 'memry' is not defined. Did you mean 'memory'?",
  );
});

Deno.test("a program that names a server which is away may be sent again", () => {
  const error = toRejection(RESULT, [away("memry")]);
  assert.equal(error.code, "MCP_SERVER_UNAVAILABLE");
  assert.equal(error.meaning.retryable, true);
  assert.deepEqual(error.details, { servers: ["memry"], mayHaveTakenEffect: false });
});
