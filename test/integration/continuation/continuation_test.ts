/**
 * Programs that begin on the light engine and end on the heavy one: what they drew, what time they saw,
 * and the order in which things happened are the same there, and nothing happens twice.
 */

import assert from "node:assert/strict";
import { systemClock } from "../../../src/base/clock.ts";
import type { RuntimeName } from "../../../src/contract/mod.ts";
import { type ProgramEnd, ProgramWalk } from "../../../src/continuation/program_walk.ts";
import { createPool, createSharedPool, type Pool } from "../../../src/pool/mod.ts";
import { decodeValue } from "../../../src/protocol/values.ts";
import { createDenoRuntime, createQuickJsRuntime } from "../../../src/runtime/mod.ts";
import { AMPLE, program, type RecordingHost, recordingHost } from "../../harness/programs.ts";

const NAMESPACES = [{
  name: "memory",
  tools: [{ name: "read", aliases: [] }],
  global: true,
  member: true,
}];
const SPEC = { memoryLimitBytes: 64 * 1024 * 1024 };

/** Both engines, each with a pool. */
function openEngines() {
  const deno = createDenoRuntime();
  const quickjs = createQuickJsRuntime();
  const size = { spec: SPEC, min: 1, max: 2, idleTimeoutMs: 60_000 };
  const pools = new Map<RuntimeName, Pool>([
    ["quickjs", createSharedPool({ ...size, runtime: quickjs, programsAtOnce: 4 })],
    ["deno", createPool({ ...size, runtime: deno })],
  ]);
  return {
    pools,
    async [Symbol.asyncDispose]() {
      for (const pool of pools.values()) await pool[Symbol.asyncDispose]();
      for (const runtime of [deno, quickjs]) await runtime[Symbol.asyncDispose]();
    },
  };
}

/** Answers each call with its number, later for earlier ones of three. */
function countingHost(): RecordingHost {
  let calls = 0;
  const host = recordingHost(async () => {
    const number = calls += 1;
    await new Promise((resolve) => setTimeout(resolve, 9 - 3 * (number % 3)));
    return { ok: true, value: number };
  });
  return host;
}

async function walk(pools: ReadonlyMap<RuntimeName, Pool>, code: string, host = countingHost()) {
  const job = {
    runtime: "quickjs" as const,
    isPinned: false,
    // Few at a time, so that calls wait for their turn while timers run.
    program: program(code, { namespaces: NAMESPACES, budget: { ...AMPLE, concurrentCalls: 3 } }),
    spec: SPEC,
    host,
    signal: new AbortController().signal,
  };
  const parts = { pools, clock: systemClock, onSandbox() {} };
  return { end: await new ProgramWalk(job, parts).run(), host };
}

function valueOf({ report: { outcome } }: ProgramEnd): unknown {
  assert.ok(outcome.kind === "completed", JSON.stringify(outcome));
  return decodeValue(outcome.value);
}

/** Programs that end by `Intl`, which the light engine lacks; `seen` is what they saw before it. */
const PROGRAMS: readonly (readonly [name: string, code: string])[] = [
  ["one after the other", `for (let i = 0; i < 5; i += 1) seen.push(await memory.read(i));`],
  ["all at once", `seen.push(await Promise.all([1, 2, 3, 4, 5].map((i) => memory.read(i))));`],
  [
    "in the order of the replies",
    `await Promise.all([1, 2, 3].map((i) => memory.read(i).then((n) => seen.push([i, n]))));`,
  ],
  ["a race", `seen.push(await Promise.race([1, 2, 3].map((i) => memory.read(i))));`],
  [
    "chance that was seen",
    `await memory.read(Math.random(), crypto.randomUUID(), [...crypto.getRandomValues(new Uint8Array(40))]);
     seen.push(Math.random(), crypto.randomUUID(), [...crypto.getRandomValues(new Uint16Array(3))]);
     await memory.read(seen);`,
  ],
  [
    "time that was seen",
    `await memory.read(Date.now(), new Date(), String(new Date()), performance.now());
     await memory.read(Date.now(), performance.now(), new Date().toISOString(), Date.length, Date.name);
     seen.push(new Date(5).getTime(), new Date(2020, 1).getMonth(), new Date() instanceof Date);
     seen.push(new Date().constructor === Date, Date.UTC(2020), typeof Date());`,
  ],
  [
    "timers among calls",
    `const note = (text) => () => seen.push(text);
     const all = [memory.read(1).then(note("call 1")), memory.read(2).then(note("call 2"))];
     for (const ms of [12, 4, 0, 8]) all.push(new Promise((r) => setTimeout(r, ms)).then(note(ms)));
     await Promise.all(all);
     let turns = 0;
     await new Promise((r) => { const t = setInterval(() => { if (++turns === 3) { clearInterval(t); r(); } }, 2); });
     const never = setTimeout(note("never"), 1); clearTimeout(never);
     const signal = AbortSignal.timeout(3);
     await new Promise((r) => signal.addEventListener("abort", r));
     seen.push(turns, signal.reason.name, signal.aborted);
     await memory.read(seen.length);`,
  ],
  [
    "calls with a timeout each, more than may be made at once",
    `const within = (call, ms) => Promise.race([call, new Promise((r) => setTimeout(() => r("late"), ms))]);
     seen.push(await Promise.all([1, 2, 3, 4, 5, 6, 7].map((i) => within(memory.read(i), 12))));`,
  ],
  ["logs", `console.log("one"); await memory.read(1); console.warn("two", { a: [1] });`],
];

