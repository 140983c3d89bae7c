/** What the checker and its thread say to each other. */

import type { CheckerRequest, CheckResult } from "./check_request.ts";

/** To the thread. The text of declarations is sent only when the thread asks for it. */
export interface ThreadRequest {
  readonly request: Omit<CheckerRequest, "declarations"> & {
    readonly declarations: { readonly hash: string; readonly text?: string };
  };
}

/** How a thread is started. */
export interface ThreadOptions {
  readonly deadlineMs: number;
}

/** From the thread. */
export type ThreadReply =
  | { readonly type: "ready" }
  | { readonly type: "result"; readonly result: CheckResult }
  /** The thread does not know the declarations; send the request again with their text. */
  | { readonly type: "unknown_declarations" }
  | { readonly type: "failed"; readonly message: string };
