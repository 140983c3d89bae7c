/** `POST /api/v1/check`: what the checker says, without running anything. */

import type { Handler } from "hono";
import { CheckRequestSchema } from "../contract/mod.ts";
import type { Engine } from "../engine/mod.ts";
import type { Env } from "./env.ts";
import { readBody } from "./read_body.ts";

/** Checks the program of the body as the principal would run it. */
export function check({ engine }: { readonly engine: Engine }): Handler<Env> {
  return async (c) => {
    const request = await readBody(c, CheckRequestSchema);
    const options = { signal: c.req.raw.signal, requestId: c.get("requestId") };
    return c.json(await engine.check(request, c.get("principal"), options));
  };
}
