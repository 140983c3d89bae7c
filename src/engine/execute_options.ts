/** What a door says of one execution or one direct call besides the request itself. */

import type { CallProgress } from "../catalog/mod.ts";
import type { Question, QuestionAnswer } from "../contract/mod.ts";

/** Options of one execution. */
export interface ExecuteOptions {
  /** Cancels: the sandbox is killed, the answer says `CANCELLED` and which calls were in flight. */
  readonly signal?: AbortSignal;
  /** @default a new id */
  readonly requestId?: string;
  /** Whether the caller can answer what servers ask in the middle of calls. @default false */
  readonly canAnswer?: boolean;
}

/** Options of one direct call. */
export interface CallOptions extends Omit<ExecuteOptions, "canAnswer"> {
  /** Puts what the server asks to the caller. @default nobody can be asked */
  readonly ask?: (question: Question) => Promise<QuestionAnswer>;
  /** Told what the server tells of its progress. */
  readonly onProgress?: (progress: CallProgress) => void;
}
