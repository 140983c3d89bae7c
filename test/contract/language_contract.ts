/**
 * What every runtime of every language promises, as tests: programs are given in the language, what
 * becomes of them is the same everywhere.
 */

import assert from "node:assert/strict";
import type { Runtime } from "../../src/runtime/mod.ts";
import type { GuestNamespace } from "../../src/protocol/frames.ts";
import { AMPLE, program, recordingHost } from "../harness/programs.ts";
import { twoAtOnce } from "../harness/two_at_once.ts";
import { type SandboxResult, type SandboxRun, summarize } from "../harness/sandbox.ts";

/** The programs of one language. */
export interface LanguagePrograms {
  /** Ends with the number 2. */
  readonly value: string;
  /** Ends with `{ a: [1, "x"] }`. */
  readonly data: string;
  /** Fails by itself; ends as `failure` says. */
  readonly fails: string;
  readonly failure: string;
  /** Calls `memory.search_nodes` with `{ query: "ada" }` and ends with what it says. */
  readonly calls: string;
  /** Calls it 20 times at once and ends with the 20 answers. */
  readonly callsMany: string;
  /** Calls it and ends with "caught" when that fails. */
  readonly catches: string;
  /** Calls it five times, one after another. */
  readonly callsFive: string;
  /** Ends with the variable `REGION` and the `user` of its context, as one text: `eu ada`. */
  readonly surroundings: string;
  /** Writes "first" and "second" to its log. */
  readonly logs: string;
  /** Does nothing for a minute. */
  readonly waits: string;
  /** Computes for ever. */
  readonly spins: string;
  /** Ends with a text of 6000 characters. */
  readonly large: string;
  /** Leaves what it can in its sandbox; ends with 1. */
  readonly leaves: string;
  /** Ends with "clean" when nothing is there that `leaves` left. */
  readonly finds: string;
}

const SPEC = { memoryLimitBytes: 128 * 1024 * 1024 };
const never = new AbortController().signal;

/** Tools of the programs. */
export const WORDED_MEMORY: readonly GuestNamespace[] = [{
  name: "memory",
  global: true,
  member: true,
  tools: [{
    name: "search_nodes",
    aliases: ["searchNodes"],
    words: {
      summary: "Finds nodes",
      isOpen: false,
      parameters: [{ name: "query", kind: "string", isRequired: true, summary: "What to find" }],
    },
  }],
}];

type Run = (code: string, run?: Omit<SandboxRun, "open">) => Promise<SandboxResult>;
type DefineTest = (title: string, body: () => Promise<void>) => void;

/** Defines the tests; `open` makes a runtime, which each test disposes. */
export function languageContract(
  name: string,
  open: () => Runtime,
  programs: LanguagePrograms,
): void {
  const test = (title: string, body: () => Promise<void>) => Deno.test(`${name}, ${title}`, body);
  Deno.test(`${name}, programs of one runtime`, async (t) => {
    await using runtime = open();
    const run: Run = (code, how) => runIn(runtime, code, how);
    await t.step("values and failures", () => checkEnds(run, programs));
    await t.step("context, variables and logs", () => checkSurroundings(run, programs));
    await t.step("tools are called, beside each other, and fail", () => checkCalls(run, programs));
    await t.step("limits: time, CPU time, calls, the result", () => checkLimits(run, programs));
    await t.step(
      "no state crosses runs, and a sandbox runs one program",
      () => checkSingleUse(runtime, programs),
    );
  });
  defineLife(test, open, programs);
}

/** Runs a program in a sandbox of a runtime that stays. */
async function runIn(
  runtime: Runtime,
  code: string,
  { host = recordingHost(), changes = {}, signal = never }: Parameters<Run>[1] = {},
): Promise<SandboxResult> {
  await using sandbox = await runtime.open(SPEC);
  const terms = { namespaces: WORDED_MEMORY, ...changes };
  return { ...await sandbox.run(program(code, terms), host, signal), host };
}

async function checkEnds(run: Run, programs: LanguagePrograms): Promise<void> {
  const codes = [programs.value, programs.data, programs.fails];
  const ends = await twoAtOnce(codes.map((code) => async () => summarize(await run(code))));
  assert.deepEqual(ends, ["completed 2", 'completed {"a":[1,"x"]}', programs.failure]);
}

