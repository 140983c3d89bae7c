/** The door over stdin and stdout, for a client that started this process. */

import process from "node:process";
import type { McpServer } from "@modelcontextprotocol/server";
import { serveStdio } from "@modelcontextprotocol/server/stdio";
import { createDeferred } from "../base/deferred.ts";
import type { Caller } from "../engine/mod.ts";
import { notifySession, watchChanges } from "./changes.ts";
import { createServer } from "./create_server.ts";
import { createDoor } from "./door.ts";
import type { DoorParts } from "./door_parts.ts";

/** An open door. Disposing it ends the connection and what waits. */
export interface StdioDoor extends AsyncDisposable {
  /** Resolves when the client has closed its side. */
  readonly closed: Promise<void>;
}

/** Serves the client at stdin until it closes it. */
export function serveDoorOnStdio(parts: DoorParts, caller: Caller): StdioDoor {
  const door = createDoor(parts);
  let served: McpServer | undefined;
  const handle = serveStdio(({ era }) => served = createServer(door, { caller, era }), {
    onerror: (error) => parts.logger.debug("a message on stdin was refused", { error }),
  });
  const watches = watchChanges(parts, (change, isFor) => {
    if (served !== undefined && isFor(caller)) notifySession(served.server, change);
  });
  const { promise: closed, resolve } = createDeferred<void>();
  process.stdin.once("end", resolve).once("close", resolve).once("error", resolve);
  return {
    closed,
    async [Symbol.asyncDispose]() {
      watches[Symbol.dispose]();
      door[Symbol.dispose]();
      await handle.close();
    },
  };
}
