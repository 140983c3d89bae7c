/** `GET /api/v1/ws`: a WebSocket for many executions. */

import type { Context, Handler, MiddlewareHandler } from "hono";
import type { Clock } from "../base/clock.ts";
import { CodemodeError } from "../base/errors.ts";
import type { Logger } from "../base/log.ts";
import { hasScope, insufficientScope } from "../auth/mod.ts";
import type { ServerConfig } from "../config/mod.ts";
import type { Engine } from "../engine/mod.ts";
import type { Env } from "./env.ts";
import { wantsTagged } from "./execute.ts";
import { ExecutionSocket } from "./execution_socket.ts";
import type { Identify } from "./identify.ts";
import { OpenPlaces } from "./open_places.ts";
import type { RequestRate } from "./request_rate.ts";
import { traceOf } from "./trace_of.ts";

/** Query parameters of the upgrade. */
export const SOCKET_QUERY: readonly string[] = Object.freeze(["values"]);

/** What the route needs. */
export interface SocketParts {
  readonly engine: Engine;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly config: ServerConfig;
  readonly identify: Identify;
  readonly rate: RequestRate;
  readonly onRefused: (code: string) => void;
}

/** Accepts the socket of the principal, within the number of sockets that it and all may have. */
export function socket(parts: SocketParts): Handler<Env> {
  const { max, perPrincipal } = parts.config.sockets;
  const places = new OpenPlaces({ part: "sockets", what: "WebSockets", max, perPrincipal });
  return (c) => {
    const upgrade = c.env?.upgrade;
    if (upgrade === undefined) throw notAnUpgrade(c);
    const { id, expiresAt } = c.get("principal");
    const authorize = () => authorizeAgain(c, id, parts);
    const isTagged = wantsTagged(c) || c.req.query("values") === "tagged";
    const own = { ...parts, authorize, expiresAt, isTagged, ...traceOf(c) };
    upgrade.accept((peer) => new ExecutionSocket(peer, own), places.take(id));
    return c.body(null);
  };
}

/** Middleware for requests that ask for an upgrade; all others pass by. */
export function whenUpgrading(
  handler: MiddlewareHandler<Env> | Handler<Env>,
): MiddlewareHandler<Env> {
  return async (c, next) => {
    if (c.env?.upgrade === undefined) return await next();
    return await handler(c, next) as Response | void;
  };
}

/** The principal must still be who it was when the socket was opened, and still be let in. */
async function authorizeAgain(c: Context<Env>, id: string, { identify, rate }: SocketParts) {
  const principal = await identify(c);
  rate.count(principal.id);
  if (!hasScope(principal, "codemode:execute")) throw insufficientScope("codemode:execute");
  if (principal.id !== id) throw new CodemodeError("UNAUTHENTICATED", "The caller is another one");
  return principal;
}

function notAnUpgrade(c: Context<Env>): CodemodeError {
  c.header("upgrade", "websocket");
  return new CodemodeError("INVALID_REQUEST", `${c.req.path} takes WebSockets only`);
}
