/**
 * The calls of one program: in the order of their numbers, so many in all, so many at the same time, and
 * only of names that it was granted. What waits for a place waits here; what the end of the run leaves
 * in flight is aborted.
 */

import { CodemodeError } from "../base/errors.ts";
import type { Logger } from "../base/log.ts";
import { TIME_NAMESPACE } from "../protocol/access.ts";
import type { CallFrame, ReplyFrame } from "../protocol/frames.ts";
import { listAllowed } from "./allowed_tools.ts";
import { callLimitError, protocolError, sleepLimitError } from "./limits.ts";
import type { CallReply, Program, RunHost } from "./runtime.ts";
import type { TimeBudget } from "./time_budget.ts";

/** Timers of one program at the same time. */
const MAX_SLEEPS = 1000;

/** What calls need of the session they belong to. */
export interface CallsContext {
  readonly logger: Logger;
  /** Sends text to the guest; `onFlushed` is called once there is room for more. */
  write(text: string, onFlushed?: () => void): void;
  /** Time with a call in flight is not the program's own. */
  readonly time: Pick<TimeBudget, "callBegan" | "callEnded">;
}

/** Makes the calls of one program. */
export class ProgramCalls {
  readonly #program: Program;
  readonly #host: RunHost;
  readonly #context: CallsContext;
  readonly #allowed: ReadonlyMap<string, ReadonlySet<string>>;
  readonly #aborter = new AbortController();
  readonly #queue: CallFrame[] = [];
  #hasEnded = false;
  #frames = 0;
  #calls = 0;
  #active = 0;
  #sleeps = 0;

  constructor(program: Program, host: RunHost, context: CallsContext) {
    this.#program = program;
    this.#host = host;
    this.#context = context;
    this.#allowed = listAllowed(program);
  }

  /** Calls that never left the host, in the order they were made. */
  get queued(): readonly CallFrame[] {
    return this.#queue;
  }

  /** Makes a call, now or when there is a place for it; gives what must end the run, if that is so. */
  take(call: CallFrame): CodemodeError | undefined {
    const { calls, concurrentCalls } = this.#program.budget;
    if (call.id !== this.#frames + 1) return protocolError("a call out of order");
    this.#frames += 1;
    if (call.namespace === TIME_NAMESPACE) return this.#takeSleep(call);
    this.#calls += 1;
    if (this.#calls > calls) return callLimitError(calls);
    if (this.#active >= concurrentCalls) this.#queue.push(call);
    else this.#dispatch(call);
    return undefined;
  }

  /** Makes no further calls, aborts those in flight and lets their answers go nowhere. */
  end(): void {
    this.#hasEnded = true;
    // Making an error takes longer than all the rest of a run's end.
    if (this.#active + this.#sleeps > 0) {
      this.#aborter.abort(new CodemodeError("CANCELLED", "The program has ended"));
    }
  }

  /** Sleeping is the program's own time; it waits for nobody and takes nobody's turn. */
  #takeSleep(call: CallFrame): CodemodeError | undefined {
    // SAFETY: each sleep is a timer of the host's (test/unit/runtime: program_calls).
    if (this.#sleeps >= MAX_SLEEPS) return sleepLimitError(MAX_SLEEPS);
    this.#sleeps += 1;
    void this.#answer(call).then((reply) => {
      this.#sleeps -= 1;
      if (!this.#hasEnded) this.#reply(call, reply);
    });
    return undefined;
  }

  #reply(call: CallFrame, reply: CallReply, onFlushed?: () => void): void {
    const text = this.#print(call, reply);
    this.#host.replied?.(call, text);
    this.#context.write(`${text}\n`, onFlushed);
  }

  // SAFETY: nobody handles what is thrown here, and unhandled it ends the whole program; the codec sees
  // to it that nothing is (test/unit/runtime: program_calls).
  #print({ id }: CallFrame, reply: CallReply): string {
    try {
      return JSON.stringify({ type: "reply", id, ...reply } satisfies ReplyFrame);
    } catch (error) {
      this.#context.logger.error("The answer of a tool call cannot be printed", { error });
      const told = { name: "Error", message: "The host could not print the answer of the call" };
      return JSON.stringify({ type: "reply", id, ok: false, error: told } satisfies ReplyFrame);
    }
  }

  #dispatch(call: CallFrame): void {
    const { time } = this.#context;
    this.#active += 1;
    time.callBegan();
    void this.#answer(call).then((reply) => {
      time.callEnded();
      if (this.#hasEnded) return;
      // The slot is free once the guest has taken the reply, so replies never pile up here.
      this.#reply(call, reply, () => this.#release());
    });
  }

  async #answer(call: CallFrame): Promise<CallReply> {
    // SAFETY: only granted names are dispatched, by own lookup (test/escape: inherited-tool-name).
    if (!this.#allowed.get(call.namespace)?.has(call.tool)) {
      const message = `No tool is called ${call.namespace}.${call.tool}`;
      return { ok: false, error: { name: "TypeError", message } };
    }
    try {
      return await this.#host.call(call, this.#aborter.signal);
    } catch (error) {
      this.#context.logger.error("A tool call failed inside the host", { error });
      return { ok: false, error: { name: "Error", message: "The host could not make the call" } };
    }
  }

  #release(): void {
    this.#active -= 1;
    if (this.#hasEnded) return;
    const next = this.#queue.shift();
    if (next !== undefined) this.#dispatch(next);
  }
}
