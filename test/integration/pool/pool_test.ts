/** The pool over real processes. */

import assert from "node:assert/strict";
import process from "node:process";
import { createPool } from "../../../src/pool/mod.ts";
import { createDenoRuntime } from "../../../src/runtime/mod.ts";
import { descendants } from "../../harness/processes.ts";
import { program, recordingHost } from "../../harness/programs.ts";
import { summarize } from "../../harness/sandbox.ts";

const SPEC = { memoryLimitBytes: 128 * 1024 * 1024 };
const never = new AbortController().signal;

/** Every fifth program fails in some way of its own. */
const PROGRAMS: readonly (readonly [code: string, end: RegExp])[] = [
  ["return 1", /^completed 1$/],
  ["return await Promise.resolve(2)", /^completed 2$/],
  ["console.log('x'); return 3", /^completed 3$/],
  ["return typeof leak + (globalThis.leak = 1)", /^completed "undefined1"$/],
  ["throw new Error('bad')", /^failed Error: bad$/],
  ["for (;;) {}", /^stopped EXECUTION_TIMEOUT/],
  [
    "const a = []; for (;;) a.push(new Array(1e6).fill(1))",
    /^stopped (MEMORY_LIMIT_EXCEEDED|EXECUTION_TIMEOUT)/,
  ],
];

Deno.test("many programs at once, some of them hostile: each ends as it should, nothing is left", async () => {
  const before = await descendants(process.pid);
  await using runtime = createDenoRuntime();
  const pool = createPool({ runtime, spec: SPEC, min: 2, max: 5, idleTimeoutMs: 30_000 });
  let left = 56;
  const caller = async () => {
    while (left > 0) {
      const [code, end] = PROGRAMS[left-- % PROGRAMS.length]!;
      await using lease = await pool.checkout(SPEC, never);
      const { total } = countOf(pool.stats());
      assert.ok(total <= 5, `${total} sandboxes at once`);
      const report = await lease.sandbox.run(
        program(code, { timeoutMs: 400 }),
        recordingHost(),
        never,
      );
      assert.match(summarize(report), end);
    }
  };
  await Promise.all(Array.from({ length: 8 }, caller));
  await pool[Symbol.asyncDispose]();
  assert.deepEqual(countOf(pool.stats()), { total: 0 });
  await runtime[Symbol.asyncDispose]();
  assert.deepEqual(await descendants(process.pid), before);
});

function countOf(stats: { warm: number; starting: number; running: number; ending: number }) {
  return { total: stats.warm + stats.starting + stats.running + stats.ending };
}
