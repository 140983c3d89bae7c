/** A program's way through sandboxes that give it up, lose it, or see something else happen. */

import assert from "node:assert/strict";
import { CodemodeError } from "../../../src/base/errors.ts";
import type { Continuation, RuntimeName } from "../../../src/contract/mod.ts";
import { type ProgramEnd, ProgramWalk } from "../../../src/continuation/program_walk.ts";
import type { Pool } from "../../../src/pool/mod.ts";
import type { CallFrame } from "../../../src/protocol/frames.ts";
import type {
  CallReply,
  Outcome,
  Program,
  RunHost,
  RunReport,
  Usage,
} from "../../../src/runtime/mod.ts";
import { FakeClock } from "../../harness/fake_clock.ts";
import { program, type RecordingHost, recordingHost } from "../../harness/programs.ts";
import { pass, settle } from "../../harness/settle.ts";

/** What one sandbox does with the program. */
type Script = (guest: Guest) => Promise<Outcome> | Outcome;

/** The program as its sandbox sees it. */
interface Guest {
  readonly program: Program;
  readonly signal: AbortSignal;
  call(...args: number[]): Promise<CallReply>;
  sleep(ms: unknown): Promise<CallReply>;
  log(text: string): void;
}

const DONE: Outcome = { kind: "completed", value: "done", notes: [] };
const CPU: Outcome = { kind: "yielded", reason: "cpu", what: "100 ms" };
const LOST: Outcome = { kind: "yielded", reason: "lost", what: "another program" };

function guestOf(program: Program, host: RunHost, signal: AbortSignal): Guest {
  let last = 0;
  const send = (namespace: string, tool: string, args: CallFrame["args"]) => {
    const frame: CallFrame = { type: "call", id: last += 1, namespace, tool, args };
    return host.call(frame, signal).then((reply) => {
      host.replied?.(frame, JSON.stringify({ type: "reply", id: frame.id, ...reply }));
      return reply;
    });
  };
  return {
    program,
    signal,
    call: (...args) => send("memory", "read", args),
    sleep: (ms) => send("@time", "sleep", [ms as number]),
    log: (text) => host.log({ level: "log", text }),
  };
}

/** A pool without a place: the waiting ends with the signal. */
function refusal(left: Script[], signal: AbortSignal): Promise<never> {
  left.shift();
  return new Promise((_resolve, reject) =>
    signal.addEventListener("abort", () => reject(new CodemodeError("CANCELLED", "gave up")))
  );
}

interface Walked extends ProgramEnd {
  readonly programs: readonly Program[];
  readonly runtimes: readonly RuntimeName[];
}

const USAGE: Usage = { cpuTimeMs: 5, memoryPeakBytes: 7, wallTimeMs: 10, waitTimeMs: 4 };

/** Takes a checkout that has to wait until its signal aborts. */
const NO_PLACE: Script = () => assert.fail("it has no sandbox");

async function walk(
  scripts: readonly Script[],
  options: {
    host?: RunHost;
    clock?: FakeClock;
    isPinned?: boolean;
    names?: readonly RuntimeName[];
    signal?: AbortSignal;
    changes?: Partial<Program>;
    usage?: Partial<Usage>;
    onMoved?: (move: Continuation) => void;
    isWorthMoving?: (engine: string, waitedMs: number) => boolean;
  } = {},
): Promise<Walked> {
  const { clock = new FakeClock(), names = ["quickjs", "deno"] } = options;
  const left = [...scripts];
  const programs: Program[] = [];
  const runtimes: RuntimeName[] = [];
  const poolOf = (name: RuntimeName): Pool => ({
    stats: () => assert.fail(),
    [Symbol.asyncDispose]: () => Promise.resolve(),
    checkout: (_spec, signal) =>
      left[0] === NO_PLACE ? refusal(left, signal) : Promise.resolve({
        waitedMs: 0,
        startupMs: 2,
        warm: false,
        [Symbol.asyncDispose]: () => Promise.resolve(),
        sandbox: {
          startupMs: 2,
          gone: Promise.resolve(),
          [Symbol.asyncDispose]: () => Promise.resolve(),
          async run(program, host, signal): Promise<RunReport> {
            programs.push(program);
            runtimes.push(name);
            const aborted = new Promise<Outcome>((resolve) =>
              signal.addEventListener("abort", () =>
                resolve({ kind: "stopped", error: new CodemodeError("CANCELLED", "aborted") }))
            );
            const outcome = await Promise.race([
              aborted,
              left.shift()!(guestOf(program, host, signal)),
            ]);
            const usage = { ...USAGE, ...options.usage };
            return { outcome, usage, droppedLogs: 0 };
          },
        },
      }),
  });
  const job = {
    runtime: names[0]!,
    isPinned: options.isPinned ?? false,
    program: program("code", options.changes),
    spec: { memoryLimitBytes: 1 },
    host: options.host ?? recordingHost(),
    signal: options.signal ?? new AbortController().signal,
  };
  const pools = new Map(names.map((name) => [name, poolOf(name)]));
  const { onMoved = () => {}, isWorthMoving = () => true } = options;
  const parts = { pools, clock, onSandbox() {}, onMoved, isWorthMoving };
  const end = await new ProgramWalk(job, parts).run();
  assert.equal(left.length, 0);
  return { ...end, programs, runtimes };
}

