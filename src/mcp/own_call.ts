/** A call, and the session of its execution's own in which it goes on or would. */

import type { Owner } from "./seated_calls.ts";

/** Whose call it is. */
export interface OwnCall {
  readonly owner: Owner;
  readonly principal: string;
  /** Whether what the server asks is put to somebody; else it is answered at once. */
  readonly canBeAsked: boolean;
  /** Once it has aborted, the execution makes no more calls. */
  readonly over: AbortSignal;
}

/** A call under way in a session of its execution's own; disposing it ends that. */
export interface Stay<One> extends Disposable {
  readonly session: One;
}

/** A call that could go on elsewhere if its execution had a session of its own. */
export interface Need<One> {
  readonly call: OwnCall;
  /** Whether it is to have one. */
  readonly isWanted: () => boolean;
  /** Told once it has one; not told any more once the need is disposed. */
  readonly onGranted: (stay: Stay<One>) => void;
}
