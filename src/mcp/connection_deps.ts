/** What a connection is made of, and whom it tells what happens to it. */

import type { Session, SessionDeps } from "./session.ts";

/** What a connection needs besides its server's configuration. */
export interface ConnectionDeps extends Omit<SessionDeps, "onWornOut" | "onToolsChanged"> {
  /** Told when the tools are other ones. */
  readonly onToolsChanged: () => void;
  /** Whether callers are known apart. @default they are one */
  readonly tellsCallersApart?: boolean;
  /** A number in [0, 1). */
  readonly random: () => number;
  readonly connectTimeoutMs: number;
  /** Told of each session that takes over. */
  readonly onReady?: (session: Session) => void;
}
