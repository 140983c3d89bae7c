/** Builds programs and hosts for tests of sandboxes. */

import type { Budget } from "../../src/protocol/budget.ts";
import type { CallFrame, LogFrame } from "../../src/protocol/frames.ts";
import type { CallReply, DeniedAttempt, Program, RunHost } from "../../src/runtime/mod.ts";

/** A budget that ordinary tests do not reach. */
export const AMPLE: Budget = Object.freeze({
  frameBytes: 32 * 1024 * 1024,
  resultBytes: 16 * 1024 * 1024,
  logLines: 1000,
  logBytes: 1024 * 1024,
  calls: 1000,
  concurrentCalls: 16,
  depth: 64,
  totalBytes: 64 * 1024 * 1024,
});

/** A program with nothing special but what `changes` say. */
export function program(code: string, changes: Partial<Program> = {}): Program {
  return { code, namespaces: [], context: {}, timeoutMs: 10_000, budget: AMPLE, ...changes };
}

/** One server with one tool. */
export const MEMORY: Program["namespaces"] = Object.freeze([{
  name: "memory",
  tools: [{ name: "read", aliases: [] }],
  global: true,
  member: true,
}]);

/** A call of that tool, or of another; its number is its argument. */
export function callFrame(id: number, tool = "read", namespace = "memory"): CallFrame {
  return { type: "call", id, namespace, tool, args: [id] };
}

/** A host that answers calls with `answer` and keeps what it was told. */
export interface RecordingHost extends RunHost {
  readonly calls: CallFrame[];
  readonly logs: Pick<LogFrame, "level" | "text">[];
  /** What was denied to the program around the host. */
  readonly attempts: DeniedAttempt[];
}

/** Creates a {@link RecordingHost}. Unless told otherwise each call is answered with its arguments. */
export function recordingHost(
  answer: (call: CallFrame, signal: AbortSignal) => CallReply | Promise<CallReply> = echo,
): RecordingHost {
  const calls: CallFrame[] = [];
  const logs: Pick<LogFrame, "level" | "text">[] = [];
  const attempts: DeniedAttempt[] = [];
  return {
    calls,
    logs,
    attempts,
    call(call, signal) {
      calls.push(call);
      return Promise.resolve(answer(call, signal));
    },
    log: (entry) => void logs.push(entry),
    denied: (attempt) => void attempts.push(attempt),
  };
}

function echo(call: CallFrame): CallReply {
  return { ok: true, value: call.args.length === 1 ? call.args[0]! : [...call.args] };
}
