/** `/mcp`: our own MCP server. Who calls and from where was looked at before; the rest is the door's. */

import type { Handler } from "hono";
import type { McpEndpoint } from "../door/mod.ts";
import type { Env } from "./env.ts";

/** Serves the protocol to the principal. */
export function mcp({ mcp }: { readonly mcp: McpEndpoint }): Handler<Env> {
  return (c) => mcp.fetch(c.req.raw, c.get("principal"));
}
