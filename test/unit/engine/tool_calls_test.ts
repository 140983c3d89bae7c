/** The gate that every tool call of a guest passes. */

import assert from "node:assert/strict";
import { silentLogger } from "../../../src/base/log.ts";
import { createCatalog, type ToolSource } from "../../../src/catalog/mod.ts";
import type { Tool } from "../../../src/contract/mod.ts";
import type { WireValue } from "../../../src/protocol/frames.ts";
import { CallGuard } from "../../../src/engine/call_guard.ts";
import { ToolCalls } from "../../../src/engine/tool_calls.ts";
import { createToolbox } from "../../../src/engine/toolbox.ts";
import { createPolicy, NO_APPROVER } from "../../../src/policy/mod.ts";
import { ShapeMemory } from "../../../src/shapes/mod.ts";
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
function callsOf(
  value: unknown,
  options: {
    readonly perSecond?: number;
    readonly clock?: FakeClock;
    readonly language?: "python" | "bash";
    readonly shapes?: ShapeMemory;
    /** Who approves each call; `become` puts another tool in the place of the one that is judged. */
    readonly approve?: (become: (tool: Tool) => void) => void;
  } = {},
): ToolCalls {
  const { perSecond = 5, clock = new FakeClock(), language = "typescript", approve } = options;
  const groups = [{ server: "files", description: "", tools: [TOOL] }];
  let listed = groups;
  let onChange = () => {};
  const become = (tool: Tool) => {
    listed = [{ server: "files", description: "", tools: [tool] }];
    onChange();
  };
  const source: ToolSource = {
    name: "test",
    groups: () => listed,
    has: (server) => server === "files",
    onChange(listener) {
      onChange = listener;
      return { [Symbol.dispose]() {} };
    },
    call: () => Promise.resolve({ value, isStructured: false }),
  };
  const grant = { mcp: { allowedServers: ["files"], maxCallsPerSecond: perSecond } };
  return new ToolCalls({
    toolbox: createToolbox(nameTools(groups)),
    language,
    grant,
    guard: new CallGuard({
      grant,
      policy: createPolicy(),
      approver: approve === undefined ? NO_APPROVER : {
        approve() {
          approve(become);
          return Promise.resolve({ approved: true, reason: "yes" });
        },
      },
      needsApproval: () => Promise.resolve(approve !== undefined),
      audit: { record() {} },
      logger: silentLogger,
      executionId: "exec_1",
      principal: "somebody",
    }),
    principal: "somebody",
    catalog: createCatalog([source], { logger: silentLogger }),
    clock,
    logger: silentLogger,
    observer: { callStarted() {}, callEnded() {} },
    maxRateWaitMs: 2000,
    ...(options.shapes === undefined ? {} : { shapes: options.shapes }),
  });
}

function nested(levels: number): unknown {
  let value: unknown = 1;
  for (let level = 0; level < levels; level += 1) value = [value];
  return value;
}

const CALL = { type: "call", id: 1, namespace: "files", tool: "read", args: [] } as const;

Deno.test("signatures that a program is told are of its language", async () => {
  const told = async (tool: string, language?: "python" | "bash") => {
    const calls = callsOf(1, language === undefined ? {} : { language });
    const args = [tool === "search" ? "read" : "files.read"];
    const frame = { ...CALL, namespace: "codemode", tool, args };
    const reply = await calls.call(frame, new AbortController().signal);
    assert.ok(reply.ok);
    const [first] = [reply.value].flat() as { signature: string }[];
    return first?.signature.split("\n").find((line) => line.includes("mcp.files.read"));
  };
  for (const tool of ["search", "describe"]) {
    assert.match(await told(tool) ?? "", /^mcp\.files\.read\(.*\): Promise<.*>;$/);
    assert.match(await told(tool, "bash") ?? "", /^mcp\.files\.read\(.*\): Promise<.*>;$/);
    assert.match(await told(tool, "python") ?? "", /^async def mcp\.files\.read\(.*\) -> .*:/);
  }
});

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

