/** What every door talks to: the one place where programs and calls enter. */

import type {
  CheckAnswer,
  CheckRequest,
  ExecuteRequest,
  ExecutionsAnswer,
  ReadResult,
  ResultPage,
  RuntimeInfo,
} from "../contract/mod.ts";
import type { ExecutionResult } from "./answer.ts";
import type { DirectCall, DirectCallResult, RawAnswer } from "./direct_calls.ts";
import type { CallOptions, ExecuteOptions } from "./execute_options.ts";
import type { PageOptions } from "./executions.ts";
import type { StartedExecution } from "./live_execution.ts";
import type { Caller } from "./principal.ts";
import type { Toolbox } from "./toolbox.ts";

/** What every door talks to. */
export interface Engine extends AsyncDisposable {
  /** Runs a program. Rejects only when the request did not run. */
  execute(
    request: ExecuteRequest,
    caller: Caller,
    options?: ExecuteOptions,
  ): Promise<ExecutionResult>;
  /** Lets a program in, and resolves when it is: what happens then is in its events and its result. */
  start(
    request: ExecuteRequest,
    caller: Caller,
    options?: ExecuteOptions,
  ): Promise<StartedExecution>;
  /** An execution of this caller that runs or is still kept; else throws `EXECUTION_NOT_FOUND`. */
  execution(executionId: string, caller: Caller): StartedExecution;
  /** The executions of this caller that run or are still kept, newest first. */
  executions(caller: Caller, page?: PageOptions): ExecutionsAnswer;
  /** Checks a program without running it. */
  check(request: CheckRequest, caller: Caller, options?: ExecuteOptions): Promise<CheckAnswer>;
  /** Calls one tool without a program; rejects with what a program would have caught. */
  callTool(call: DirectCall, caller: Caller, options?: CallOptions): Promise<DirectCallResult>;
  /** The same call for a face that shows the tool as it is: what its server answered, untouched. */
  relay(call: DirectCall, caller: Caller, options?: CallOptions): Promise<RawAnswer>;
  /**
   * A part of a result that was too big to be given at once. Rejects with `RESULT_NOT_FOUND` or
   * `INVALID_REQUEST`.
   */
  readResult(handle: string, reading: ReadResult, caller: Caller): Promise<ResultPage>;
  /** The tools a caller reaches, under their guest names, with what their results looked like to it. */
  toolbox(caller: Caller): Promise<Toolbox>;
  /** Runtimes of this host, available or not. */
  runtimes(): readonly RuntimeInfo[];
  /** Takes a sandbox and runs an empty program in it; milliseconds. */
  probe(signal: AbortSignal): Promise<number>;
  /** Refuses new work, waits for what runs until the signal aborts, then cancels it. */
  drain(signal: AbortSignal): Promise<void>;
}
