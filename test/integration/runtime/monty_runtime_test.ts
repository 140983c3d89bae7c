/** The light engine of Python in its process: what it answers, what it leaves to the heavy engine, its limits. */

import assert from "node:assert/strict";
import process from "node:process";
import { createMontyRuntime } from "../../../src/runtime/mod.ts";
import programs from "../../fixtures/python/light_programs.json" with { type: "json" };
import { AMPLE, recordingHost } from "../../harness/programs.ts";
import { runAllLight, runLight } from "../../harness/light_python.ts";
import { summarize } from "../../harness/sandbox.ts";

const SPEC = { memoryLimitBytes: 64 * 1024 * 1024 };
const isHere = `${process.platform}-${process.arch}` === "linux-x64";

if (isHere) defineTests();
else {
  Deno.test("monty: is absent on this system, and says why", async () => {
    await using runtime = createMontyRuntime();
    const { available, reason = "" } = runtime.describe();
    assert.deepEqual([available, /is not confined on /.test(reason)], [false, true]);
    assert.equal(await runtime.probe(SPEC), reason);
  });
}

function defineTests(): void {
  // The ends are those of CPython 3.14, recorded from the heavy engine.
  Deno.test("monty: programs of the subset end as CPython ends them, others are left, and why is said", async () => {
    await using runtime = createMontyRuntime();
    await using sandbox = await runtime.open(SPEC);
    const { taken, left } = programs;
    const expected = [
      ...taken.map(([code, value]) => [code, `completed ${value}`]),
      ...left.map(([code, what]) => [code, `yielded lacks: ${what}`]),
    ];
    const reports = await runAllLight(sandbox, expected.map(([code = ""]) => code));
    const ends = reports.map((report, at) => [expected[at]![0], summarize(report)]);
    assert.deepEqual(ends, expected);
  });

  Deno.test("monty: a failed call is left, and so are values that only CPython has", async () => {
    await using runtime = createMontyRuntime();
    await using sandbox = await runtime.open(SPEC);
    const failing = recordingHost(() => ({
      ok: false,
      error: { name: "McpToolError", message: "no" },
    }));
    const call = "await memory.search_nodes(query='x')";
    assert.equal(
      summarize(await runLight(sandbox, call, { host: failing })),
      "yielded lacks: exceptions of failed calls (McpToolError)",
    );
    const values = [
      { $type: "Set", value: [1] },
      { $type: "Date", value: "2020-01-01T00:00:00.000Z" },
      "\ud800",
      { __monty_type__: "Path", value: "/etc/passwd" },
      { __proto__x: 1, ["__proto__"]: { a: 1 } },
      9007199254740993n.toString(),
      2 ** 60,
      -0,
    ];
    const ends = await Promise.all(values.map(async (value) => {
      const host = recordingHost(() => ({ ok: true, value }));
      return summarize(await runLight(sandbox, call, { host }));
    }));
    assert.deepEqual(ends, [
      "yielded lacks: values of such a type",
      "yielded lacks: values of such a type",
      "yielded lacks: half characters",
      'completed {"__monty_type__":"Path","value":"/etc/passwd"}',
      'completed {"__proto__x":1,"__proto__":{"a":1}}',
      'completed "9007199254740993"',
      'completed {"$type":"bigint","value":"1152921504606847000"}',
      "completed 0",
    ]);
  });

  Deno.test("monty: calls leave in their order, in parallel, with arguments by name", async () => {
    await using runtime = createMontyRuntime();
    await using sandbox = await runtime.open(SPEC);
    let open = 0;
    let most = 0;
    const host = recordingHost(async ({ id }) => {
      most = Math.max(most, open += 1);
      await new Promise((resolve) => setTimeout(resolve, 5 * (4 - id)));
      open -= 1;
      return { ok: true, value: { id } };
    });
    const code = `import asyncio
async def main():
  found = await asyncio.gather(*[mcp.memory.search_nodes(query=q) for q in "ab"], memory.from_({"x": 1}))
  last = await memory.searchNodes("c", 2)
  return [f["id"] for f in found] + [last["id"]]
asyncio.run(main())`;
    assert.equal(summarize(await runLight(sandbox, code, { host })), "completed [1,2,3,4]");
    assert.deepEqual(host.calls.map(({ tool, args }) => [tool, args]), [
      ["search_nodes", [{ query: "a" }]],
      ["search_nodes", [{ query: "b" }]],
      ["from", [{ x: 1 }]],
      ["search_nodes", ["c", 2]],
    ]);
    assert.equal(most, 3);
  });

  Deno.test("monty: prints lines, sees its context, and tells calls it did not wait for", async () => {
    await using runtime = createMontyRuntime();
    await using sandbox = await runtime.open(SPEC);
    const host = recordingHost(() => new Promise(() => {}));
    const code = `print("a", 1, end="")
print("b\\nc", [1.5, None, "x"], {"k": (True,)}, 1e20)
later = memory.search_nodes(query="x")
context["n"] + 1`;
    const report = await runLight(sandbox, code, { host, changes: { context: { n: 41 } } });
    assert.deepEqual(report.outcome, {
      kind: "completed",
      value: 42,
      notes: ["memory.search_nodes: not awaited; cancelled when the program ended"],
    });
    assert.deepEqual(host.logs, [
      { level: "log", text: "a 1b" },
      { level: "log", text: "c [1.5, None, 'x'] {'k': (True,)} 1e+20" },
    ]);
  });

  Deno.test("monty: memory and CPU time end a program, and none after it", async () => {
    await using runtime = createMontyRuntime();
    await using sandbox = await runtime.open(SPEC);
    const fill = "x = 'a'\nwhile True:\n  x = x + x";
    const spin = "while True:\n  pass";
    const changes = { yieldAfterMs: 60_000, cpuTimeMs: 60_000 };
    const full = await runLight(sandbox, fill, { changes });
    const spun = await runLight(sandbox, spin, { changes: { yieldAfterMs: 30 } });
    const given = await runLight(sandbox, spin, {
      changes: { yieldAfterMs: undefined!, cpuTimeMs: 40 },
    });
    // Of what is more than a message may have, not even the whole would be taken by the host.
    const small = { budget: { ...AMPLE, frameBytes: 70_000, totalBytes: 90_000 } };
    const called = await runLight(sandbox, "await memory.search_nodes(query='x' * 100000)", {
      changes: small,
    });
    const ended = await runLight(sandbox, "'x' * 100000", { changes: small });
    const honest = await runLight(sandbox, "await memory.search_nodes(query='x')");
    const tooLong =
      "stopped OUTPUT_LIMIT_EXCEEDED: A single message of the program is larger than 70000 bytes";
    assert.deepEqual([full, spun, given, called, ended, honest].map(summarize), [
      `stopped MEMORY_LIMIT_EXCEEDED: Code execution exceeded its memory limit of ${SPEC.memoryLimitBytes} bytes`,
      "yielded cpu: 30 ms",
      "stopped CPU_LIMIT_EXCEEDED: Code execution used more than 40ms of CPU time",
      tooLong,
      tooLong,
      'completed {"query":"x"}',
    ]);
  });

  Deno.test("monty: a built-in that cannot be interrupted costs its process, and its neighbours are lost", async () => {
    await using runtime = createMontyRuntime();
    await using sandbox = await runtime.open(SPEC);
    const answered = Promise.withResolvers<void>();
    const host = recordingHost(async () => {
      await answered.promise;
      return { ok: true, value: 1 };
    });
    const waiting = runLight(sandbox, "await memory.search_nodes(query='x')", { host });
    const stuck = await runLight(sandbox, "x = 10 ** 10 ** 7\n1", {
      changes: { yieldAfterMs: 20 },
    });
    assert.deepEqual(summarize(stuck).split(":")[0], "yielded cpu");
    assert.deepEqual(summarize(await waiting).split(":")[0], "yielded lost");
    answered.resolve();
    await sandbox.gone;
  });

  Deno.test("monty: a program that makes the engine crash is left to the heavy one, where there is one", async () => {
    await using runtime = createMontyRuntime();
    const deep = "import json\na = []\nfor i in range(100000):\n  a = [a]\njson.dumps(a)";
    const ends: string[] = [];
    for (const yieldAfterMs of [60_000, undefined!]) {
      await using sandbox = await runtime.open(SPEC);
      ends.push(summarize(await runLight(sandbox, deep, { changes: { yieldAfterMs } })));
      await sandbox.gone;
    }
    assert.deepEqual(ends, [
      "yielded lost: The sandbox ended before the program did: signal SIGSEGV",
      "stopped SANDBOX_CRASHED: The sandbox ended before the program did: signal SIGSEGV",
    ]);
  });

  Deno.test("monty: says what holds its processes", async () => {
    await using runtime = createMontyRuntime({ namespaces: undefined });
    assert.equal(await runtime.probe(SPEC), undefined);
    const { name, available, languages, features } = runtime.describe();
    assert.deepEqual([name, available, languages, features], [
      "python",
      true,
      ["python"],
      ["async", "parallel-calls", "kernel-filter"],
    ]);
  });

  Deno.test("monty: a process that cannot give itself up serves nothing, and says so", async () => {
    const guestPath =
      new URL("../../fixtures/python/unconfined_guest.js", import.meta.url).pathname;
    await using runtime = createMontyRuntime({ guestPath });
    assert.equal(
      await runtime.probe(SPEC),
      "The sandbox ended before the program did: exit code 1",
    );
  });
}
