/** `POST /api/v1/tools/{server}/{tool}`: one tool call without a program. */

import type { Handler } from "hono";
import { z } from "zod";
import { MAX_RESULT_TOKENS, MIN_RESULT_TOKENS, ToolCallRequestSchema } from "../contract/mod.ts";
import { type Engine, toPlainCall, toTaggedCall } from "../engine/mod.ts";
import type { Env } from "./env.ts";
import { wantsTagged } from "./execute.ts";
import { readBody, readQuery } from "./read_body.ts";
import { traceOf } from "./trace_of.ts";

/** The body is the tool's input, so what is asked of the answer stands in the query. */
const QuerySchema = z.object({
  maxResultTokens: z.coerce.number().int().min(MIN_RESULT_TOKENS).max(MAX_RESULT_TOKENS).optional(),
});

/** Its names. */
export const CALL_QUERY: readonly string[] = Object.keys(QuerySchema.shape);

/** Calls the tool of the path with the body as its input. A caller that goes away cancels. */
export function callTool({ engine }: { readonly engine: Engine }): Handler<Env> {
  return async (c) => {
    const asked = readQuery(c, QuerySchema);
    const input = await readBody(c, ToolCallRequestSchema);
    const { server = "", tool = "" } = c.req.param() as { server?: string; tool?: string };
    const result = await engine.callTool(
      { server, tool, input, ...asked },
      c.get("principal"),
      { signal: c.req.raw.signal, requestId: c.get("requestId"), ...traceOf(c) },
    );
    return c.json(wantsTagged(c) ? toTaggedCall(result) : toPlainCall(result));
  };
}
