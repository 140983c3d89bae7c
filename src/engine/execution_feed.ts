/** Writes down what happens to one execution, as it happens, for whoever reads its events. */

import type { CallProgress } from "../catalog/mod.ts";
import {
  type CallRecord,
  type Continuation,
  type EngineName,
  type ExecutionEvent,
  type OpenQuestion,
  type Problem,
  type QuestionAnswer,
  type RuntimeName,
  runtimeOf,
} from "../contract/mod.ts";
import type { EventLog } from "../journal/mod.ts";
import type { LogFrame } from "../protocol/frames.ts";
import type { ExecutionResult } from "./answer.ts";
import { summarizeArguments } from "./argument_summary.ts";
import type { Happening } from "./happening.ts";
import { sizeOf } from "./value_size.ts";

/** Bytes an event takes besides its texts. */
const EVENT_BYTES = 200;
/** Characters of what a server says of its progress. */
const MAX_PROGRESS_MESSAGE = 1000;

type PhasePayload = Extract<ExecutionEvent, { type: "phase" }>["payload"];

/** What an observer is told of where it is. */
export interface FeedState {
  readonly phase: PhasePayload["phase"] | "ended";
  readonly runtime?: RuntimeName;
  readonly calls: number;
}

/** The events of one execution. */
export class ExecutionFeed {
  readonly #log: EventLog<Happening>;
  #phase: FeedState["phase"] = "queued";
  #runtime: EngineName | undefined;
  #calls = 0;

  constructor(log: EventLog<Happening>) {
    this.#log = log;
  }

  get state(): FeedState {
    return {
      phase: this.#phase,
      ...(this.#runtime === undefined ? {} : { runtime: runtimeOf(this.#runtime) }),
      calls: this.#calls,
    };
  }

  /** It waits for its turn, with so many before it. */
  queued(position: number): void {
    this.#enter({ phase: "queued", position });
  }

  checking(): void {
    this.#enter({ phase: "checking" });
  }

  /** It waits for a sandbox; where others wait for one as well, with so many before it. */
  waiting(position?: number): void {
    // One that goes on elsewhere is told to go on, not to wait.
    if (this.#runtime !== undefined) return;
    this.#enter({ phase: "waiting", ...(position === undefined ? {} : { position }) });
  }

  running(runtime: EngineName): void {
    this.#runtime = runtime;
    this.#enter({ phase: "running", runtime });
  }

  continued(continuation: Continuation): void {
    this.#runtime = continuation.to;
    this.#enter({ phase: "continued", continuation });
  }

  log({ level, text: message }: Pick<LogFrame, "level" | "text">): void {
    const bytes = EVENT_BYTES + message.length * 2;
    this.#log.addDroppable({ type: "log", payload: { level, message } }, bytes);
  }

  /** A call began; the number that names it from now on. */
  callStarted(server: string, tool: string, input: unknown): number {
    const call = this.#calls += 1;
    const shown = summarizeArguments(input);
    const payload = { call, server, tool, status: "started" as const, arguments: shown };
    this.#log.add({ type: "call", payload }, EVENT_BYTES + shown.length * 2);
    return call;
  }

  callEnded(call: number, record: CallRecord): void {
    this.#log.add({ type: "call", payload: { call, ...record } }, EVENT_BYTES);
  }

  progress(call: number, { progress, total, message }: CallProgress): void {
    if (!Number.isFinite(progress)) return;
    const said = message?.slice(0, MAX_PROGRESS_MESSAGE);
    const payload = {
      call,
      progress,
      ...(Number.isFinite(total) && total !== undefined ? { total } : {}),
      ...(said === undefined ? {} : { message: said }),
    };
    const bytes = EVENT_BYTES + (said?.length ?? 0) * 2;
    this.#log.addDroppable({ type: "progress", payload }, bytes);
  }

  asked(question: OpenQuestion): void {
    this.#log.add({ type: "question", payload: question }, EVENT_BYTES + sizeOf(question));
  }

  answered(question: string, { action }: QuestionAnswer): void {
    this.#log.add({ type: "answer", payload: { question, action } }, EVENT_BYTES);
  }

  /** It has ended with an answer. */
  result(result: ExecutionResult): void {
    this.#phase = "ended";
    this.#log.end({ type: "result", result }, EVENT_BYTES + sizeOf(result));
  }

  /** It has ended and no program ran. */
  failed(problem: Problem): void {
    this.#phase = "ended";
    this.#log.end({ type: "error", payload: problem }, EVENT_BYTES + sizeOf(problem));
  }

  #enter(payload: PhasePayload): void {
    this.#phase = payload.phase;
    this.#log.add({ type: "phase", payload }, EVENT_BYTES);
  }
}
