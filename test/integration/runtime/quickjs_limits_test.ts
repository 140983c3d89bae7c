/** Limits of programs that share a process, and what becomes of the others in it. */

import assert from "node:assert/strict";
import { createSharedPool } from "../../../src/pool/mod.ts";
import {
  createQuickJsRuntime,
  type HostingSandbox,
  type Program,
  type RunReport,
} from "../../../src/runtime/mod.ts";
import { AMPLE, program, recordingHost } from "../../harness/programs.ts";
import { repeatable, sleepingHost } from "../../harness/repeatable.ts";
import { summarize } from "../../harness/sandbox.ts";

const SPEC = { memoryLimitBytes: 32 * 1024 * 1024 };
const OUT_OF_TIME = "stopped EXECUTION_TIMEOUT: Code execution timed out after 400ms";
const OUT_OF_MEMORY =
  "stopped MEMORY_LIMIT_EXCEEDED: Code execution exceeded its memory limit of 33554432 bytes";
/** Of what is more than a message may have, not even the whole would be taken by the host. */
const SMALL = { budget: { ...AMPLE, frameBytes: 70_000, totalBytes: 90_000 } };
const TOO_LONG =
  "stopped OUTPUT_LIMIT_EXCEEDED: A single message of the program is larger than 70000 bytes";
const never = new AbortController().signal;

function run(
  sandbox: HostingSandbox,
  code: string,
  changes: Partial<Program> = {},
  host = recordingHost(),
): Promise<RunReport> {
  return sandbox.run(repeatable(program(code, changes)), sleepingHost(host), never);
}

/** A program that waits for its call until `release`. */
function bystander(sandbox: HostingSandbox, changes: Partial<Program> = {}) {
  let release = () => {};
  const called = Promise.withResolvers<void>();
  const host = recordingHost(() => {
    called.resolve();
    return new Promise((resolve) => release = () => resolve({ ok: true, value: 1 }));
  });
  const ended = run(sandbox, "await codemode.search('x'); return 'fine'", changes, host);
  return { called: called.promise, ended, release: () => release() };
}

/** Built-ins of the engine that never ask whether to stop. */
const UNPOLLED = {
  "a search for long text in long text": "'a'.repeat(6e6).indexOf('a'.repeat(3e6) + 'b')",
  "the reversal of a sparse array": "const a = []; a.length = 4e9; a[1] = 1; a.reverse()",
  "the digits of a large integer": "(2n ** 1000000n).toString()",
};

for (const [what, code] of Object.entries(UNPOLLED)) {
  Deno.test(`${what} ends on time with its process, and the other program is lost`, async () => {
    await using runtime = createQuickJsRuntime();
    await using sandbox = await runtime.open(SPEC);
    const other = bystander(sandbox);
    await other.called;
    const report = await run(sandbox, code, { timeoutMs: 400 });
    assert.equal(summarize(report), OUT_OF_TIME);
    await sandbox.gone;
    assert.equal(
      summarize(await other.ended),
      "yielded lost: The sandbox has ended: another program could not be interrupted when it had used its time",
    );
  });
}

Deno.test("what cannot be interrupted is given up where another engine can go on", async () => {
  await using runtime = createQuickJsRuntime();
  await using sandbox = await runtime.open(SPEC);
  const code = UNPOLLED["the reversal of a sparse array"];
  assert.equal(summarize(await run(sandbox, code, { yieldAfterMs: 50 })), "yielded cpu: 50 ms");
  await sandbox.gone;
});

Deno.test("a program that waits too long for a busy process is lost, others are not", async () => {
  await using runtime = createQuickJsRuntime();
  await using sandbox = await runtime.open(SPEC);
  const other = bystander(sandbox, { yieldAfterMs: 100 });
  const pinned = bystander(sandbox);
  await Promise.all([other.called, pinned.called]);
  const spinning = run(sandbox, "for (;;);", { timeoutMs: 1000 });
  other.release();
  pinned.release();
  assert.equal(
    summarize(await other.ended),
    "yielded lost: The sandbox is busy with another program",
  );
  assert.equal(sandbox.isBlocked, true);
  // It is lost after no less than 250 ms of another program's.
  const { cpuTimeMs, wallTimeMs } = (await other.ended).usage;
  assert.ok(
    cpuTimeMs <= wallTimeMs - 200,
    `${cpuTimeMs} of ${wallTimeMs} ms were another program's`,
  );
  assert.match(summarize(await spinning), /^stopped EXECUTION_TIMEOUT: /);
  // Elsewhere it would have had to wait as well.
  assert.equal(summarize(await pinned.ended), 'completed "fine"');
  assert.equal(summarize(await run(sandbox, "return 1")), "completed 1");
  assert.deepEqual([sandbox.isBlocked, sandbox.isGone], [false, false]);
});

Deno.test("who can go on in another such process alone is lost to one that is stuck for seconds", async () => {
  await using runtime = createQuickJsRuntime();
  await using sandbox = await runtime.open(SPEC);
  const other = bystander(sandbox);
  await other.called;
  const spinning = run(sandbox, "for (;;);", { timeoutMs: 3500 });
  other.release();
  assert.equal(
    summarize(await other.ended),
    "yielded lost: The sandbox is busy with another program",
  );
  assert.match(summarize(await spinning), /^stopped EXECUTION_TIMEOUT: /);
  // What was lost before it began is not begun.
  assert.equal(summarize(await run(sandbox, "return 1")), "completed 1");
});

