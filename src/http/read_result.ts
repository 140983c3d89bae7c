/** `GET /api/v1/results/{handle}`: a part of a result that was too big to be given at once. */

import type { Handler } from "hono";
import { ReadResultSchema } from "../contract/mod.ts";
import type { Engine } from "../engine/mod.ts";
import type { Env } from "./env.ts";
import { readQuery } from "./read_body.ts";

/** Reads the principal's result of the path. */
export function readResult({ engine }: { readonly engine: Engine }): Handler<Env> {
  return async (c) => {
    const reading = readQuery(c, ReadResultSchema);
    return c.json(
      await engine.readResult(c.req.param("handle") ?? "", reading, c.get("principal")),
    );
  };
}
