/** What a door says of one execution or one direct call besides the request itself. */

import type { CallHooks } from "./direct_calls.ts";

/** Options of one execution. */
export interface ExecuteOptions extends Pick<CallHooks, "trace"> {
  /** Cancels: the sandbox is killed, the answer says `CANCELLED` and which calls were in flight. */
  readonly signal?: AbortSignal;
  /** @default a new id */
  readonly requestId?: string;
  /** Whether the caller can answer what servers ask in the middle of calls. @default false */
  readonly canAnswer?: boolean;
}

/** Options of one direct call. */
export interface CallOptions extends Omit<ExecuteOptions, "canAnswer" | "trace">, CallHooks {}
