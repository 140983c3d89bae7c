/** A program as the subject of a conversation. */

import type { Logger } from "../base/log.ts";
import type { DoorConfig } from "../config/mod.ts";
import type { ExecuteRequest } from "../contract/mod.ts";
import { type Caller, type CallHooks, type Engine, toPlainAnswer } from "../engine/mod.ts";
import type { Subject } from "./conversation.ts";
import { toProgramResult, toRefusedResult } from "./tool_result.ts";

/** Whose program it is, and how its result is told. */
export interface ProgramOptions extends Pick<CallHooks, "trace"> {
  readonly caller: Caller;
  readonly canAnswer: boolean;
  readonly config: Pick<DoorConfig, "resultText">;
  readonly logger: Logger;
}

/** Starts a program. Rejects when it is not let in. */
export async function startProgram(
  engine: Engine,
  request: ExecuteRequest,
  { caller, canAnswer, config, logger, trace }: ProgramOptions,
): Promise<Subject> {
  const options = { canAnswer, ...(trace === undefined ? {} : { trace }) };
  const started = await engine.start(request, caller, options);
  return {
    id: started.executionId,
    result: started.result.then(
      (ended) => toProgramResult(toPlainAnswer(ended), config),
      (thrown) => toRefusedResult(thrown, logger),
    ),
    get questions() {
      return started.questions;
    },
    events: (after) => started.events(after),
    answer: (question, answer) => started.answer(question, answer),
    cancel: (reason) => started.cancel(reason),
  };
}
