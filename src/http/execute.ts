/**
 * `POST /api/v1/execute`: run, answer when it has ended; to an interactive request also when the program
 * waits for its caller. A caller that goes away cancels, unless it said not to.
 */

import type { Context, Handler } from "hono";
import { SubmissionSchema } from "../contract/mod.ts";
import { type Engine, toPlainAnswer, toTaggedAnswer } from "../engine/mod.ts";
import type { Env } from "./env.ts";
import { readBody } from "./read_body.ts";
import { traceOf } from "./trace_of.ts";
import { untilStop } from "./until_stop.ts";

/** Asks for the result in the tagged form that `decodeValue` restores. */
const TAGGED = /(?:^|[,;\s])values=tagged(?:$|[,;\s])/;

/** Runs the program of the body as the principal. */
export function execute({ engine }: { readonly engine: Engine }): Handler<Env> {
  return async (c) => {
    const submission = await readBody(c, SubmissionSchema);
    const { interactive: canAnswer = false, onDisconnect, ...request } = submission;
    const options = {
      requestId: c.get("requestId"),
      ...traceOf(c),
      ...(onDisconnect === "continue" ? {} : { signal: c.req.raw.signal }),
    };
    const principal = c.get("principal");
    if (!canAnswer) return c.json(answerForm(c)(await engine.execute(request, principal, options)));
    const stop = await untilStop(await engine.start(request, principal, { ...options, canAnswer }));
    return c.json("input" in stop ? stop.input : answerForm(c)(stop.result));
  };
}

/** The form of answers that the caller wants. */
export function answerForm(c: Context<Env>): typeof toPlainAnswer {
  return wantsTagged(c) ? toTaggedAnswer : toPlainAnswer;
}

/** Whether the caller restores tagged values. */
export function wantsTagged(c: Context<Env>): boolean {
  return TAGGED.test(c.req.header("accept") ?? "");
}
