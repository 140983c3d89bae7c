/** Who may call: the grant, the rules, and whoever is asked. */

import assert from "node:assert/strict";
import { CodemodeError } from "../../../src/base/errors.ts";
import { silentLogger } from "../../../src/base/log.ts";
import type { AuditEntry, Tool } from "../../../src/contract/mod.ts";
import { CallGuard } from "../../../src/engine/call_guard.ts";
import {
  type Approver,
  createPolicy,
  DEFAULT_POLICY_SETTINGS,
  NO_APPROVER,
  type PendingCall,
} from "../../../src/policy/mod.ts";

const TOOL: Tool = {
  server: "files",
  name: "write",
  description: "",
  inputSchema: { type: "object" },
  source: "mcp",
};

function guardOf(approver: Approver = NO_APPROVER, allowedServers = ["files"]) {
  const audited: AuditEntry[] = [];
  const policy = createPolicy({
    ...DEFAULT_POLICY_SETTINGS,
    rules: [
      { tool: "*", when: [{ path: "$.a", equals: 1 }], verdict: "deny", reason: "one is bad" },
      { tool: "*", when: [{ path: "$.a", equals: 2 }], verdict: "approve" },
    ],
  });
  const guard = new CallGuard({
    grant: { mcp: { allowedServers } },
    policy,
    approver,
    audit: { record: (entry) => void audited.push(entry) },
    logger: silentLogger,
    executionId: "exec_1",
    principal: "ada",
  });
  const decisions = () =>
    audited.map((entry) =>
      entry.type === "call.decided" ? `${entry.verdict} by ${entry.rule}` : entry.type
    );
  return { guard, audited, decisions };
}

const { signal } = new AbortController();

async function refusal(act: Promise<unknown>): Promise<CodemodeError> {
  const error = await act.then(() => undefined, (error) => error);
  assert.ok(error instanceof CodemodeError, String(error));
  return error;
}

Deno.test("what is allowed passes, and is on record", async () => {
  const { guard, audited } = guardOf();
  await guard.admit(TOOL, { a: 3 }, signal);
  assert.deepEqual(audited, [{
    type: "call.decided",
    executionId: "exec_1",
    principal: "ada",
    server: "files",
    tool: "write",
    verdict: "allow",
    rule: "destructive",
  }]);
});

Deno.test("what was not granted is refused before any rule", async () => {
  const { guard, decisions } = guardOf(NO_APPROVER, ["memory"]);
  const error = await refusal(guard.admit(TOOL, { a: 2 }, signal));
  assert.equal(error.code, "CAPABILITY_VIOLATION");
  assert.equal(error.message, "mcp:files.write was not granted");
  assert.deepEqual(decisions(), ["deny by grant"]);
});

Deno.test("what a rule denies is refused with the rule and its reason", async () => {
  const { guard, decisions } = guardOf();
  const error = await refusal(guard.admit(TOOL, { a: 1 }, signal));
  assert.equal(error.code, "FORBIDDEN");
  assert.equal(error.message, "files.write is denied by rules[0] *: one is bad");
  assert.deepEqual(error.details, {
    server: "files",
    tool: "write",
    rule: "rules[0] *",
    reason: "one is bad",
  });
  assert.deepEqual(decisions(), ["deny by rules[0] *"]);
});

Deno.test("where nobody can be asked, what must be approved is refused", async () => {
  const { guard, decisions } = guardOf();
  const error = await refusal(guard.admit(TOOL, { a: 2 }, signal));
  assert.equal(error.code, "APPROVAL_REQUIRED");
  assert.equal(
    error.message,
    "files.write needs approval by rules[1] *: it must be approved; nobody here can be asked",
  );
  assert.equal(error.meaning.status, 403);
  assert.deepEqual(decisions(), ["approve by rules[1] *", "deny by approval for rules[1] *"]);
});

Deno.test("whoever is asked sees the call, and a yes lets it through", async () => {
  const asked: PendingCall[] = [];
  const { guard, decisions } = guardOf({
    approve: (call) => {
      asked.push(call);
      return Promise.resolve({ approved: true, reason: "fine" });
    },
  });
  await guard.admit(TOOL, { a: 2 }, signal);
  assert.deepEqual(asked, [{
    executionId: "exec_1",
    principal: "ada",
    server: "files",
    tool: "write",
    input: { a: 2 },
    rule: "rules[1] *",
    reason: "it must be approved",
  }]);
  assert.deepEqual(decisions(), ["approve by rules[1] *", "allow by approval for rules[1] *"]);
});

Deno.test("a no, a failure and anything but true are a no", async () => {
  const approvers: [Approver["approve"], string][] = [
    [() => Promise.resolve({ approved: false, reason: "not today" }), "not today"],
    [() => Promise.reject(new Error("secret of the host")), "asking failed"],
    [() => {
      throw new Error("secret of the host");
    }, "asking failed"],
    [() => Promise.resolve({ approved: "yes" as unknown as boolean, reason: "odd" }), "odd"],
    [() => Promise.resolve(true as never), "the approver did not answer with { approved, reason }"],
    [() => Promise.resolve(null as never), "the approver did not answer with { approved, reason }"],
    [() => Promise.resolve({ approved: false } as never), "no reason was given"],
  ];
  for (const [approve, told] of approvers) {
    const { guard } = guardOf({ approve });
    const error = await refusal(guard.admit(TOOL, { a: 2 }, signal));
    assert.equal(error.code, "APPROVAL_REQUIRED");
    assert.ok(error.message.endsWith(`; ${told}`), error.message);
  }
});

Deno.test("nobody waits for an answer once the program has ended", async () => {
  const controller = new AbortController();
  let told: AbortSignal | undefined;
  const { guard } = guardOf({
    approve: (_call, signal) => {
      told = signal;
      return new Promise(() => {});
    },
  });
  const reason = new CodemodeError("CANCELLED", "over");
  const waiting = guard.admit(TOOL, { a: 2 }, controller.signal);
  controller.abort(reason);
  assert.equal(await refusal(waiting), reason);
  assert.equal(told, controller.signal);
  assert.equal(await refusal(guard.admit(TOOL, { a: 2 }, controller.signal)), reason);
});
