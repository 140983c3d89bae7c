/** What changes on servers, told to clients of both revisions. */

import type { Server, ServerEvent } from "@modelcontextprotocol/server";
import { allowsServer } from "../capability/mod.ts";
import type { Caller } from "../engine/mod.ts";
import type { DoorParts } from "./door_parts.ts";

/** A list that is not what it was. */
export type Change = "tools" | "resources" | "prompts";

/** Tells of a change to those callers who may hear of it. */
export type TellChange = (change: Change, isFor: (caller: Caller) => boolean) => void;

/** Tells of every change until disposed. */
export function watchChanges(
  { config, onToolsChanged, onServerChange }: DoorParts,
  tell: TellChange,
): Disposable {
  const watches = [
    onToolsChanged(() => tell("tools", () => true)),
    ...config.passThrough.map((server) =>
      onServerChange(server, ({ type }) => {
        // SAFETY: what goes on at a server is for whoever was granted it (test/unit/door: changes).
        if (type !== "resource") tell(type, ({ grant }) => allowsServer(grant, server));
      })
    ),
  ];
  return { [Symbol.dispose]: () => watches.forEach((watch) => watch[Symbol.dispose]()) };
}

/** As clients of the newest revision hear it, on the streams they opened for that. */
export function toEvent(change: Change): ServerEvent {
  return { kind: `${change}_list_changed` };
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
