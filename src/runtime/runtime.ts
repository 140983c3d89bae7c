/**
 * What a runtime is: something that opens sandboxes, each one isolated place that runs programs. The
 * rooms above see these interfaces only; which engine and which carrier stand behind them is theirs
 * not to know.
 */

import type { CodemodeError } from "../base/errors.ts";
import type { RuntimeInfo } from "../contract/mod.ts";
import type { DeniedAttempt } from "./broker_request.ts";
import type { Standstill } from "./standstill.ts";
import type { GuestAccess } from "../protocol/access.ts";
import type { Budget } from "../protocol/budget.ts";
import type {
  CallFrame,
  GuestNamespace,
  LogFrame,
  Repeatable,
  WireError,
  WireValue,
  YieldFrame,
} from "../protocol/frames.ts";

/** What a sandbox is made for; two equal specs are interchangeable. */
export interface SandboxSpec {
  readonly memoryLimitBytes: number;
  /** Whose programs a sandbox of many serves, where it serves one principal at a time. @default anyone's */
  readonly principal?: string;
}

/** One program, checked and emitted. */
export interface Program {
  /** JavaScript: the body of an async function. */
  readonly code: string;
  readonly namespaces: readonly GuestNamespace[];
  readonly context: WireValue;
  /** What it reaches besides tools, by calls in the namespaces of `protocol/access.ts`. */
  readonly access?: GuestAccess;
  /** Wall time from start to the final frame, without that in which a call was in flight. */
  readonly timeoutMs: number;
  /** Time with a call in flight, in all. @default 0: it is part of `timeoutMs` */
  readonly waitMs?: number;
  /** CPU time in all. @default `timeoutMs` behind calls, and as much as own time has room for */
  readonly cpuTimeMs?: number;
  readonly budget: Budget;
  /** What it used in other sandboxes, which counts against its limits. @default nothing */
  readonly spent?: SpentTime;
  /** Makes it repeatable, so that another sandbox can continue it. @default it is not */
  readonly repeatable?: Repeatable;
  /** CPU time after which a light engine gives it up; it must be repeatable. @default it is not given up */
  readonly yieldAfterMs?: number;
}

/** Times that a program has used. */
export interface SpentTime {
  readonly ownMs: number;
  readonly waitMs: number;
  readonly cpuMs: number;
}

/** The reply to a call; `at` is when it was first sent, in milliseconds since the epoch. */
export type CallReply =
  & { readonly at?: number }
  & (
    | { readonly ok: true; readonly value: WireValue }
    | { readonly ok: false; readonly error: WireError }
  );

/** What the sandbox asks of its host while a program runs. */
export interface RunHost {
  /**
   * Must not reject. `signal` aborts when the run ends before the call does. A repeatable program
   * sleeps by calls in `TIME_NAMESPACE`.
   */
  call(call: CallFrame, signal: AbortSignal): Promise<CallReply>;
  log(entry: Pick<LogFrame, "level" | "text">): void;
  /** A reply is sent, as this text. */
  replied?(call: CallFrame, text: string): void;
  /** Says when somebody is asked in the middle of a call, which takes none of the program's time. */
  readonly standstill?: Standstill;
  /** The program tried around the host what no sandbox may do, and was denied. */
  denied?(attempt: DeniedAttempt): void;
}

/** Measured for this program alone, CPU time and memory by the operating system. */
export interface Usage {
  readonly cpuTimeMs: number;
  readonly memoryPeakBytes: number;
  readonly wallTimeMs: number;
  /** Wall time with a call in flight. */
  readonly waitTimeMs: number;
  /** The part of it in which somebody was asked, which counts against no limit. @default 0 */
  readonly askTimeMs?: number;
}

/**
 * How a program ended. `failed`: the guest threw. `stopped`: the host ended it, for the reason in
 * `error.code` (a limit, a timeout, a crash, a cancel). `yielded`: a repeatable program has to be
 * continued in another sandbox, because its engine gave it up; `lost`: the sandbox went through no
 * fault of its own; `busy`: there was none.
 */
export type Outcome =
  | { readonly kind: "completed"; readonly value: WireValue; readonly notes: readonly string[] }
  | { readonly kind: "failed"; readonly error: WireError }
  | { readonly kind: "stopped"; readonly error: CodemodeError }
  | {
    readonly kind: "yielded";
    readonly reason: YieldFrame["reason"] | "lost" | "busy";
    readonly what: string;
  };

/** What is left of a run. */
export interface RunReport {
  readonly outcome: Outcome;
  readonly usage: Usage;
  /** Log lines dropped because the log budget was spent. */
  readonly droppedLogs: number;
  /** Calls that waited for their turn when the run ended; they never left the host. */
  readonly queuedCalls?: readonly CallFrame[];
}

/** One isolated place. Disposing it ends everything inside and waits until it is gone. */
export interface Sandbox extends AsyncDisposable {
  /** Milliseconds it took from spawn to ready. */
  readonly startupMs: number;
  /** Settles when the sandbox is gone, however it went. */
  readonly gone: Promise<void>;
  /** Runs one program; never rejects. A single-use sandbox is gone afterwards. */
  run(program: Program, host: RunHost, signal: AbortSignal): Promise<RunReport>;
}

/** A kind of sandbox. */
export interface Runtime extends AsyncDisposable {
  readonly name: RuntimeInfo["name"];
  readonly carrier: "process" | "worker";
  /**
   * Opens a sandbox that is ready for a program; rejects with `SANDBOX_CRASHED`, or with
   * `RUNTIME_UNAVAILABLE` when it cannot be started at all.
   */
  open(spec: SandboxSpec, signal?: AbortSignal): Promise<Sandbox>;
  describe(): RuntimeInfo;
}
