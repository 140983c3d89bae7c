/** Who is asked about calls that a rule wants approved. */

/** A call that waits. */
export interface PendingCall {
  readonly executionId: string;
  readonly principal: string;
  readonly server: string;
  readonly tool: string;
  /** The JSON that will be sent; not to be changed. */
  readonly input: unknown;
  readonly rule: string;
  readonly reason: string;
}

/** What was said. */
export interface Approval {
  readonly approved: boolean;
  /** Told to the program when it was not approved. */
  readonly reason: string;
}

/** Asks somebody. The signal aborts when nobody waits any more; a rejection counts as a no. */
export interface Approver {
  approve(call: PendingCall, signal: AbortSignal): Promise<Approval>;
}

/** Where nobody can be asked. */
export const NO_APPROVER: Approver = Object.freeze({
  approve: () => Promise.resolve({ approved: false, reason: "nobody here can be asked" }),
});
