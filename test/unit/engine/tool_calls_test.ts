/** The gate that every tool call of a guest passes. */

import assert from "node:assert/strict";
import { silentLogger } from "../../../src/base/log.ts";
import { createCatalog, type ToolSource } from "../../../src/catalog/mod.ts";
import type { Tool } from "../../../src/contract/mod.ts";
import { CallGuard } from "../../../src/engine/call_guard.ts";
import { ToolCalls } from "../../../src/engine/tool_calls.ts";
import { createToolbox } from "../../../src/engine/toolbox.ts";
import { createPolicy, NO_APPROVER } from "../../../src/policy/mod.ts";
import { nameTools } from "../../../src/typegen/mod.ts";
import { FakeClock } from "../../harness/fake_clock.ts";

const TOOL: Tool = {
  server: "files",
  name: "read",
  description: "",
  inputSchema: { type: "object" },
  source: "mcp",
};

/** Calls to a server whose one tool gives `value`. */
function callsOf(value: unknown): ToolCalls {
  const groups = [{ server: "files", description: "", tools: [TOOL] }];
  const source: ToolSource = {
    name: "test",
    groups: () => groups,
    has: (server) => server === "files",
    onChange: () => ({ [Symbol.dispose]() {} }),
    call: () => Promise.resolve({ value, isStructured: false }),
  };
  const grant = { mcp: { allowedServers: ["files"] } };
  return new ToolCalls({
    toolbox: createToolbox(nameTools(groups)),
    grant,
    guard: new CallGuard({
      grant,
      policy: createPolicy(),
      approver: NO_APPROVER,
      audit: { record() {} },
      logger: silentLogger,
      executionId: "exec_1",
      principal: "somebody",
    }),
    catalog: createCatalog([source], { logger: silentLogger }),
    clock: new FakeClock(),
    logger: silentLogger,
    observer: { callStarted() {}, callEnded() {} },
  });
}

function nested(levels: number): unknown {
  let value: unknown = 1;
  for (let level = 0; level < levels; level += 1) value = [value];
  return value;
}

const CALL = { type: "call", id: 1, namespace: "files", tool: "read", args: [] } as const;

Deno.test("a result nested too deep to cross is an invalid output, not a failure of the host", async () => {
  const { signal } = new AbortController();
  assert.deepEqual(await callsOf(nested(200)).call(CALL, signal), { ok: true, value: nested(200) });
  for (const levels of [201, 100_000]) {
    const reply = await callsOf(nested(levels)).call(CALL, signal);
    assert.ok(!reply.ok);
    assert.equal(reply.error.properties?.["code"], "TOOL_OUTPUT_INVALID");
    assert.match(
      reply.error.message,
      /^Invalid output of files\.read: Cannot encode result\[0\].*: nested deeper than 200 levels$/,
    );
  }
});
