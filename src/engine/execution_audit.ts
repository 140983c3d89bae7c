/** What the audit log is told of one execution. */

import { createHash } from "node:crypto";
import { ERROR_CODES } from "../base/errors.ts";
import type { AuditSink, CallRecord } from "../contract/mod.ts";
import type { DeniedAttempt } from "../runtime/mod.ts";
import type { ExecutionResult } from "./answer.ts";
import type { Run } from "./run_end.ts";

/** Codes by which a program is told that it met one of its limits. */
const LIMITS: ReadonlySet<string> = new Set(
  Object.keys(ERROR_CODES).filter((code) => /_(LIMIT_EXCEEDED|TIMEOUT)$/.test(code)),
);

/** An execution was let in: who, what (by hash), and what it may do. */
export function recordAdmitted(audit: AuditSink, run: Run, asked: unknown): void {
  const { executionId, requestId, caller, admitted } = run;
  audit.record({
    type: "execution.admitted",
    executionId,
    principal: caller.id,
    requestId,
    codeHash: createHash("sha256").update(admitted.code).digest("hex"),
    language: admitted.language,
    asked: asked ?? null,
    granted: admitted.grant,
  });
}

/** An execution has ended, and perhaps by which limit. */
export function recordEnded(audit: AuditSink, run: Run, { answer }: ExecutionResult): void {
  const { executionId, caller: { id: principal } } = run;
  const outcome = answer.error?.code ?? "OK";
  if (LIMITS.has(outcome)) {
    audit.record({ type: "limit.reached", executionId, principal, limit: outcome });
  }
  const { executionTime, cpuTime, apiCalls: calls } = answer.metrics;
  const entry = { type: "execution.ended", executionId, principal, outcome } as const;
  audit.record({ ...entry, executionTime, cpuTime, calls });
}

/** An execution could not be answered for. */
export function recordFailed(audit: AuditSink, run: Run, outcome: string): void {
  const { executionId, caller: { id: principal } } = run;
  const measured = { executionTime: 0, cpuTime: 0, calls: 0 };
  audit.record({ type: "execution.ended", executionId, principal, outcome, ...measured });
}

/** A program tried around the host what no sandbox may do. */
export function recordDenied(audit: AuditSink, run: Run, attempt: DeniedAttempt): void {
  const { executionId, caller: { id: principal } } = run;
  const { capability, target, message: reason } = attempt;
  const entry = { type: "access.decided", executionId, principal, allowed: false } as const;
  audit.record({ ...entry, capability, target, reason });
}

/** A call has ended. */
export function recordCall(
  audit: AuditSink,
  run: Pick<Run, "executionId" | "caller">,
  record: CallRecord,
): void {
  const { server, tool, status, duration } = record;
  const { executionId, caller: { id: principal } } = run;
  audit.record({ type: "call.ended", executionId, principal, server, tool, status, duration });
}
