/** Limits that the kernel and the watch hold, on real processes. */

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { availableParallelism } from "node:os";
import { systemClock } from "../../../src/base/clock.ts";
import { silentLogger } from "../../../src/base/log.ts";
import {
  cpuTimeWithin,
  crashError,
  type KernelLimits,
  SANDBOX_FILES,
  withKernelLimits,
} from "../../../src/runtime/limits.ts";
import { ProcessSandbox } from "../../../src/runtime/process_sandbox.ts";
import { builtPath } from "../../../scripts/build_guest.ts";
import { program, recordingHost } from "../../harness/programs.ts";
import { runInSandbox, summarize } from "../../harness/sandbox.ts";

Deno.test("a process that has spent its CPU time is ended by the kernel", () => {
  const line = { command: Deno.execPath(), args: ["eval", "for (;;);"] };
  const limited = withKernelLimits(line, { memoryBytes: 2 ** 27, cpuTimeMs: 700 });
  const { signal } = spawnSync(limited.command, limited.args, { stdio: "ignore" });
  assert.equal(signal, "SIGXCPU");
});

Deno.test("programs that keep to their time never meet the CPU limit", () => {
  assert.equal(cpuTimeWithin(30_000), 30_000 * (availableParallelism() + 1) + 10_000);
  assert.equal(cpuTimeWithin(30_000, 5000), 15_000);
  const bounded = withKernelLimits({ command: "x", args: [] }, { memoryBytes: 0, cpuTimeMs: 1001 });
  assert.equal(
    bounded.args[1],
    'ulimit -c 0; ulimit -d 589824; ulimit -S -t 2; ulimit -H -t 3; exec "$0" "$@"',
  );
  const { args } = withKernelLimits({ command: "x", args: ["y"] }, { memoryBytes: 0 });
  assert.deepEqual(args, [
    "-c",
    'ulimit -c 0; ulimit -d 589824; exec "$0" "$@"',
    "x",
    "y",
  ]);
});

/** Standard output of a command under limits, and how it ended. */
function runLimited(
  script: string,
  limits: Partial<KernelLimits>,
): [string, number | string | null] {
  const line = { command: Deno.execPath(), args: ["eval", script] };
  const { command, args } = withKernelLimits(line, { memoryBytes: 2 ** 27, ...limits });
  const { stdout, status, signal } = spawnSync(command, args, {
    encoding: "utf8",
    env: { DENO_DIR: "/dev/null/deno" }, // As in a sandbox, where the engine keeps nothing.
  });
  return [stdout, status ?? signal];
}

Deno.test("a process cannot ignore the end of its CPU time", () => {
  const script = 'Deno.addSignalListener("SIGXCPU", () => {}); for (;;);';
  assert.deepEqual(runLimited(script, { cpuTimeMs: 700 }), ["", "SIGKILL"]);
});

Deno.test("the kernel refuses one open file too many", () => {
  const script = `const files = [];
    try { for (;;) files.push(Deno.openSync("/dev/null")) }
    catch (error) { console.log(files.length > 20 && files.length < 64, error.code) }`;
  assert.deepEqual(runLimited(script, SANDBOX_FILES), ["true EMFILE\n", 0]);
});

Deno.test("the kernel lets no file grow, by whatever way it was opened", () => {
  const path = Deno.makeTempFileSync();
  const script = `Deno.openSync("${path}", { write: true }).writeSync(new Uint8Array(1))`;
  assert.deepEqual(runLimited(script, SANDBOX_FILES), ["", "SIGXFSZ"]);
  assert.equal(Deno.statSync(path).size, 0);
  assert.deepEqual(runLimited(script, {}), ["", 0]);
  assert.equal(Deno.statSync(path).size, 1);
  Deno.removeSync(path);
});

Deno.test("a crash leaves no core", () => {
  const script = 'const text = Deno.readTextFileSync("/proc/self/limits"); ' +
    "console.log(/Max core file size +0 +0 /.test(text))";
  assert.deepEqual(runLimited(script, {}), ["true\n", 0]);
});

Deno.test("an engine that gives up is out of memory when it says so or had much in use", () => {
  const code = (
    signal: string | null,
    stderr: string,
    grownBytes: number,
    exitCode: number | null = null,
  ) => crashError({ exitCode, signal, stderr }, 100, { grownBytes }).code;
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

Deno.test("the kernel's limit of CPU time is told from other ends", () => {
  const error = (signal: string, cpuTimeMs: number, kernelCpuTimeMs?: number) => {
    const end = { exitCode: null, signal, stderr: "" };
    const { code, details } = crashError(end, 100, { cpuTimeMs, kernelCpuTimeMs });
    return [code, details];
  };
  const crashed = ["SANDBOX_CRASHED", { exitCode: null, signal: "SIGKILL" }];
  assert.deepEqual(
    [
      error("SIGXCPU", 900.5, 1000),
      error("SIGXCPU", 900.5),
      error("SIGKILL", 1000, 1000),
      error("SIGKILL", 999, 1000),
      error("SIGKILL", 999),
    ],
    [
      ["CPU_LIMIT_EXCEEDED", { cpuTime: 1000 }],
      ["CPU_LIMIT_EXCEEDED", { cpuTime: 900 }],
      ["CPU_LIMIT_EXCEEDED", { cpuTime: 1000 }],
      crashed,
      crashed,
    ],
  );
});

Deno.test("a program that the kernel ends for its CPU time is told so", async () => {
  const kernelCpuTimeMs = 1000;
  const args = ["run", "--quiet", "--no-prompt", "--deny-import", builtPath("deno")];
  const line = withKernelLimits(
    { command: Deno.execPath(), args },
    { memoryBytes: 2 ** 27, cpuTimeMs: kernelCpuTimeMs },
  );
  const spec = { ...line, environment: {}, directory: "/" };
  await using sandbox = await ProcessSandbox.open(spec, {
    clock: systemClock,
    logger: silentLogger,
    memoryLimitBytes: 2 ** 27,
    startupTimeoutMs: 20_000,
    kernelCpuTimeMs,
  });
  const never = new AbortController().signal;
  const spin = program("for (;;) {}", { timeoutMs: 60_000 });
  const { outcome } = await sandbox.run(spin, recordingHost(), never);
  assert.ok(outcome.kind === "stopped");
  const { code, message, details } = outcome.error;
  assert.deepEqual([code, message, details], [
    "CPU_LIMIT_EXCEEDED",
    "Code execution used more than 1000ms of CPU time",
    { cpuTime: 1000 },
  ]);
});

const NAMESPACES = [{
  name: "memory",
  tools: [{ name: "read", aliases: [] }],
  global: true,
  member: true,
}];

Deno.test("a program that spins behind a call in flight ends by its CPU time", async () => {
  const changes = { namespaces: NAMESPACES, timeoutMs: 300, waitMs: 60_000 };
  const host = recordingHost(() => new Promise(() => {}));
  const report = await runInSandbox("memory.read(); for (;;) {}", { host, changes });
  assert.equal(
    summarize(report),
    "stopped CPU_LIMIT_EXCEEDED: Code execution used more than 300ms of CPU time while it waited for its calls",
  );
  assert.ok(report.usage.cpuTimeMs > 300 && report.usage.waitTimeMs > 0);
});

Deno.test("CPU time that the operator bounds ends a program long before its timeout", async () => {
  const changes = { timeoutMs: 60_000, cpuTimeMs: 200 };
  const report = await runInSandbox("for (;;) {}", { changes });
  assert.equal(
    summarize(report),
    "stopped CPU_LIMIT_EXCEEDED: Code execution used more than 200ms of CPU time",
  );
});
