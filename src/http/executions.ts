/** `/api/v1/executions`: a caller's own executions, what happens to them, their end and their questions. */

import type { Context, Handler } from "hono";
import { z } from "zod";
import type { Clock } from "../base/clock.ts";
import { CodemodeError } from "../base/errors.ts";
import { AnswerRequestSchema } from "../contract/mod.ts";
import type { Engine, StartedExecution } from "../engine/mod.ts";
import type { Env } from "./env.ts";
import { eventStream, streamHeaders } from "./event_stream.ts";
import { answerForm } from "./execute.ts";
import { LEFT } from "./execute_stream.ts";
import type { OpenPlaces } from "./open_places.ts";
import { readBody, readQuery } from "./read_body.ts";
import { untilStop } from "./until_stop.ts";

/** What these routes need. */
export interface ExecutionsParts {
  readonly engine: Engine;
}

/** What the stream of events needs besides. */
export interface EventsParts extends ExecutionsParts {
  readonly clock: Clock;
  readonly streams: OpenPlaces;
}

const NUMBER = /^\d{1,15}$/;
const number = z.string().regex(NUMBER, "must be a whole number").transform(Number);

const PageSchema = z.strictObject({
  limit: number.refine((limit) => limit >= 1 && limit <= 200, "must be 1 to 200").optional(),
  before: number.optional(),
});

const AfterSchema = z.strictObject({ after: number.optional() });

/** Query parameters of the list and of the events. */
export const PAGE_QUERY: readonly string[] = Object.keys(PageSchema.shape);
export const EVENTS_QUERY: readonly string[] = Object.keys(AfterSchema.shape);

/** `GET /api/v1/executions`: newest first. */
export function listExecutions({ engine }: ExecutionsParts): Handler<Env> {
  return (c) => {
    const { limit, before } = readQuery(c, PageSchema);
    const page = {
      ...(limit === undefined ? {} : { limit }),
      ...(before === undefined ? {} : { before }),
    };
    return c.json(engine.executions(c.get("principal"), page));
  };
}

/** `GET /api/v1/executions/{id}`. */
export function showExecution(parts: ExecutionsParts): Handler<Env> {
  return (c) => c.json(executionOf(c, parts).details(answerForm(c)));
}

/** `DELETE /api/v1/executions/{id}`: cancels it; one that has ended stays as it is. */
export function cancelExecution(parts: ExecutionsParts): Handler<Env> {
  return async (c) => {
    const execution = executionOf(c, parts);
    execution.cancel();
    // What ended it is in its view, and what it was answered besides is not asked for.
    await execution.result.catch(() => {});
    return c.json(execution.view());
  };
}

/** `GET /api/v1/executions/{id}/events`: from the event after `Last-Event-ID` or `after` on. */
export function executionEvents(parts: EventsParts): Handler<Env> {
  return (c) => {
    const execution = executionOf(c, parts);
    const { executionId } = execution;
    const { after } = readQuery(c, AfterSchema);
    const from = after ?? lastEventId(c) ?? 0;
    assertSeen(from, execution.view().lastEventId);
    // Nobody would read the stream, nor end it.
    if (c.req.method === "HEAD") return c.body(null, 200, streamHeaders(executionId));
    const { id, expiresAt } = c.get("principal");
    const place = parts.streams.take(id);
    return eventStream(execution.events(from, answerForm(c)), {
      executionId,
      clock: parts.clock,
      place,
      signal: c.req.raw.signal,
      expiresAt,
      onLeft: () => {}, // Who only looks on may go.
    });
  };
}

/** `POST /api/v1/executions/{id}/answers`: answers a question; waits for the next stop where asked to. */
export function answerQuestion(parts: ExecutionsParts): Handler<Env> {
  return async (c) => {
    const execution = executionOf(c, parts);
    const body = await readBody(c, AnswerRequestSchema);
    const { question, action, content, wait = false, onDisconnect } = body;
    execution.answer(question, { action, ...(content === undefined ? {} : { content }) });
    if (!wait) return c.json(execution.view());
    const { signal } = c.req.raw;
    const leave = () => execution.cancel(LEFT);
    if (onDisconnect !== "continue") signal.addEventListener("abort", leave, { once: true });
    try {
      const stop = await untilStop(execution);
      return c.json("input" in stop ? stop.input : answerForm(c)(stop.result));
    } finally {
      signal.removeEventListener("abort", leave);
    }
  };
}

function executionOf(c: Context<Env>, { engine }: ExecutionsParts): StartedExecution {
  return engine.execution(c.req.param("id") ?? "", c.get("principal"));
}

function lastEventId(c: Context<Env>): number | undefined {
  const given = c.req.header("last-event-id");
  if (given === undefined || given === "") return undefined;
  if (NUMBER.test(given)) return Number(given);
  throw new CodemodeError("INVALID_REQUEST", "Last-Event-ID must be the id of an event");
}

/** Who names an event that is still to come has mistaken the execution, and would wait in vain. */
function assertSeen(id: number, last: number): void {
  if (id <= last) return;
  const message = `There is no event ${id}: the last event of this execution is ${last}`;
  throw new CodemodeError("INVALID_REQUEST", message, { details: { lastEventId: last } });
}
