/** Sandboxes that host many programs at a time, as the rooms above see them. */

import type { Runtime, Sandbox, SandboxSpec } from "./runtime.ts";

/** A sandbox that hosts many programs at a time. */
export interface HostingSandbox extends Sandbox {
  /** Programs running now. */
  readonly active: number;
  /** Those of them that wait for a reply; they cost nothing but memory. */
  readonly parked: number;
  /** Resident memory above that of its start; 0 where the system does not tell. */
  readonly grownBytes: number;
  /** Programs begun so far. */
  readonly runsSoFar: number;
  /** Whether it should be replaced, once its programs are over. */
  readonly isWorn: boolean;
  /** Whether it has been busy with one program for so long that no other should be begun in it. */
  readonly isBlocked: boolean;
  /** Whether it is gone or going. */
  readonly isGone: boolean;
  /** Calls `listener` whenever it may have become better or worse to begin a program in it. */
  onChange(listener: () => void): void;
}

/** A runtime whose sandboxes host many programs. */
export interface SharedRuntime extends Runtime {
  open(spec: SandboxSpec, signal?: AbortSignal): Promise<HostingSandbox>;
}