function codeOf({ report: { outcome } }: ProgramEnd): unknown {
  return outcome.kind === "stopped"
    ? [outcome.error.code, outcome.error.message, outcome.error.details]
    : outcome.kind;
}

Deno.test("walk: a program that its light engine ends stays there, repeatable and with a budget", async () => {
  const { report, continued, programs, runtimes, startupMs } = await walk([() => DONE]);
  assert.deepEqual([report.outcome, continued, runtimes, startupMs], [DONE, [], ["quickjs"], 2]);
  const [{ repeatable, yieldAfterMs }] = programs as [Program];
  assert.match(repeatable!.seed, /^[0-9a-f]{64}$/);
  assert.deepEqual([repeatable!.frames, repeatable!.replies, yieldAfterMs], [0, 0, 100]);
});

Deno.test("walk: a heavy engine runs programs as they are", async () => {
  const { programs: [only] } = await walk([() => DONE], { names: ["deno"] });
  assert.deepEqual([only!.repeatable, only!.yieldAfterMs], [undefined, undefined]);
});

Deno.test("walk: what nobody has seen is not repeated but run anew", async () => {
  const { programs, runtimes } = await walk([() => CPU, () => DONE]);
  assert.deepEqual(runtimes, ["quickjs", "deno"]);
  assert.equal(programs[1]!.repeatable, undefined);
  assert.deepEqual(programs[1]!.spent, { ownMs: 6, waitMs: 4, cpuMs: 5 });
});

Deno.test("walk: time in which somebody was asked is no spent time, and a move is told as it is made", async () => {
  const moves: Continuation[] = [];
  const { programs, continued, report } = await walk([() => CPU, () => DONE], {
    usage: { wallTimeMs: 1010, waitTimeMs: 1004, askTimeMs: 1000 },
    onMoved: (move) => void moves.push(move),
  });
  assert.deepEqual(programs[1]!.spent, { ownMs: 6, waitMs: 4, cpuMs: 5 });
  assert.deepEqual(moves, continued);
  assert.equal(moves.length, 1);
  assert.equal(report.usage.askTimeMs, 2000);
});

Deno.test("walk: calls are made once, replies come in their first order, logs are told once", async () => {
  const host: RecordingHost = recordingHost(({ args: [first] }) => ({ ok: true, value: first! }));
  const seen: unknown[] = [];
  const body = async ({ call, log }: Guest) => {
    log("one");
    const order: unknown[] = [];
    const note = (reply: CallReply) => void order.push(reply.ok && reply.value);
    await Promise.all([call(1).then(note), call(2).then(note)]);
    log("two");
    seen.push(order);
  };
  const walked = await walk([
    async (guest) => {
      await body(guest);
      return CPU;
    },
    async (guest) => {
      await body(guest);
      await guest.call(3);
      guest.log("three");
      return DONE;
    },
  ], { host });
  assert.deepEqual(host.calls.map(({ args }) => args), [[1], [2], [3]]);
  assert.deepEqual(host.logs.map(({ text }) => text), ["one", "two", "three"]);
  assert.deepEqual(seen[0], seen[1]);
  const { seed, frames, replies } = walked.programs[1]!.repeatable!;
  assert.deepEqual([seed, frames, replies], [walked.programs[0]!.repeatable!.seed, 4, 2]);
  assert.deepEqual(walked.continued, [
    { from: "quickjs", to: "deno", reason: "cpu", what: "100 ms", after: 10, calls: 2 },
  ]);
  assert.deepEqual(walked.report.usage, {
    cpuTimeMs: 10,
    memoryPeakBytes: 7,
    wallTimeMs: 20,
    waitTimeMs: 8,
  });
});

