/** The part of the OpenAPI document about executions that are watched, asked and ended by their caller. */

import {
  AnswerRequestSchema,
  ExecutionDetailsSchema,
  ExecutionEventSchema,
  ExecutionsAnswerSchema,
  ExecutionViewSchema,
  InputRequiredSchema,
} from "../contract/mod.ts";
import type { Paths } from "./openapi_facts.ts";

/** Schemas that only these operations use. */
export const EXECUTION_SCHEMAS = Object.freeze({
  AnswerRequest: AnswerRequestSchema,
  ExecutionDetails: ExecutionDetailsSchema,
  ExecutionEvent: ExecutionEventSchema,
  ExecutionView: ExecutionViewSchema,
  ExecutionsAnswer: ExecutionsAnswerSchema,
  InputRequired: InputRequiredSchema,
});

/** The operations, but for `POST /api/v1/execute`. */
export function executionPaths(): Paths {
  const id = parameter("path", "id", "The execution's id", { type: "string" });
  const one = "/api/v1/executions/{id}";
  return {
    "/api/v1/execute/stream": {
      post: {
        ...operation("executeStream", "Run a program and watch it", STREAM),
        requestBody: { required: true, content: json("ExecuteRequest") },
      },
    },
    "/api/v1/ws": {
      get: {
        ...operation("socket", "A WebSocket for many executions", {}),
        parameters: [
          parameter("query", "values", "Results in a form that keeps what JSON loses", {
            enum: ["tagged"],
          }),
        ],
        responses: {
          101: { description: "The WebSocket is open" },
          default: { description: "Another failure", content: json("Failure") },
        },
        description: "Messages: {id, type: execute | cancel | answer, payload}; back come the " +
          "events of each execution under its id.",
      },
    },
    "/api/v1/executions": {
      get: {
        ...operation("executions", "Own executions, newest first", json("ExecutionsAnswer")),
        parameters: [
          parameter("query", "limit", "Executions at most", { type: "integer", maximum: 200 }),
          parameter("query", "before", "`next` of the page before", { type: "integer" }),
        ],
      },
    },
    [one]: {
      get: {
        ...operation("execution", "One of them, with its answer", json("ExecutionDetails")),
        parameters: [id],
      },
      delete: {
        ...operation("cancelExecution", "Cancel it", json("ExecutionView")),
        parameters: [id],
      },
    },
    [`${one}/events`]: { get: eventsOperation(id) },
    [`${one}/answers`]: {
      post: {
        ...operation("answerQuestion", "Answer what a tool's server asks", {
          "application/json": anyOf("ExecutionView", "ExecuteAnswer", "InputRequired"),
        }),
        parameters: [id],
        requestBody: { required: true, content: json("AnswerRequest") },
      },
    },
  };
}

/** One of several schemas. */
export function anyOf(...names: readonly string[]) {
  return { schema: { anyOf: names.map(reference) } };
}

function eventsOperation(id: unknown) {
  return {
    ...operation("executionEvents", "What happened to it, and what happens", STREAM),
    parameters: [
      id,
      parameter("query", "after", "Id of the last event seen", { type: "integer", minimum: 0 }),
      parameter("header", "Last-Event-ID", "The same", { type: "integer", minimum: 0 }),
    ],
  };
}

function reference(name: string) {
  return { $ref: `#/components/schemas/${name}` };
}

function json(name: string) {
  return { "application/json": { schema: reference(name) } };
}

const STREAM = Object.freeze({
  "text/event-stream": { schema: reference("ExecutionEvent") },
});

function operation(operationId: string, summary: string, content: Record<string, unknown>) {
  return {
    operationId,
    summary,
    responses: {
      200: { description: "The answer", content },
      default: { description: "Another failure", content: json("Failure") },
    },
  };
}

function parameter(
  place: "path" | "query" | "header",
  name: string,
  description: string,
  schema: Record<string, unknown>,
) {
  return { in: place, name, description, schema, ...(place === "path" ? { required: true } : {}) };
}
