/** `POST /api/v1/execute`: run, answer when it has ended. A caller that goes away cancels. */

import type { Context, Handler } from "hono";
import { ExecuteRequestSchema } from "../contract/mod.ts";
import { type Engine, toPlainAnswer, toTaggedAnswer } from "../engine/mod.ts";
import type { Env } from "./env.ts";
import { readBody } from "./read_body.ts";

/** Asks for the result in the tagged form that `decodeValue` restores. */
const TAGGED = /(?:^|[,;\s])values=tagged(?:$|[,;\s])/;

/** Runs the program of the body as the principal. */
export function execute({ engine }: { readonly engine: Engine }): Handler<Env> {
  return async (c) => {
    const request = await readBody(c, ExecuteRequestSchema);
    const result = await engine.execute(request, c.get("principal"), {
      signal: c.req.raw.signal,
      requestId: c.get("requestId"),
    });
    return c.json(wantsTagged(c) ? toTaggedAnswer(result) : toPlainAnswer(result));
  };
}

/** Whether the caller restores tagged values. */
export function wantsTagged(c: Context<Env>): boolean {
  return TAGGED.test(c.req.header("accept") ?? "");
}
