/**
 * The host's half of the protocol, for one program over any channel. Every frame is hostile: its form
 * is checked, its size and number are counted against the budget, and whatever breaks a rule ends the
 * run with a typed error. Calls are `ProgramCalls`' to make. Knows nothing of processes.
 */

import { Buffer } from "node:buffer";
import { availableParallelism } from "node:os";
import type { Clock } from "../base/clock.ts";
import type { CodemodeError } from "../base/errors.ts";
import { findExcess } from "../base/json_extent.ts";
import type { Logger } from "../base/log.ts";
import type {
  CallFrame,
  FinalFrame,
  GuestUsage,
  LogFrame,
  YieldFrame,
} from "../protocol/frames.ts";
import { PROTOCOL_VERSION } from "../protocol/frames.ts";
import { LineSplitter, openGuestLine } from "../protocol/lines.ts";
import { parseFrame } from "../protocol/parse_frame.ts";
import { extentError, outputError, protocolError } from "./limits.ts";
import { ProgramCalls } from "./program_calls.ts";
import type { Outcome, Program, RunHost, Usage } from "./runtime.ts";
import { TimeBudget } from "./time_budget.ts";

/** What the session needs of the world. */
export interface SessionContext {
  readonly clock: Clock;
  readonly logger: Logger;
  /** Secret of this run, unknown to the guest. */
  readonly nonce: string;
  /** Sends text to the guest; `onFlushed` is called once there is room for more. */
  write(text: string, onFlushed?: () => void): void;
}

/** Runs one program over a channel. */
export class Session {
  /** Settles once, with how the program ended. */
  readonly outcome: Promise<Outcome>;
  readonly #program: Program;
  readonly #host: RunHost;
  readonly #context: SessionContext;
  readonly #lines: LineSplitter;
  readonly #time: TimeBudget;
  readonly #calls: ProgramCalls;
  #settle: (outcome: Outcome) => void = () => {};
  #hasEnded = false;
  #usage: GuestUsage | undefined;
  #standstill: Disposable | undefined;
  #totalBytes = 0;
  #logLines = 0;
  #logBytes = 0;
  #droppedLogs = 0;

