/** Tells the audit log of each decision of one execution. */

import type { AuditEntry, AuditSink } from "../contract/mod.ts";

/** Whose decisions they are. */
export interface DecisionsOptions {
  readonly audit: AuditSink;
  readonly executionId: string;
  readonly principal: string;
}

type Capability = Extract<AuditEntry, { type: "access.decided" }>["capability"];

/** Characters of a target that are kept. */
const MAX_TARGET_LENGTH = 1024;

/** The decisions of one execution. */
export class Decisions {
  readonly #options: DecisionsOptions;

  constructor(options: DecisionsOptions) {
    this.#options = options;
  }

  /** Notes one decision; `reason` says why it was a denial. */
  record(capability: Capability, target: string, reason?: string): void {
    const { audit, executionId, principal } = this.#options;
    audit.record({
      type: "access.decided",
      executionId,
      principal,
      capability,
      target: target.slice(0, MAX_TARGET_LENGTH),
      allowed: reason === undefined,
      ...(reason === undefined ? {} : { reason }),
    });
  }
}
