/** Waits until an execution has ended or asks its caller something: where a plain answer can be given. */

import type { InputRequired } from "../contract/mod.ts";
import type { ExecutionResult, StartedExecution } from "../engine/mod.ts";

/** How an execution stopped, for now or for good. */
export type Stop = { readonly result: ExecutionResult } | { readonly input: InputRequired };

/** The next stop; rejects when no program ran. */
export async function untilStop(execution: StartedExecution): Promise<Stop> {
  const asking = inputOf(execution);
  if (asking !== undefined) return { input: asking };
  const { lastEventId } = execution.view();
  for await (const { type } of execution.events(lastEventId)) {
    const input = type === "question" ? inputOf(execution) : undefined;
    if (input !== undefined) return { input };
  }
  return { result: await execution.result };
}

function inputOf({ executionId, questions }: StartedExecution): InputRequired | undefined {
  if (questions.length === 0) return undefined;
  return { status: "input_required", executionId, questions: [...questions] };
}
