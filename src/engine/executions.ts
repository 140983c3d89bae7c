/** Every execution that runs or is still kept, and how one comes to be. */

import { CodemodeError } from "../base/errors.ts";
import type { Clock } from "../base/clock.ts";
import { reaches } from "../capability/mod.ts";
import type { ExecutionsConfig } from "../config/mod.ts";
import type { ExecutionsAnswer, Language } from "../contract/mod.ts";
import { EventLog, KeptExecutions } from "../journal/mod.ts";
import { Standstill } from "../runtime/mod.ts";
import type { ExecutionTrace, Telemetry } from "../trace/mod.ts";
import type { ExecutionResult } from "./answer.ts";
import { ExecutionFeed } from "./execution_feed.ts";
import type { Happening } from "./happening.ts";
import { LiveExecution } from "./live_execution.ts";
import type { CallHooks } from "./direct_calls.ts";
import type { Caller } from "./principal.ts";
import { Questions } from "./questions.ts";
import { traceExecution } from "./trace_execution.ts";

/** Executions on one page when nobody says how many, and at most. */
const PAGE = { usual: 50, most: 200 };

/** Which part of a list. */
export interface PageOptions {
  /** Executions at most. @default 50 */
  readonly limit?: number;
  /** `next` of the page before. @default the newest */
  readonly before?: number;
}

/** What is known of an execution at its beginning. */
export interface Beginning extends Pick<CallHooks, "trace"> {
  readonly executionId: string;
  readonly requestId: string;
  readonly caller: Caller;
  readonly language: Language;
  readonly cancel: (reason: CodemodeError) => void;
}

/** What the parts of a run tell, and whom they ask. */
export interface Watch {
  readonly feed: ExecutionFeed;
  readonly questions: Questions;
  readonly standstill: Standstill;
  /** Aborts when it has ended. */
  readonly ended: AbortSignal;
  /** Its spans, where somebody collects them. */
  readonly spans: ExecutionTrace | undefined;
}

/** The executions of this engine. Disposing it forgets those that have ended. */
export class Executions implements Disposable {
  readonly #config: ExecutionsConfig;
  readonly #clock: Clock;
  readonly #telemetry: Telemetry | undefined;
  readonly #kept: KeptExecutions<LiveExecution>;

  constructor(config: ExecutionsConfig, clock: Clock, telemetry?: Telemetry) {
    this.#telemetry = telemetry;
    this.#config = config;
    this.#clock = clock;
    this.#kept = new KeptExecutions(config.kept, clock);
  }

  /** Begins one: `program` runs it and tells `watch` what happens. */
  begin(
    beginning: Beginning,
    program: (watch: Watch) => Promise<ExecutionResult>,
  ): LiveExecution {
    const clock = this.#clock;
    const log = new EventLog<Happening>(this.#config.events, clock);
    const spans = traceExecution(this.#telemetry, beginning, log);
    const feed = new ExecutionFeed(log);
    const standstill = new Standstill();
    const limits = this.#config.questions;
    const questions = new Questions({ limits, clock, feed, standstill });
    const over = new AbortController();
    const ended = over.signal;
    const execution = new LiveExecution({
      ...beginning,
      owner: beginning.caller,
      log,
      feed,
      questions,
      clock,
    });
    this.#kept.add(execution);
    execution.run(
      () => program({ feed, questions, standstill, spans, ended }),
      () => {
        over.abort();
        this.#kept.end(execution, execution.bytes);
      },
    );
    return execution;
  }

  /** The execution of this caller; `EXECUTION_NOT_FOUND` also when it is another's, or of a wider grant. */
  find(executionId: string, caller: Caller): LiveExecution {
    const found = this.#kept.find(caller.id, executionId);
    if (found !== undefined && reaches(caller, found.owner)) return found;
    throw new CodemodeError(
      "EXECUTION_NOT_FOUND",
      `There is no execution "${executionId.slice(0, 64)}", or not any more`,
    );
  }

  /** The executions that a caller finds, newest first. */
  list(caller: Caller, { limit = PAGE.usual, before }: PageOptions): ExecutionsAnswer {
    const most = Math.min(limit, PAGE.most);
    const isFound = ({ owner }: LiveExecution) => reaches(caller, owner);
    const { records, next } = this.#kept.list(caller.id, most, before, isFound);
    const executions = records.map((record) => record.view());
    return next === undefined ? { executions } : { executions, next };
  }

  [Symbol.dispose](): void {
    this.#kept[Symbol.dispose]();
  }
}
