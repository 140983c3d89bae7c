/** What the door is made of. */

import type { Clock } from "../base/clock.ts";
import type { Logger } from "../base/log.ts";
import type { DoorConfig } from "../config/mod.ts";
import type { PassThrough } from "../mcp/mod.ts";
import type { Caller, Engine, QuestionLimits } from "../engine/mod.ts";

/** What the door is made of. */
export interface DoorParts {
  readonly config: DoorConfig;
  readonly engine: Engine;
  /** Bounds of what servers ask in the middle of one call. */
  readonly questions: QuestionLimits;
  /** Tells when the tools are not what they were. */
  readonly onToolsChanged: (listener: () => void) => Disposable;
  /** What servers have besides tools. */
  readonly passThrough: (server: string) => PassThrough;
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
