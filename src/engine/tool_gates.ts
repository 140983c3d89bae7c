/** Opens the gate that the calls of one execution, or one direct call, pass. */

import type { Policy } from "../policy/mod.ts";
import { NO_APPROVER } from "../policy/mod.ts";
import type { ShapeMemory } from "../shapes/mod.ts";
import { CallGuard } from "./call_guard.ts";
import type { CallIdentity } from "./direct_calls.ts";
import type { EngineMetrics } from "./engine_metrics.ts";
import { type EngineParts, NO_AUDIT } from "./engine_parts.ts";
import { observedToolbox } from "./observed_toolbox.ts";
import { recordCall } from "./execution_audit.ts";
import { ToolCalls, type ToolCallsOptions } from "./tool_calls.ts";

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
  readonly #shapes: ShapeMemory;

  constructor(
    parts: EngineParts,
    { policy, metrics, shapes }: {
      readonly policy: Policy;
      readonly metrics: EngineMetrics;
      readonly shapes: ShapeMemory;
    },
  ) {
    this.#parts = parts;
    this.#policy = policy;
    this.#metrics = metrics;
    this.#shapes = shapes;
  }

  /** The gate for one identity's calls. */
  open(run: CallIdentity, reach: CallReach): ToolCalls {
    const { executionId, requestId, caller: { id: principal } } = run;
    const { catalog, clock, audit = NO_AUDIT, approver = NO_APPROVER } = this.#parts;
    const metrics = this.#metrics;
    const policy = this.#policy;
    const { grant } = reach;
    const logger = this.#parts.logger.child({ executionId, requestId });
    return new ToolCalls({
      ...reach,
      toolbox: observedToolbox(reach.toolbox, this.#shapes, principal),
      shapes: this.#shapes,
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
