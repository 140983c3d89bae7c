/** `/api/v1/servers`: which servers there are, added and removed while the service runs. */

import type { Context, Handler } from "hono";
import { CodemodeError } from "../base/errors.ts";
import {
  type AddServerRequest,
  AddServerRequestSchema,
  type AuditSink,
  type ServerChanges,
  type ServerInfo,
} from "../contract/mod.ts";
import type { Env } from "./env.ts";
import { readBody } from "./read_body.ts";

/** Whoever keeps the servers. */
export interface ServerAdmin {
  list(): readonly ServerInfo[];
  /**
   * One more server of `caller`, which is a principal's id. Rejects with `INVALID_REQUEST`, `CONFLICT`, or
   * `FORBIDDEN` for what cannot be added from outside.
   */
  add(request: AddServerRequest, caller: string): Promise<void>;
  /** False where there is none; `CONFLICT` where it is the operator's. */
  remove(name: string): Promise<boolean>;
  /** Reads the configuration again. Rejects with `CONFIG_INVALID`; then nothing has changed. */
  reload(): Promise<ServerChanges>;
}

/** What the handlers are made of. */
export interface ServersParts {
  readonly admin: ServerAdmin;
  readonly audit: AuditSink | undefined;
}

/** All servers. */
export function listServers({ admin }: ServersParts): Handler<Env> {
  return (c) => c.json({ servers: admin.list() });
}

/** One more server; answers what is known of it now. */
export function addServer({ admin, audit }: ServersParts): Handler<Env> {
  return async (c) => {
    const request = await readBody(c, AddServerRequestSchema);
    await admin.add(request, c.get("principal").id);
    record(audit, c, "added", request.name);
    return c.json(admin.list().find(({ name }) => name === request.name) ?? null);
  };
}

/** Without the server; answered once its calls have ended. */
export function removeServer({ admin, audit }: ServersParts): Handler<Env> {
  return async (c) => {
    const { name = "" } = c.req.param() as { name?: string };
    if (!await admin.remove(name)) {
      throw new CodemodeError("NOT_FOUND", `There is no server "${name.slice(0, 80)}"`);
    }
    record(audit, c, "removed", name);
    return c.json({ removed: name });
  };
}

/** The servers of the configuration file as it is now. */
export function reloadServers({ admin, audit }: ServersParts): Handler<Env> {
  return async (c) => {
    const changes = await admin.reload();
    record(audit, c, "reloaded", "*");
    return c.json(changes);
  };
}

function record(
  audit: AuditSink | undefined,
  c: Context<Env>,
  action: "added" | "removed" | "reloaded",
  server: string,
): void {
  const principal = c.get("principal").id;
  audit?.record({
    type: "server.changed",
    principal,
    action,
    server,
    requestId: c.get("requestId"),
  });
}