Deno.test("walk: replies keep the order in which they came, whatever is asked for first", async () => {
  const answers: (() => void)[] = [];
  const host = recordingHost((frame) =>
    new Promise((resolve) => answers.push(() => resolve({ ok: true, value: frame.args[0]! })))
  );
  const orders: unknown[][] = [[], []];
  const ask = (guest: Guest, order: unknown[]) =>
    [1, 2, 3].map((value) => guest.call(value).then(({ at }) => void order.push([value, at])));
  const clock = new FakeClock();
  const walking = walk([
    async (guest) => {
      const [, second] = ask(guest, orders[0]!);
      clock.advance(5);
      answers[1]!();
      await second;
      return CPU;
    },
    async (guest) => {
      const all = ask(guest, orders[1]!);
      await settle();
      clock.advance(5);
      answers[2]!();
      await settle();
      answers[0]!();
      await Promise.all(all);
      return DONE;
    },
  ], { host, clock });
  const { programs } = await walking;
  assert.deepEqual(orders, [[[2, 5]], [[2, 5], [3, 10], [1, 10]]]);
  assert.deepEqual(host.calls.length, 3);
  assert.deepEqual([programs[1]!.repeatable!.frames, programs[1]!.repeatable!.replies], [3, 1]);
});

Deno.test("walk: calls in flight go on while the program moves, and are aborted at its end", async () => {
  const signals: AbortSignal[] = [];
  const host = recordingHost((_frame, signal) => {
    signals.push(signal);
    return new Promise(() => {});
  });
  await walk([
    (guest) => {
      void guest.call(1);
      return CPU;
    },
    (guest) => {
      void guest.call(1);
      assert.equal(signals[0]!.aborted, false);
      return DONE;
    },
  ], { host });
  assert.deepEqual(signals.map(({ aborted }) => aborted), [true]);
});

Deno.test("walk: sleeping is done once, for as long as a timer can", async () => {
  const clock = new FakeClock();
  const slept: number[] = [];
  const walking = walk([
    async (guest) => {
      await guest.sleep(20);
      return CPU;
    },
    async (guest) => {
      await guest.sleep(20);
      let before = clock.now();
      for (const ms of [-5, "x", NaN, 10]) {
        const { at } = await guest.sleep(ms);
        slept.push(Number(at) - before);
        before = Number(at);
      }
      return DONE;
    },
  ], { clock });
  await pass(clock, 60);
  await walking;
  assert.deepEqual(slept, [1, 1, 1, 10]);
});

Deno.test("walk: a program that does something else is stopped, and gets and causes nothing", async () => {
  const host = recordingHost();
  const other = await walk([
    async (guest) => {
      await guest.call(1);
      return CPU;
    },
    async (guest) => {
      await guest.call(2);
      return DONE;
    },
  ], { host });
  assert.deepEqual(codeOf(other), [
    "CONTINUATION_FAILED",
    "The program was continued in another sandbox and did something else there: it called " +
    "memory.read with other arguments",
    { reason: "diverged", call: 1 },
  ]);
  assert.deepEqual(host.calls.length, 1);
});

Deno.test("walk: a program that calls another tool, or less, has not been continued", async () => {
  const first: Script = async (guest) => {
    await guest.call(1);
    return CPU;
  };
  const slept = await walk([first, async (guest) => {
    await guest.sleep(1);
    return DONE;
  }]);
  assert.match(String((codeOf(slept) as string[])[1]), /it called @time\.sleep instead of memory/);
  assert.match(
    String((codeOf(await walk([first, () => DONE])) as string[])[1]),
    /it ended without memory\.read$/,
  );
});

