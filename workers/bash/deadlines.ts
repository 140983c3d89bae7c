/**
 * `timeout`: ends a command once its time is over. A timer alone would not do: a command that spins
 * never lets one fire. So each statement that begins looks at the clock as well.
 */

import type { Command, CommandContext, ExecResult } from "./package_types.ts";

const UNIT_MS: Readonly<Record<string, number>> = {
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};
const DURATION = /^(\d+\.?\d*|\.\d+)([smhd]?)$/;
/** Longest delay of a timer; programs have less time. */
const MAX_TIMER_MS = 2 ** 31 - 1;
const WITH_VALUE = /^(?:-k|-s|--kill-after|--signal)$/;
const ALONE = /^(?:-[ks].+|--(?:kill-after|signal)=.*|--foreground|--verbose|-v)$/;
const TIMED_OUT = 124;
/** What the package says of a command that was ended. */
const ABORTED = /^bash: execution aborted\n/m;
/** As of a misuse of `timeout` itself. */
const MISUSED = 125;

const USAGE = "Usage: timeout [--preserve-status] DURATION COMMAND [ARG]...\n" +
  "Ends COMMAND after DURATION (10, 0.5, 2m; s m h d) and exits with 124.\n";

interface Deadline {
  readonly atMs: number;
  readonly aborter: AbortController;
}

/** What a command line of `timeout` says. */
interface Request {
  readonly durationMs: number;
  readonly command: string;
  readonly args: string[];
  readonly keepsStatus: boolean;
}

/** The commands of one script that have to end in time. */
export class Deadlines {
  readonly command: Command = {
    name: "timeout",
    execute: (args, context) => this.#execute(args, context),
  };
  readonly #open = new Set<Deadline>();

  /** Ends those whose time is over. */
  check(): void {
    if (this.#open.size === 0) return;
    const nowMs = performance.now();
    for (const { atMs, aborter } of this.#open) if (nowMs >= atMs) aborter.abort();
  }

  async #execute(args: string[], context: CommandContext): Promise<ExecResult> {
    if (args[0] === "--help") return { stdout: USAGE, stderr: "", exitCode: 0 };
    const request = readRequest(args);
    if (typeof request === "string") {
      return { stdout: "", stderr: `timeout: ${request}\n`, exitCode: MISUSED };
    }
    const { durationMs } = request;
    // As with the program of that name, 0 is no limit.
    const atMs = durationMs === 0 ? Infinity : performance.now() + durationMs;
    const deadline: Deadline = { atMs, aborter: new AbortController() };
    const timer = durationMs === 0 || durationMs > MAX_TIMER_MS
      ? undefined
      : setTimeout(() => deadline.aborter.abort(), durationMs);
    this.#open.add(deadline);
    try {
      const result = await run(request, context, deadline.aborter.signal);
      // A single command that computes cannot be interrupted; it is late all the same.
      this.check();
      return deadline.aborter.signal.aborted ? toTimedOut(result, request) : result;
    } finally {
      clearTimeout(timer);
      this.#open.delete(deadline);
    }
  }
}

async function run(
  request: Request,
  context: CommandContext,
  signal: AbortSignal,
): Promise<ExecResult> {
  const { command, args } = request;
  const { cwd, exec } = context;
  // Bytes are text of their own kind, which is passed on as it is.
  const stdin = context.stdin as unknown as string;
  const outer = context.signal;
  const both = outer === undefined ? signal : AbortSignal.any([outer, signal]);
  try {
    const quoted = `'${command.replaceAll("'", `'\\''`)}'`;
    return await exec!(quoted, { cwd, signal: both, stdin, stdinKind: "bytes", args });
  } catch (error) {
    if (!signal.aborted || outer?.aborted) throw error;
    return { stdout: "", stderr: "", exitCode: TIMED_OUT };
  }
}

function toTimedOut(result: ExecResult, { keepsStatus }: Request): ExecResult {
  const stderr = result.stderr.replace(ABORTED, "");
  return { ...result, stderr, exitCode: keepsStatus ? result.exitCode : TIMED_OUT };
}

/** What is asked for, or what is wrong with it. */
function readRequest(args: readonly string[]): Request | string {
  let keepsStatus = false;
  let at = 0;
  for (; at < args.length; at += 1) {
    const option = args[at]!;
    if (option === "--preserve-status" || option === "-p") keepsStatus = true;
    else if (WITH_VALUE.test(option)) at += 1;
    else if (option === "--") {
      at += 1;
      break;
    } else if (!option.startsWith("-")) break;
    else if (!ALONE.test(option)) return `unrecognized option '${option}'`;
  }
  const [duration, command, ...rest] = args.slice(at);
  if (duration === undefined || command === undefined) return "missing operand";
  const [, count, unit = ""] = DURATION.exec(duration) ?? [];
  if (count === undefined) return `invalid time interval '${duration}'`;
  return { durationMs: Number(count) * (UNIT_MS[unit] ?? 1000), command, args: rest, keepsStatus };
}
