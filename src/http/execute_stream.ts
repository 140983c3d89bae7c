/** `POST /api/v1/execute/stream`: run, and tell what happens as it happens. */

import type { Handler } from "hono";
import type { Clock } from "../base/clock.ts";
import { SubmissionSchema } from "../contract/mod.ts";
import type { Engine } from "../engine/mod.ts";
import type { Env } from "./env.ts";
import { eventStream } from "./event_stream.ts";
import { answerForm } from "./execute.ts";
import type { OpenPlaces } from "./open_places.ts";
import { readBody } from "./read_body.ts";
import { traceOf } from "./trace_of.ts";

/** What streams need. */
export interface StreamParts {
  readonly engine: Engine;
  readonly clock: Clock;
  readonly streams: OpenPlaces;
}

/** Why an execution ended whose reader went away. */
export const LEFT = "The execution was cancelled: its caller went away";

/** Runs the program of the body as the principal. A reader that goes away cancels, unless it said not to. */
export function executeStream({ engine, clock, streams }: StreamParts): Handler<Env> {
  return async (c) => {
    const submission = await readBody(c, SubmissionSchema);
    const { interactive: canAnswer = false, onDisconnect, ...request } = submission;
    const options = { requestId: c.get("requestId"), canAnswer, ...traceOf(c) };
    const principal = c.get("principal");
    const place = streams.take(principal.id);
    const started = await engine.start(request, principal, options).catch((error) => {
      place[Symbol.dispose]();
      throw error;
    });
    return eventStream(started.events(0, answerForm(c)), {
      executionId: started.executionId,
      clock,
      place,
      signal: c.req.raw.signal,
      expiresAt: principal.expiresAt,
      onLeft: () => onDisconnect === "continue" ? undefined : started.cancel(LEFT),
    });
  };
}
