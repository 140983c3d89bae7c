/** What the door is made of. */

import type { Clock } from "../base/clock.ts";
import type { Logger } from "../base/log.ts";
import type { DoorConfig } from "../config/mod.ts";
import type { ChangeListener, PassThrough } from "../mcp/mod.ts";
import type { Caller, Engine, QuestionLimits } from "../engine/mod.ts";

/** What the door is made of. */
export interface DoorParts {
  readonly config: DoorConfig;
  readonly engine: Engine;
  /** Bounds of what servers ask in the middle of one call. */
  readonly questions: QuestionLimits;
  /** Tells when the tools are not what they were. */
  readonly onToolsChanged: (listener: () => void) => Disposable;
  /** What a server has besides tools; undefined while there is no such server. */
  readonly passThrough: (server: string) => PassThrough | undefined;
  /** Tells when that is not what it was, whichever server has the name. */
  readonly onServerChange: (server: string, listener: ChangeListener) => Disposable;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly version: string;
}

/** Who is served, by which of the two ways the protocol has. */
export interface Visit {
  readonly caller: Caller;
  /** modern: revision 2026-07-28, a server for each request; legacy: 2025-11-25, one for a session. */
  readonly era: "modern" | "legacy";
}