Deno.test("walk: a pinned program is not given up, and a lost one begins again where it was", async () => {
  const { runtimes, programs, continued } = await walk([() => LOST, () => LOST, () => DONE], {
    isPinned: true,
  });
  assert.deepEqual(runtimes, ["quickjs", "quickjs", "quickjs"]);
  assert.deepEqual(programs.map(({ yieldAfterMs }) => yieldAfterMs), Array(3).fill(undefined));
  assert.deepEqual(continued.map(({ reason, to }) => [reason, to]), [
    ["lost", "quickjs"],
    ["lost", "quickjs"],
  ]);
  const always = Array.from({ length: 9 }, () => () => LOST);
  assert.deepEqual(codeOf(await walk(always, { isPinned: true })), [
    "CONTINUATION_FAILED",
    "The program could not be continued in another sandbox (another program): " +
    "no sandbox is left for it",
    { reason: "lost" },
  ]);
});

Deno.test("walk: a lost program goes on where it is alone, and without such a place it ends typed", async () => {
  assert.deepEqual((await walk([() => LOST, () => DONE])).runtimes, ["quickjs", "deno"]);
  const { runtimes, programs } = await walk([() => LOST, () => DONE], { names: ["quickjs"] });
  assert.deepEqual(runtimes, ["quickjs", "quickjs"]);
  assert.equal(programs[0]!.yieldAfterMs, undefined);
});

Deno.test("walk: more calls than are kept cannot be continued, and say so", async () => {
  const many: Script = async (guest) => {
    for (let turn = 0; turn < 10_000; turn += 1) await guest.call(turn);
    return CPU;
  };
  assert.deepEqual(codeOf(await walk([many])), [
    "CONTINUATION_FAILED",
    "The program could not be continued in another sandbox (100 ms): it has made more calls, or " +
    "got longer replies, than are kept for that",
    { reason: "full" },
  ]);
});

Deno.test("walk: what cancels the program ends it wherever it is", async () => {
  const aborter = new AbortController();
  const walked = await walk([() => CPU, () => {
    aborter.abort();
    return new Promise(() => {});
  }], { signal: aborter.signal });
  assert.deepEqual(codeOf(walked), ["CANCELLED", "aborted", {}]);
});

Deno.test("walk: where no place is free soon, a program begins on the heavier engine", async () => {
  const clock = new FakeClock();
  const walking = walk([NO_PLACE, () => DONE], { clock });
  await settle();
  clock.advance(500);
  const { runtimes, continued, programs } = await walking;
  assert.deepEqual([runtimes, programs[0]!.repeatable], [["deno"], undefined]);
  assert.deepEqual(continued, [
    { from: "quickjs", to: "deno", reason: "busy", what: "no place was free", after: 0, calls: 0 },
  ]);
});

Deno.test("walk: who waits for a light engine leaves for a heavier one only when that is worth it", async () => {
  const clock = new FakeClock();
  const asked: unknown[] = [];
  const walking = walk([NO_PLACE, () => DONE], {
    clock,
    isWorthMoving: (engine, waitedMs) => asked.push([engine, waitedMs]) === 3,
  });
  await settle();
  for (let look = 0; look < 3; look += 1) {
    clock.advance(500);
    await settle();
  }
  assert.deepEqual((await walking).runtimes, ["deno"]);
  assert.deepEqual(asked, [["deno", 500], ["deno", 1000], ["deno", 1500]]);
  assert.equal(clock.pending, 0);
});

Deno.test("walk: what had an effect is told, although no sandbox is left to go on in", async () => {
  const aborter = new AbortController();
  const walking = walk([async (guest) => {
    await guest.call(1);
    return CPU;
  }, NO_PLACE], { signal: aborter.signal });
  await settle();
  await settle();
  aborter.abort();
  const walked = await walking;
  assert.deepEqual(codeOf(walked), ["CANCELLED", "gave up", {}]);
  assert.deepEqual(walked.continued.map(({ calls }) => calls), [1]);
  assert.equal(walked.report.usage.wallTimeMs, 10);
});
