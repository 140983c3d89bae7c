/** Opens the gate that the calls of one execution, or one direct call, pass. */

import type { Question } from "../contract/mod.ts";
import type { Policy } from "../policy/mod.ts";
import { NO_APPROVER } from "../policy/mod.ts";
import { CallGuard } from "./call_guard.ts";
import type { CallIdentity } from "./direct_calls.ts";
import type { EngineMetrics } from "./engine_metrics.ts";
import { type EngineParts, NO_AUDIT } from "./engine_parts.ts";
import { recordCall } from "./execution_audit.ts";
import type { Run } from "./run_end.ts";
import { type CallLink, ToolCalls, type ToolCallsOptions } from "./tool_calls.ts";

/** What calls may reach, and how long they may wait for their turns. */
export type CallReach = Pick<
  ToolCallsOptions,
  "toolbox" | "access" | "language" | "grant" | "maxRateWaitMs"
>;

/** Opens gates, all under one policy. */
export class ToolGates {
  readonly #parts: EngineParts;
  readonly #policy: Policy;
  readonly #metrics: EngineMetrics;

  constructor(parts: EngineParts, policy: Policy, metrics: EngineMetrics) {
    this.#parts = parts;
    this.#policy = policy;
    this.#metrics = metrics;
  }

  /** The gate for the calls of one program, which tell its watchers and ask its caller. */
  openForProgram(run: Run, reach: CallReach): ToolCalls {
    return this.#open(run, reach, linkOf(run));
  }

  /** The gate for one identity's calls. */
  open(run: CallIdentity, reach: CallReach): ToolCalls {
    const { ask, onProgress } = run;
    const heard = {
      ...(ask === undefined ? {} : { ask }),
      ...(onProgress === undefined ? {} : { onProgress }),
    };
    return this.#open(run, reach, { started: () => 0, ended() {}, hear: () => heard });
  }

  #open(run: CallIdentity, reach: CallReach, link: CallLink): ToolCalls {
    const { executionId, requestId, caller: { id: principal } } = run;
    const { catalog, clock, audit = NO_AUDIT, approver = NO_APPROVER } = this.#parts;
    const metrics = this.#metrics;
    const policy = this.#policy;
    const { grant } = reach;
    const logger = this.#parts.logger.child({ executionId, requestId });
    return new ToolCalls({
      ...reach,
      link,
      guard: new CallGuard({ grant, policy, approver, audit, logger, executionId, principal }),
      principal,
      catalog,
      clock,
      logger,
      observer: {
        callStarted: (server) => metrics.callStarted(server),
        callEnded(record) {
          metrics.callEnded(record);
          recordCall(audit, run, record);
        },
      },
    });
  }
}

/** The calls of a program, for its watchers. */
function linkOf({ watch: { feed, questions }, canAnswer }: Run): CallLink {
  return {
    started: (server, tool, input) => feed.callStarted(server, tool, input),
    ended: (call, record) => feed.callEnded(call, record),
    hear: (call, signal) => ({
      onProgress: (progress) => feed.progress(call, progress),
      ...(canAnswer ? { ask: (question: Question) => questions.ask(question, signal) } : {}),
    }),
  };
}
