/** What happens to an execution as the engine keeps it, and the event it becomes for each door. */

import type { ExecuteAnswer, ExecutionEvent } from "../contract/mod.ts";
import type { Read } from "../journal/mod.ts";
import type { ExecutionResult } from "./answer.ts";

type Told = Exclude<ExecutionEvent, { type: "result" }>;

type BodyOf<Event extends Told> = Event extends Told ? Pick<Event, "type" | "payload"> : never;

/** One thing that happened. The result stays as the sandbox sent it, so that each door chooses its form. */
export type Happening =
  | BodyOf<Told>
  | { readonly type: "result"; readonly result: ExecutionResult };

/** A door's form of an answer. */
export type ToAnswer = (result: ExecutionResult) => ExecuteAnswer;

/** The event for a reader of this execution. */
export function toEvent(
  executionId: string,
  read: Read<Happening>,
  toAnswer: ToAnswer,
): ExecutionEvent {
  const head = { id: read.id, executionId, timestamp: new Date(read.at).toISOString() };
  if ("lost" in read) return { ...head, type: "log", payload: lostLine(read.lost) };
  const { body } = read;
  return body.type === "result"
    ? { ...head, type: "result", payload: toAnswer(body.result) }
    : { ...head, ...body } as ExecutionEvent;
}

function lostLine(lost: number) {
  const what = lost === 1 ? "1 event was" : `${lost} events were`;
  return { level: "warn", message: `${what} dropped: logs or progress, more than is kept` };
}
