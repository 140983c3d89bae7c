/**
 * The further sessions of a server: made as its first one is, with the same login and the same bounds.
 * Changes of the server are heard in the first one alone.
 */

import type { McpServerConfig } from "../config/mod.ts";
import type { BackgroundTasks } from "./background_tasks.ts";
import { createDeadline } from "./deadline.ts";
import { OwnSessions } from "./own_sessions.ts";
import { Session, type SessionDeps } from "./session.ts";

/** What they are made with. */
export interface OwnSessionsDeps
  extends Omit<SessionDeps, "onToolsChanged" | "onChange" | "onWornOut"> {
  readonly connectTimeoutMs: number;
  /** Whether callers are known apart, so that none may have them all. @default they are one */
  readonly tellsCallersApart?: boolean;
  readonly background: BackgroundTasks;
  /** Aborts when the connection is closed. */
  readonly life: AbortSignal;
}

/** None is open yet. */
export function createOwnSessions(
  name: string,
  config: McpServerConfig,
  deps: OwnSessionsDeps,
): OwnSessions<Session> {
  const { clock, logger, background, tellsCallersApart = false } = deps;
  return new OwnSessions({
    clock,
    logger,
    limit: config.sessions - 1,
    tellsCallersApart,
    open: () => open(name, config, deps),
    background: (task) => background.add(task),
  });
}

async function open(
  name: string,
  config: McpServerConfig,
  deps: OwnSessionsDeps,
): Promise<Session> {
  const { clock, connectTimeoutMs, life } = deps;
  using deadline = createDeadline(clock, connectTimeoutMs, life);
  try {
    const onWornOut = () => {};
    const session = await Session.open(name, config, { ...deps, onWornOut }, deadline.signal);
    if (!session.isModern) return session;
    // There nobody waits for another's question; calls know too little of its tools here.
    await session.close();
    throw new Error("It speaks another revision than before");
  } catch (error) {
    if (!deadline.expired) throw error;
    throw new Error(`It did not connect within ${connectTimeoutMs} ms`, { cause: error });
  }
}
