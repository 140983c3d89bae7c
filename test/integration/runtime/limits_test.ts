/** Limits that the kernel holds, on real processes. */

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { availableParallelism } from "node:os";
import { cpuTimeWithin, crashError, withKernelLimits } from "../../../src/runtime/limits.ts";

Deno.test("a process that has spent its CPU time is ended by the kernel", () => {
  const line = { command: Deno.execPath(), args: ["eval", "for (;;);"] };
  const limited = withKernelLimits(line, { memoryBytes: 2 ** 27, cpuTimeMs: 700 });
  const { signal } = spawnSync(limited.command, limited.args, { stdio: "ignore" });
  assert.ok(signal === "SIGXCPU" || signal === "SIGKILL", String(signal));
});

Deno.test("programs that keep to their time never meet the CPU limit", () => {
  assert.equal(cpuTimeWithin(30_000), 30_000 * availableParallelism() + 10_000);
  const { args } = withKernelLimits({ command: "x", args: ["y"] }, { memoryBytes: 0 });
  assert.deepEqual(args, [
    "-c",
    'ulimit -c 0; ulimit -d 589824; exec "$0" "$@"',
    "x",
    "y",
  ]);
});

Deno.test("an engine that gives up is out of memory when it says so or had much in use", () => {
  const code = (
    signal: string | null,
    stderr: string,
    grownBytes: number,
    exitCode: number | null = null,
  ) => crashError({ exitCode, signal, stderr }, 100, grownBytes).code;
  assert.deepEqual(
    [
      code("SIGTRAP", "Fatal process out of memory: Zone", 0),
      code("SIGABRT", "", 50),
      code("SIGABRT", "", 49),
      code("SIGKILL", "", 100),
      code(null, "", 100, 1),
      code(null, "", 100, 127),
      code(null, "", 100),
    ],
    [
      "MEMORY_LIMIT_EXCEEDED",
      "MEMORY_LIMIT_EXCEEDED",
      "SANDBOX_CRASHED",
      "SANDBOX_CRASHED",
      "SANDBOX_CRASHED",
      "RUNTIME_UNAVAILABLE",
      "RUNTIME_UNAVAILABLE",
    ],
  );
});
