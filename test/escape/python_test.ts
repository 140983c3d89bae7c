/** Runs every attack of Python programs. */

import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { createPythonRuntime, type Runtime } from "../../src/runtime/mod.ts";
import { AMPLE, program, recordingHost } from "../harness/programs.ts";
import { summarize } from "../harness/sandbox.ts";
import { twoAtOnce } from "../harness/two_at_once.ts";
import { PYTHON_THREATS, type PythonThreat } from "./python_threats.ts";

const NAMESPACES = [{
  name: "memory",
  tools: [{ name: "read", aliases: [] }],
  global: true,
  member: true,
}];
const BUDGET = { ...AMPLE, frameBytes: 1024 * 1024, totalBytes: 4 * 1024 * 1024, calls: 100 };

/** What became of an attack. */
interface Attacked {
  readonly threat: PythonThreat;
  readonly ended: string;
  readonly calls: readonly unknown[][];
}

async function attack(runtime: Runtime, threat: PythonThreat): Promise<Attacked> {
  const { code, timeoutMs = 10_000 } = threat;
  const host = recordingHost();
  await using sandbox = await runtime.open({ memoryLimitBytes: 128 * 1024 * 1024 });
  const terms = { namespaces: NAMESPACES, budget: BUDGET, timeoutMs };
  const report = await sandbox.run(program(code, terms), host, new AbortController().signal);
  return { threat, ended: summarize(report), calls: host.calls.map(({ args }) => [...args]) };
}

function judge({ threat: { id, end }, ended, calls }: Attacked): void {
  if (typeof end === "string") assert.equal(ended, end, id);
  else assert.match(ended, end, id);
  assert.ok(calls.every(([first]) => first !== "late"), id);
}

Deno.test("python: every attack ends as it should", async (t) => {
  // One runtime and its snapshot serve all; each attack has a sandbox of its own.
  await using runtime = createPythonRuntime();
  const attacked = await twoAtOnce(PYTHON_THREATS.map((threat) => () => attack(runtime, threat)));
  for (const one of attacked) {
    const { id, verdict } = one.threat;
    await t.step(`python/process ${id}: ${verdict}`, () => judge(one));
  }
  assert.equal(existsSync("/tmp/escaped"), false);
});

Deno.test("python: ids of attacks are unique, and defences exist", () => {
  const ids = PYTHON_THREATS.map(({ id }) => id);
  assert.equal(new Set(ids).size, ids.length);
  for (const { id, defence } of PYTHON_THREATS) {
    assert.ok(existsSync(defence), `${id} is defended by ${defence}`);
  }
});