  constructor(program: Program, host: RunHost, context: SessionContext) {
    this.#program = program;
    this.#host = host;
    this.#context = context;
    this.#lines = new LineSplitter(program.budget.frameBytes);
    this.#time = new TimeBudget(
      { waitMs: 0, ...program, cores: availableParallelism() },
      context.clock,
      (error) => this.stop(error),
    );
    this.#calls = new ProgramCalls(program, host, {
      logger: context.logger,
      write: (text, onFlushed) => context.write(text, onFlushed),
      time: this.#time,
    });
    this.outcome = new Promise((resolve) => this.#settle = resolve);
  }

  /** Milliseconds with a call in flight. */
  get waitTimeMs(): number {
    return this.#time.waitingMs + this.#time.askingMs;
  }

  /** The same as usage, with the part in which somebody was asked. */
  get waited(): Pick<Usage, "waitTimeMs" | "askTimeMs"> {
    const { waitTimeMs } = this;
    const { askingMs: askTimeMs } = this.#time;
    return askTimeMs === 0 ? { waitTimeMs } : { waitTimeMs, askTimeMs };
  }

  /** Ends the run when that much CPU time is more than it may use; does nothing when it has ended. */
  judgeCpuTime(usedMs: number): void {
    const error = this.#time.judgeCpuTime(usedMs);
    if (error !== undefined) this.stop(error);
  }

  /** Log entries dropped because the budget was spent. */
  get droppedLogs(): number {
    return this.#droppedLogs;
  }

  /** Calls that never left the host, in the order they were made. */
  get queuedCalls(): readonly CallFrame[] {
    return this.#calls.queued;
  }

  /** What the guest's side says the program used; absent where the process is the program's alone. */
  get usage(): GuestUsage | undefined {
    return this.#usage;
  }

  /** Sends the program; its time runs from now. */
  start(): void {
    const { code, namespaces, context, access, budget, repeatable, yieldAfterMs } = this.#program;
    const { nonce } = this.#context;
    const start = { type: "start", version: PROTOCOL_VERSION, nonce, code, namespaces, context };
    const terms = { access, depth: budget.depth, repeatable, yieldAfterMs };
    const cpuTimeMs = repeatable && this.#cpuTimeLeftMs();
    const frameBytes = repeatable && budget.frameBytes;
    this.#context.write(`${JSON.stringify({ ...start, ...terms, cpuTimeMs, frameBytes })}\n`);
    this.#time.start();
    const { standstill } = this.#host;
    if (standstill === undefined) return;
    this.#time.asks(standstill.isOn);
    this.#standstill = standstill.onChange((isOn) => this.#time.asks(isOn));
  }

  /** An engine of many programs has to end one itself; all others are ended from outside. */
  #cpuTimeLeftMs(): number {
    const { cpuTimeMs, timeoutMs, spent } = this.#program;
    return Math.max(1, (cpuTimeMs ?? timeoutMs) - (spent?.cpuMs ?? 0));
  }

  /** Takes bytes of a guest whose channel is a stream: lines begin and end anywhere in them. */
  receive(chunk: Uint8Array): void {
    if (this.#hasEnded || !this.#count(chunk.length)) return;
    const fits = this.#lines.push(chunk, (line, bytes) => this.#takeLine(line, bytes));
    if (!fits) this.#refuseSize();
  }

  /** Takes a message of a guest whose channel has messages: one line each, and nothing but text. */
  receiveMessage(message: unknown): void {
    if (this.#hasEnded) return;
    if (typeof message !== "string") return this.#refuse("a message that is not text");
    const bytes = Buffer.byteLength(message);
    if (!this.#count(bytes)) return;
    if (bytes > this.#program.budget.frameBytes) return this.#refuseSize();
    this.#takeLine(message.trim(), bytes);
  }

  /** Counts output; false when it was too much, which has ended the run. */
  #count(bytes: number): boolean {
    const { totalBytes } = this.#program.budget;
    this.#totalBytes += bytes;
    if (this.#totalBytes <= totalBytes) return true;
    this.stop(outputError("The program's output in all", totalBytes));
    return false;
  }

  #refuseSize(): void {
    const { frameBytes } = this.#program.budget;
    this.stop(outputError("A single message of the program", frameBytes));
  }

  /** Ends the run for a reason of the host's; does nothing when it has ended. */
  stop(error: CodemodeError): void {
    this.#end({ kind: "stopped", error });
  }

  /**
   * Ends the run because its sandbox is going for a reason that is none of the program's: one that is
   * repeatable can be continued elsewhere.
   */
  lose(error: CodemodeError): void {
    if (this.#program.repeatable === undefined) return this.stop(error);
    this.#end({ kind: "yielded", reason: "lost", what: error.message });
  }

  /** Ends the run because it has ended its sandbox: where its engine may give it up it goes on elsewhere. */
  crash(error: CodemodeError): void {
    if (this.#program.yieldAfterMs === undefined) return this.stop(error);
    this.lose(error);
  }

  /** Ends the run as if its engine had given it up, where it may; else for `error`. */
  giveUp(error: CodemodeError): void {
    const { yieldAfterMs } = this.#program;
    if (yieldAfterMs === undefined) return this.stop(error);
    this.#end({ kind: "yielded", reason: "cpu", what: `${yieldAfterMs} ms` });
  }

  #end(outcome: Outcome): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#time.stop();
    this.#standstill?.[Symbol.dispose]();
    this.#calls.end();
    this.#settle(outcome);
  }

  #takeLine(line: string, bytes: number): void {
    if (this.#hasEnded) return;
    const json = openGuestLine(this.#context.nonce, line);
    if (json === undefined) {
      this.#context.logger.debug("A sandbox wrote a line that is no frame", { bytes });
      return;
    }
    const excess = findExcess(json);
    if (excess !== undefined) return this.stop(extentError(excess));
    const parsed = parseFrame(json, this.#program.budget.depth);
    if (!parsed.ok) return this.#refuse(parsed.reason);
    const { frame } = parsed;
    if (frame.type === "call") this.#takeCall(frame);
    else if (frame.type === "log") this.#takeLog(frame);
    else if (frame.type === "final") this.#takeFinal(frame, bytes);
    else if (frame.type === "yield") this.#takeYield(frame);
    else this.#refuse("a second ready frame");
  }

  #refuse(reason: string): void {
    this.stop(protocolError(reason));
  }

  #takeLog({ level, text }: LogFrame): void {
    const { logLines, logBytes } = this.#program.budget;
    const bytes = Buffer.byteLength(text);
    if (this.#logLines >= logLines || this.#logBytes + bytes > logBytes) {
      this.#droppedLogs += 1;
      return;
    }
    this.#logLines += 1;
    this.#logBytes += bytes;
    this.#host.log({ level, text });
  }

  #takeFinal(frame: FinalFrame, bytes: number): void {
    const { resultBytes } = this.#program.budget;
    this.#usage = frame.usage;
    if (!frame.ok) return this.#end({ kind: "failed", error: frame.error });
    if (bytes > resultBytes && Buffer.byteLength(JSON.stringify(frame.value)) > resultBytes) {
      return this.stop(outputError("The result", resultBytes));
    }
    this.#end({ kind: "completed", value: frame.value, notes: frame.notes });
  }

  #takeYield({ reason, what, usage }: YieldFrame): void {
    if (this.#program.yieldAfterMs === undefined) return this.#refuse("a yield nobody asked for");
    this.#usage = usage;
    this.#end({ kind: "yielded", reason, what });
  }

  #takeCall(call: CallFrame): void {
    const error = this.#calls.take(call);
    if (error !== undefined) this.stop(error);
  }
}