Deno.test("a tool that becomes another one while somebody is asked is not called", async () => {
  const { signal } = new AbortController();
  const same = callsOf(1, { approve: (become) => become(structuredClone(TOOL)) });
  assert.deepEqual(await same.call(CALL, signal), { ok: true, value: 1 });
  const calls = callsOf(1, {
    approve: (become) => become({ ...TOOL, annotations: { destructiveHint: true } }),
  });
  const message = "The tool files.read has changed since this call was checked; look at it again";
  assert.deepEqual(await calls.call(CALL, signal), {
    ok: false,
    error: {
      name: "McpToolError",
      message,
      properties: {
        code: "TOOL_CHANGED",
        server: "files",
        tool: "read",
        details: { server: "files", tool: "read", mayHaveTakenEffect: false },
      },
    },
  });
  await assert.rejects(calls.exchange(TOOL, {}, signal), { code: "TOOL_CHANGED", message });
  assert.deepEqual(calls.records().map(({ status, error }) => [status, error]), [
    ["error", "TOOL_CHANGED"],
    ["error", "TOOL_CHANGED"],
  ]);
});

Deno.test("calls above the rate wait for their turn; one whose turn is too late fails at once", async () => {
  const { signal } = new AbortController();
  const clock = new FakeClock();
  const calls = callsOf(1, { perSecond: 1, clock });
  const answered: number[] = [];
  const [first, second, third, late] = Array.from({ length: 4 }, async () => {
    const reply = await calls.call(CALL, signal);
    answered.push(clock.monotonic());
    return reply;
  });
  assert.deepEqual(await late, {
    ok: false,
    error: {
      name: "McpToolError",
      message:
        "The call of files.read would wait 3000 ms for its turn: 1 calls a second are granted",
      properties: {
        code: "RATE_LIMITED",
        server: "files",
        tool: "read",
        details: { server: "files", tool: "read", retryAfterMs: 3000 },
      },
    },
  });
  assert.deepEqual(await first, { ok: true, value: 1 });
  clock.advance(1000);
  assert.deepEqual(await second, { ok: true, value: 1 });
  clock.advance(1000);
  assert.deepEqual(await third, { ok: true, value: 1 });
  assert.deepEqual(answered, [0, 0, 1000, 2000]);
  assert.deepEqual(calls.records().map(({ status, error }) => error ?? status), [
    "ok",
    "ok",
    "ok",
    "RATE_LIMITED",
  ]);
});

Deno.test("a call by a path fails in the name of the tool that was meant", async () => {
  const named = async (args: WireValue[], tool = "call") => {
    const frame = { ...CALL, namespace: "codemode", tool, args };
    const reply = await callsOf(1).call(frame, new AbortController().signal);
    assert.ok(!reply.ok);
    const { server, tool: name } = reply.error.properties as Record<string, unknown>;
    return `${server} ${name}`;
  };
  assert.deepEqual(
    await Promise.all(
      [["mcp.nope.read"], ["files.a.b"], ["nothing"], [1], []].map((args) => named(args)),
    ),
    ["nope read", "files a.b", "codemode call", "codemode call", "codemode call"],
  );
  assert.equal(await named(["files.nope"], "describe"), "codemode describe");
});

Deno.test("what a call gave is learned for its caller; what failed is not", async () => {
  const shapes = new ShapeMemory();
  const { signal } = new AbortController();
  await callsOf({ size: 1 }, { shapes }).call(CALL, signal);
  const expected = {
    schema: {
      type: "object",
      properties: { size: { type: "number" } },
      required: ["size"],
      additionalProperties: false,
    },
    results: 1,
  };
  assert.deepEqual(shapes.recall("somebody", TOOL), expected);
  assert.equal(shapes.recall("else", TOOL), undefined);
  await callsOf("text", { shapes }).call({ ...CALL, args: [7] }, signal);
  assert.deepEqual(shapes.recall("somebody", TOOL), expected);
});