Deno.test("what was said before the program is ended for its time is heard", async () => {
  await using runtime = createQuickJsRuntime();
  await using sandbox = await runtime.open(SPEC);
  const host = recordingHost();
  // The host's limit is met first: the engine's is that of CPU time.
  const code = "console.log('s'); for (;;);";
  const report = await run(sandbox, code, { timeoutMs: 400, cpuTimeMs: 60_000 }, host);
  assert.equal(summarize(report), OUT_OF_TIME);
  assert.deepEqual(host.logs, [{ level: "log", text: "s" }]);
});

Deno.test("limits end one program and leave its process to the next", async () => {
  await using runtime = createQuickJsRuntime();
  await using sandbox = await runtime.open(SPEC);
  const other = bystander(sandbox);
  await other.called;
  const short = { timeoutMs: 400 };
  const cases: readonly (readonly [code: string, changes: Partial<Program>, end: string])[] = [
    ["for (;;);", { yieldAfterMs: 50 }, "yielded cpu: 50 ms"],
    [
      "for (;;);",
      { cpuTimeMs: 60 },
      "stopped CPU_LIMIT_EXCEEDED: Code execution used more than 60ms of CPU time",
    ],
    ["for (;;) { try { for (;;); } catch {} finally { continue } }", short, OUT_OF_TIME],
    [
      "const f = () => Promise.resolve().then(f); f(); await new Promise(() => {})",
      short,
      OUT_OF_TIME,
    ],
    ["/(a+)+b/.test('a'.repeat(40))", short, OUT_OF_TIME],
    ["return { get x() { for (;;); } }", short, OUT_OF_TIME],
    ["const a = []; for (;;) a.push(new Uint8Array(1e6))", {}, OUT_OF_MEMORY],
    ["const a = []; for (;;) a.push('x'.repeat(1e5) + a.length)", {}, OUT_OF_MEMORY],
    ["return 'x'.padEnd(2 ** 29).length", {}, OUT_OF_MEMORY],
    [
      "const f = () => f() + 1; f()",
      {},
      "failed RangeError: Maximum call stack size exceeded",
    ],
    ["JSON.parse('['.repeat(1e6))", {}, "failed RangeError: Maximum call stack size exceeded"],
    ["await codemode.search('x'.repeat(1e5))", SMALL, TOO_LONG],
    ["return 'x'.repeat(1e5)", SMALL, TOO_LONG],
    [
      "for (let i = 0; i <= 1000; i++) setTimeout(() => {}, 60_000); await new Promise(() => {})",
      {},
      "stopped CALL_LIMIT_EXCEEDED: The program set more than 1000 timers at the same time",
    ],
  ];
  for (const [code, changes, end] of cases) {
    assert.equal(summarize(await run(sandbox, code, changes)), end, code);
  }
  other.release();
  assert.equal(summarize(await other.ended), 'completed "fine"');
});

Deno.test("a process is worn after its runs", async () => {
  await using runtime = createQuickJsRuntime({ runsPerProcess: 2 });
  await using sandbox = await runtime.open(SPEC);
  await run(sandbox, "return 1");
  assert.deepEqual([sandbox.runsSoFar, sandbox.isWorn], [1, false]);
  await run(sandbox, "return 1");
  assert.deepEqual([sandbox.runsSoFar, sandbox.isWorn, sandbox.active], [2, true, 0]);
});

Deno.test("a program that is not repeatable is refused", async () => {
  await using runtime = createQuickJsRuntime();
  await using sandbox = await runtime.open(SPEC);
  const report = await sandbox.run(program("return 1"), recordingHost(), never);
  assert.equal(
    summarize(report),
    "stopped INTERNAL: A program of a shared sandbox has to be repeatable",
  );
});

Deno.test("who asks for a full process gets in once the others wait for replies", async () => {
  await using runtime = createQuickJsRuntime({ programsAtOnce: 3 });
  const size = { min: 1, max: 1, programsAtOnce: 3, parkedAtOnce: 2, idleTimeoutMs: 1000 };
  await using pool = createSharedPool({ runtime, spec: SPEC, ...size });
  const leases = [];
  for (let count = 0; count < 3; count += 1) leases.push(await pool.checkout(SPEC, never));
  const sandboxes = leases.map(({ sandbox }) => sandbox as HostingSandbox);
  const waiting = pool.checkout(SPEC, never);
  assert.equal(pool.stats().waiting, 1);
  const parked = sandboxes.map((sandbox) => bystander(sandbox));
  await using next = await waiting;
  assert.equal(
    summarize(await run(next.sandbox as HostingSandbox, "return 'in'")),
    'completed "in"',
  );
  for (const { called, release } of parked) await called.then(release);
  const ends = await Promise.all(parked.map(({ ended }) => ended));
  assert.deepEqual(ends.map(summarize), Array(3).fill('completed "fine"'));
  for (const lease of leases) await lease[Symbol.asyncDispose]();
});
