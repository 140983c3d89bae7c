/** What changes on servers, told to clients of both revisions. */

import type { Server, ServerNotifier } from "@modelcontextprotocol/server";
import type { DoorParts } from "./door_parts.ts";

/** A list that is not what it was. */
export type Change = "tools" | "resources" | "prompts";

/** Tells of every change until disposed. */
export function watchChanges(
  { config, onToolsChanged, passThrough }: DoorParts,
  tell: (change: Change) => void,
): Disposable {
  const watches = [
    onToolsChanged(() => tell("tools")),
    ...config.passThrough.map((server) =>
      passThrough(server).onChange(({ type }) => {
        if (type !== "resource") tell(type);
      })
    ),
  ];
  return { [Symbol.dispose]: () => watches.forEach((watch) => watch[Symbol.dispose]()) };
}

/** Clients of the newest revision hear it on the streams they opened for that. */
export function notifyModern(notifier: ServerNotifier, change: Change): void {
  if (change === "tools") notifier.toolsChanged();
  else if (change === "resources") notifier.resourcesChanged();
  else notifier.promptsChanged();
}

/** One session of the older revision hears it. */
export function notifySession(server: Server, change: Change): void {
  const told = change === "tools"
    ? server.sendToolListChanged()
    : change === "resources"
    ? server.sendResourceListChanged()
    : server.sendPromptListChanged();
  // A session that is closing need not hear it.
  told.catch(() => {});
}
