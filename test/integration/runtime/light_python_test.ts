/** Programs of Python that begin on the light engine and end on the heavy one: nothing is called twice. */

import assert from "node:assert/strict";
import process from "node:process";
import { systemClock } from "../../../src/base/clock.ts";
import { ProgramWalk } from "../../../src/continuation/mod.ts";
import { createPool, createSharedPool } from "../../../src/pool/mod.ts";
import { createMontyRuntime, createPythonRuntime } from "../../../src/runtime/mod.ts";
import { silentLogger } from "../../../src/base/log.ts";
import { MEMORY } from "../../harness/light_python.ts";
import { program, recordingHost } from "../../harness/programs.ts";
import { summarize } from "../../harness/sandbox.ts";

const SPEC = { memoryLimitBytes: 64 * 1024 * 1024 };
const TERMS = { spec: SPEC, min: 0, max: 2, idleTimeoutMs: 60_000, clock: systemClock };

async function walkAll(codes: readonly string[]) {
  await using light = createMontyRuntime();
  await using heavy = createPythonRuntime();
  await using monty = createSharedPool({
    ...TERMS,
    runtime: light,
    programsAtOnce: 16,
    logger: silentLogger,
  });
  await using python = createPool({ ...TERMS, runtime: heavy, logger: silentLogger });
  // A program that waits long for its light engine would begin on the other.
  await using _warm = await monty.checkout(SPEC, new AbortController().signal);
  const pools = new Map([["monty", monty], ["python", python]] as const);
  const walks = [];
  // One after another: programs beside one that computes may be moved for its sake.
  for (const code of codes) {
    const host = recordingHost(({ args, id }) =>
      id > 1 ? { ok: false, error: { name: "McpToolError", message: "no" } } : {
        ok: true,
        value: { given: args[0]! },
      }
    );
    const signal = new AbortController().signal;
    const terms = { runtime: "monty", isPinned: true, spec: SPEC, host, signal } as const;
    const job = { ...terms, program: program(code, { namespaces: MEMORY }) };
    const end = await new ProgramWalk(job, { pools, clock: systemClock, onSandbox() {} }).run();
    const { outcome } = end.report;
    walks.push({
      end: summarize(end.report),
      stack: outcome.kind === "failed" ? outcome.error.stack : undefined,
      moves: end.continued.map((
        { from, to, reason, what, calls },
      ) => [from, to, reason, what, calls]),
      calls: host.calls.map(({ args }) => args[0]),
      logs: host.logs.map(({ text }) => text),
    });
  }
  return walks;
}

if (`${process.platform}-${process.arch}` === "linux-x64") {
  Deno.test("python: what its light engine does not end, its heavy one does, with each call made once", async () => {
    const [light, failing, caught, heavy] = await walkAll([
      "r = await memory.search_nodes(query='a')\nprint('one')\nr['given']",
      "r = await memory.search_nodes(query='a')\nprint('one')\nx = r['given']\nx['b']",
      "r = await memory.search_nodes(query='a')\nprint('one')\nawait memory.search_nodes(query='b')",
      "r = await memory.search_nodes(query='a')\nn = 0\nwhile n < 3000000:\n  n += 1\n[r['given'], n]",
    ]);
    const one = { calls: [{ query: "a" }], logs: ["one"], stack: undefined };
    assert.deepEqual(light, { ...one, end: 'completed {"query":"a"}', moves: [] });
    assert.deepEqual(failing, {
      ...one,
      end: "failed KeyError: 'b'",
      stack: `Traceback (most recent call last):
  File "guest.py", line 4, in <module>
    x['b']
    ~^^^^^
KeyError: 'b'`,
      moves: [["monty", "python", "lacks", "the exception KeyError", 1]],
    });
    assert.deepEqual([caught?.end, caught?.calls, caught?.logs, caught?.moves], [
      "failed McpToolError: no",
      [{ query: "a" }, { query: "b" }],
      ["one"],
      [["monty", "python", "lacks", "exceptions of failed calls (McpToolError)", 2]],
    ]);
    assert.deepEqual([heavy?.end, heavy?.calls, heavy?.moves], [
      'completed [{"query":"a"},3000000]',
      [{ query: "a" }],
      [["monty", "python", "cpu", "100 ms", 1]],
    ]);
  });
}
