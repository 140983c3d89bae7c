/** The `quickjs` engine in a process keeps what every runtime promises, and what only it does. */

import assert from "node:assert/strict";
import { createQuickJsRuntime } from "../../../src/runtime/mod.ts";
import { runtimeContract } from "../../contract/runtime_contract.ts";
import { repeatingRuntime } from "../../harness/repeatable.ts";
import { runInSandbox } from "../../harness/sandbox.ts";

runtimeContract("quickjs", () => repeatingRuntime(createQuickJsRuntime()), {
  hostsMany: true,
  differs: {
    // The engine's own words.
    "a syntax error": "failed SyntaxError: unexpected token in expression: '}'",
    // There is no WebAssembly in it, and no `navigator`.
    "globals kept": 'completed ["function","function","function","object","undefined"]',
    "globals sealed": "failed ReferenceError: navigator is not defined",
  },
  // Columns are those of the call's parenthesis or name, and nothing is known of who awaits.
  stacks: {
    thrown: "Error: e\n    at load (guest.ts:3:51)\n    at guest.ts:6:1",
    failedCall: "McpToolError: no\n    at find (guest.ts:4:27)",
  },
});

Deno.test("quickjs tells of a pattern at the statement in front of it, as emitted code has one", async () => {
  const code = "const r = undefined;\n0;\nconst { a } = r;";
  const open = () => repeatingRuntime(createQuickJsRuntime());
  const { outcome } = await runInSandbox(code, { open });
  assert.deepEqual(outcome, {
    kind: "failed",
    error: {
      name: "TypeError",
      message: "Cannot convert undefined or null to object",
      stack: "TypeError: Cannot convert undefined or null to object\n    at guest.ts:3:1",
    },
  });
});

Deno.test("quickjs says what it is", async () => {
  await using runtime = createQuickJsRuntime();
  const { name, carrier, languages, features, available } = runtime.describe();
  assert.deepEqual({ name, carrier, languages, features, available }, {
    name: "quickjs",
    carrier: "process",
    languages: ["typescript", "javascript"],
    features: ["async", "parallel-calls", "network", "filesystem"],
    available: true,
  });
});