async function checkSurroundings(run: Run, programs: LanguagePrograms): Promise<void> {
  const access = { environment: { REGION: "eu" } };
  const changes = { context: { user: "ada" }, access };
  const [found, logged] = await Promise.all([
    run(programs.surroundings, { changes }),
    run(programs.logs),
  ]);
  assert.equal(summarize(found), 'completed "eu ada"');
  assert.deepEqual(logged.host.logs.map(({ text }) => text), ["first", "second"]);
}

async function checkCalls(run: Run, programs: LanguagePrograms): Promise<void> {
  const finding = recordingHost(() => ({ ok: true, value: { found: ["ada"] } }));
  const error = { name: "McpToolError", message: "not today" };
  const refusing = recordingHost(() => ({ ok: false, error }));
  const [called, caught] = await Promise.all([
    run(programs.calls, { host: finding }),
    run(programs.catches, { host: refusing }),
    checkParallel(run, programs),
  ]);
  assert.equal(summarize(called), 'completed {"found":["ada"]}');
  const [call] = finding.calls;
  assert.deepEqual([call?.namespace, call?.tool, call?.args], [
    "memory",
    "search_nodes",
    [{ query: "ada" }],
  ]);
  assert.equal(summarize(caught), 'completed "caught"');
}

/** No call is answered before as many are open as may be. */
async function checkParallel(run: Run, programs: LanguagePrograms): Promise<void> {
  let open = 0;
  let most = 0;
  const { promise: full, resolve } = Promise.withResolvers<void>();
  const host = recordingHost(async () => {
    most = Math.max(most, ++open);
    if (open === AMPLE.concurrentCalls) resolve();
    await full;
    open -= 1;
    return { ok: true, value: 1 };
  });
  const { outcome } = await run(programs.callsMany, { host });
  assert.deepEqual(outcome.kind === "completed" && outcome.value, Array(20).fill(1));
  assert.equal(most, AMPLE.concurrentCalls);
}

async function checkLimits(run: Run, programs: LanguagePrograms): Promise<void> {
  const budget = { ...AMPLE, calls: 3, resultBytes: 5000 };
  const aborter = new AbortController();
  const host = recordingHost(() => {
    aborter.abort("enough");
    return new Promise(() => {});
  });
  const ends = await Promise.all([
    run(programs.waits, { changes: { timeoutMs: 300 } }),
    run(programs.spins, { changes: { timeoutMs: 20_000, cpuTimeMs: 300 } }),
    run(programs.callsFive, { changes: { budget } }),
    run(programs.large, { changes: { budget } }),
    run(programs.calls, { host, signal: aborter.signal }),
  ]);
  assert.deepEqual(ends.map(summarize), [
    "stopped EXECUTION_TIMEOUT: Code execution timed out after 300ms",
    "stopped CPU_LIMIT_EXCEEDED: Code execution used more than 300ms of CPU time",
    "stopped CALL_LIMIT_EXCEEDED: The program made more than 3 tool calls",
    "stopped OUTPUT_LIMIT_EXCEEDED: The result is larger than 5000 bytes",
    "stopped CANCELLED: The execution was cancelled",
  ]);
}

async function checkSingleUse(runtime: Runtime, programs: LanguagePrograms): Promise<void> {
  const first = await runtime.open(SPEC);
  const leave = await first.run(program(programs.leaves), recordingHost(), never);
  assert.equal(summarize(leave), "completed 1");
  await first.gone;
  await assert.rejects(first.run(program(programs.value), recordingHost(), never), {
    name: "TypeError",
    message: "Cannot run a program: the sandbox has been used",
  });
  await using second = await runtime.open(SPEC);
  const find = await second.run(program(programs.finds), recordingHost(), never);
  assert.equal(summarize(find), 'completed "clean"');
}

function defineLife(test: DefineTest, open: () => Runtime, programs: LanguagePrograms): void {
  test("closing ends what runs and opens nothing more", async () => {
    const runtime = open();
    const sandbox = await runtime.open(SPEC);
    const running = sandbox.run(program(programs.waits), recordingHost(), never);
    await runtime[Symbol.asyncDispose]();
    assert.equal((await running).outcome.kind, "stopped");
    await sandbox.gone;
    await assert.rejects(runtime.open(SPEC), { code: "SHUTTING_DOWN" });
  });
  test("opening can be aborted", async () => {
    await using runtime = open();
    const aborter = new AbortController();
    const opening = runtime.open(SPEC, aborter.signal);
    aborter.abort("enough");
    await assert.rejects(opening, { code: "CANCELLED" });
    await assert.rejects(runtime.open(SPEC, aborter.signal), { code: "CANCELLED" });
  });
}