Deno.test("continuation", async (test) => {
  await using engines = openEngines();
  // A program that waits long for its light engine would begin on the other.
  await using _warm = await engines.pools.get("quickjs")!.checkout(
    SPEC,
    new AbortController().signal,
  );
  for (const [name, code] of PROGRAMS) {
    await test.step(name, async () => {
      const body = `const seen = []; ${code}\nconst before = JSON.stringify(seen);`;
      const ended = await walk(
        engines.pools,
        `${body} await memory.read("seen", before); const text = new Intl.NumberFormat("de").format(0.5);
         await memory.read("after"); console.log(text); return [before, text];`,
      );
      const { end, host } = ended;
      assert.deepEqual(end.continued.map(({ reason, what }) => [reason, what]), [[
        "lacks",
        "Intl",
      ]]);
      const [before, text] = valueOf(end) as [string, string];
      const told = host.calls.filter(({ args: [first] }) => first === "seen" || first === "after");
      assert.deepEqual(told.map(({ args }) => args), [["seen", before], ["after"]]);
      assert.equal(text, "0,5");
      assert.deepEqual(host.logs.at(-1), { level: "log", text: "0,5" });
      if (name === "logs") assert.equal(host.logs.length, 3);
    });
  }

  await test.step("too much for the light engine: the call before is made once", async () => {
    const { end, host } = await walk(
      engines.pools,
      `const first = await memory.read(1);
       const fib = (n) => n < 2 ? n : fib(n - 1) + fib(n - 2);
       return [first, fib(30)];`,
    );
    assert.deepEqual([valueOf(end), host.calls.length], [[1, 832040], 1]);
    assert.deepEqual(end.continued.map(({ reason, calls }) => [reason, calls]), [["cpu", 1]]);
  });

  await test.step("what is too much for the light engine alone", async () => {
    const programs = [
      ["return (2n ** 1500000n).toString(16).length;", 375001, "BigInts beyond a million bits"],
      [
        "const deep = (n) => n === 0 ? 0 : 1 + deep(n - 1); return deep(5000);",
        5000,
        "as deep a call stack",
      ],
      [
        "return Math.max(...new Array(70000).fill(1));",
        1,
        "calls with as many arguments",
      ],
    ] as const;
    for (const [code, value, lacked] of programs) {
      const { end, host } = await walk(engines.pools, `await memory.read(1); ${code}`);
      assert.deepEqual([valueOf(end), host.calls.length], [value, 1]);
      assert.deepEqual(end.continued.map(({ what }) => what), [lacked]);
    }
  });

  await test.step("once the past is over, the clock is the engine's own", async () => {
    const { end } = await walk(
      engines.pools,
      `await memory.read(1);
       const from = Date.now(), at = performance.now();
       while (Date.now() - from < 150);
       return performance.now() - at >= 149;`,
    );
    assert.deepEqual([valueOf(end), end.continued.length], [true, 1]);
  });

  await test.step("a program that tells engines apart is stopped, not run twice", async () => {
    const { end, host } = await walk(
      engines.pools,
      `await memory.read(1);
       try { null.x; } catch (error) { await memory.read(error.message); }
       return new Intl.NumberFormat("de").format(1);`,
    );
    const { outcome } = end.report;
    assert.ok(outcome.kind === "stopped");
    assert.equal(outcome.error.code, "CONTINUATION_FAILED");
    assert.equal(host.calls.length, 2);
  });
});
