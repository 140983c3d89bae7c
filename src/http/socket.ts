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
import type { RequestRate } from "./request_rate.ts";
import { traceOf } from "./trace_of.ts";

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
  const open = new Map<string, number>();
  let all = 0;
  const count = (id: string, by: 1 | -1) => {
    const left = (open.get(id) ?? 0) + by;
    all += by;
    if (left > 0) open.set(id, left);
    else open.delete(id);
  };
  return (c) => {
    const upgrade = c.env?.upgrade;
    if (upgrade === undefined) throw notAnUpgrade(c);
    const { id } = c.get("principal");
    const { max, perPrincipal } = parts.config.sockets;
    if (all >= max) throw tooMany("sockets.max", max);
    if ((open.get(id) ?? 0) >= perPrincipal) throw tooMany("sockets.perPrincipal", perPrincipal);
    const authorize = () => authorizeAgain(c, id, parts);
    const isTagged = wantsTagged(c) || c.req.query("values") === "tagged";
    upgrade.accept((peer) => {
      count(id, 1);
      peer.onClose(() => count(id, -1));
      return new ExecutionSocket(peer, { ...parts, authorize, isTagged, ...traceOf(c) });
    });
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

function tooMany(limit: string, max: number): CodemodeError {
  return new CodemodeError("RATE_LIMITED", `${max} WebSockets are open already`, {
    details: { limit },
  });
}
