/**
 * Whether one call may be made: the grant, then the operator's rules, then whoever must approve it.
 * Every door's calls pass here, and each decision is an entry for the audit log.
 */

import { createDeferred } from "../base/deferred.ts";
import { CodemodeError } from "../base/errors.ts";
import type { Logger } from "../base/log.ts";
import { allowsTool, type CapabilitySet } from "../capability/mod.ts";
import type { AuditSink, Tool } from "../contract/mod.ts";
import { hasPrototypeKey } from "./call_values.ts";
import { type Approval, type Approver, decide, type Decision, type Policy } from "../policy/mod.ts";

/** What the calls of one execution are judged by. */
export interface CallGuardOptions {
  readonly grant: CapabilitySet;
  readonly policy: Policy;
  readonly approver: Approver;
  /** Whether the tool itself wants a call approved. @default none does */
  readonly needsApproval?: (tool: Tool, input: unknown, signal: AbortSignal) => Promise<boolean>;
  readonly audit: AuditSink;
  readonly logger: Logger;
  readonly executionId: string;
  readonly principal: string;
}

/** Where the tool itself wants to be approved. */
const ITS_OWN: Decision = Object.freeze({
  verdict: "approve",
  rule: "the tool itself",
  reason: "its author wants it",
});

/** Judges the calls of one execution. */
export class CallGuard {
  readonly #options: CallGuardOptions;

  constructor(options: CallGuardOptions) {
    this.#options = options;
  }

  /**
   * Resolves when the call may be made with exactly this input. Rejects with `CAPABILITY_VIOLATION`,
   * `TOOL_INPUT_INVALID`, `FORBIDDEN` or `APPROVAL_REQUIRED`, or with the signal's reason while somebody is asked.
   */
  async admit(tool: Tool, input: unknown, signal: AbortSignal): Promise<void> {
    const { grant, policy } = this.#options;
    // The toolbox holds granted tools only; asking again keeps the gate closed if that ever fails.
    if (!allowsTool(grant, tool.server, tool.name)) {
      this.#record(tool, "deny", "grant");
      throw new CodemodeError(
        "CAPABILITY_VIOLATION",
        `mcp:${tool.server}.${tool.name} was not granted`,
      );
    }
    // SAFETY: a server that sets its prototype by it has other members than were judged (test/e2e: policy).
    if (hasPrototypeKey(input)) {
      this.#record(tool, "deny", "__proto__");
      throw notPlain(tool);
    }
    const decision = decide(policy, tool, input);
    this.#record(tool, decision.verdict, decision.rule);
    if (decision.verdict === "deny") throw denied(tool, decision);
    if (decision.verdict === "approve") await this.#getApproval(tool, input, decision, signal);
    else await this.#askTool(tool, input, signal);
  }

  /** SAFETY: no rule of the operator's takes back what a tool's author wants asked (test/e2e: tool_sets). */
  async #askTool(tool: Tool, input: unknown, signal: AbortSignal): Promise<void> {
    const { needsApproval } = this.#options;
    if (!needsApproval || !await needsApproval(tool, input, signal)) return;
    this.#record(tool, ITS_OWN.verdict, ITS_OWN.rule);
    await this.#getApproval(tool, input, ITS_OWN, signal);
  }

  async #getApproval(
    tool: Tool,
    input: unknown,
    decision: Decision,
    signal: AbortSignal,
  ): Promise<void> {
    const { approved, reason } = await this.#waitForApproval(tool, input, decision, signal);
    this.#record(tool, approved ? "allow" : "deny", `approval for ${decision.rule}`);
    if (!approved) throw notApproved(tool, decision, reason);
  }

  /** The time spent here is people's, not the program's. */
  async #waitForApproval(
    { server, name: tool }: Tool,
    input: unknown,
    { rule, reason }: Decision,
    signal: AbortSignal,
  ): Promise<Approval> {
    const { approver, logger, executionId, principal } = this.#options;
    const call = { executionId, principal, server, tool, input, rule, reason };
    try {
      const answer: unknown = await unlessAborted(signal, () => approver.approve(call, signal));
      return readApproval(answer);
    } catch (error) {
      if (signal.aborted) throw error;
      logger.error("asking for approval failed", { server, tool, error });
      return { approved: false, reason: "asking failed" };
    }
  }

  #record({ server, name: tool }: Tool, verdict: Decision["verdict"], rule: string): void {
    const { audit, executionId, principal } = this.#options;
    audit.record({ type: "call.decided", executionId, principal, server, tool, verdict, rule });
  }
}

/** SAFETY: exactly true; an approver is code of others, and anything else must not pass. */
function readApproval(answer: unknown): Approval {
  if (typeof answer !== "object" || answer === null || !("approved" in answer)) {
    return { approved: false, reason: "the approver did not answer with { approved, reason }" };
  }
  const reason = "reason" in answer && answer.reason !== undefined ? String(answer.reason) : "";
  return { approved: answer.approved === true, reason: reason || "no reason was given" };
}

function notPlain({ server, name }: Tool): CodemodeError {
  return new CodemodeError(
    "TOOL_INPUT_INVALID",
    `Invalid input for ${server}.${name}: a member cannot be named "__proto__"`,
    { details: { server, tool: name } },
  );
}

function denied(tool: Tool, { rule, reason }: Decision): CodemodeError {
  return new CodemodeError("FORBIDDEN", `${pathOf(tool)} is denied by ${rule}: ${reason}`, {
    details: { server: tool.server, tool: tool.name, rule, reason },
  });
}

function notApproved(tool: Tool, { rule, reason }: Decision, answer: string): CodemodeError {
  return new CodemodeError(
    "APPROVAL_REQUIRED",
    `${pathOf(tool)} needs approval by ${rule}: ${reason}; ${answer}`,
    { details: { server: tool.server, tool: tool.name, rule, reason, answer } },
  );
}

function pathOf({ server, name }: Tool): string {
  return `${server}.${name}`;
}

/** What `ask` resolves with, unless the signal aborts first; nothing is asked once it has. */
async function unlessAborted<T>(signal: AbortSignal, ask: () => Promise<T>): Promise<T> {
  signal.throwIfAborted();
  const { promise, reject } = createDeferred<never>();
  const onAbort = () => reject(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    return await Promise.race([ask(), promise]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}
