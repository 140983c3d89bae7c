/** The `deno` engine in a Web Worker: the contract, and what is special about workers. */

import assert from "node:assert/strict";
import { createWorkerRuntime } from "../../../src/runtime/mod.ts";
import { runtimeContract } from "../../contract/runtime_contract.ts";
import { runInSandbox } from "../../harness/sandbox.ts";

const SPEC = { memoryLimitBytes: 128 * 1024 * 1024 };
const open = () => createWorkerRuntime({ trustWorkers: true, whyNoWorkers: () => undefined });

runtimeContract("deno in a worker", open, {
  differs: {
    // A worker that listens for messages is never idle.
    "a wait for nothing": "stopped EXECUTION_TIMEOUT: Code execution timed out after 1000ms",
  },
});

Deno.test("a worker says what it cannot hold", async () => {
  await using runtime = open();
  assert.deepEqual(runtime.describe(), {
    name: "deno",
    carrier: "worker",
    languages: ["typescript", "javascript"],
    features: ["async", "parallel-calls", "webassembly"],
    limits: {
      wallTime: "soft",
      heap: "none",
      memory: "none",
      output: "hard",
      calls: "hard",
      cpuTime: "none",
      cpuShare: "none",
      openFiles: "none",
    },
    available: true,
  });
});

Deno.test("nothing runs in a worker that nobody has trusted", async () => {
  await using runtime = createWorkerRuntime({
    trustWorkers: false,
    whyNoWorkers: () => undefined,
  });
  const message = "workers do not hold hostile programs, and sandbox.trustWorkers is not set";
  await assert.rejects(runtime.open(SPEC), { code: "RUNTIME_UNAVAILABLE", message });
  const { available, reason } = runtime.describe();
  assert.deepEqual([available, reason], [false, message]);
});

Deno.test("nothing runs where a worker is no wall", async () => {
  await using runtime = createWorkerRuntime({ trustWorkers: true, whyNoWorkers: () => "no wall" });
  await assert.rejects(runtime.open(SPEC), { code: "RUNTIME_UNAVAILABLE", message: "no wall" });
});

Deno.test("a guest that breaks the channel is a crash", async () => {
  const start = 'postMessage(\'{"type":"ready","version":1}\'); onmessage = () =>';
  const guest = (code: string) => new URL(`data:text/javascript,${encodeURIComponent(code)}`);
  const end = async (code: string) => {
    const { outcome } = await runInSandbox("return 1", {
      open: () =>
        createWorkerRuntime({
          trustWorkers: true,
          whyNoWorkers: () => undefined,
          guestUrl: guest(code),
        }),
    });
    assert.ok(outcome.kind === "stopped");
    return `${outcome.error.code}: ${outcome.error.message}`;
  };
  assert.equal(
    await end(`${start} postMessage({ type: "final", ok: true, value: 1, notes: [] })`),
    "SANDBOX_CRASHED: The sandbox broke its protocol: a message that is not text",
  );
  assert.equal(
    await end(`${start} { throw new Error("gone") }`),
    "SANDBOX_CRASHED: The sandbox ended before the program did",
  );
  await assert.rejects(end("postMessage('hello')"), {
    code: "SANDBOX_CRASHED",
    message: "The sandbox did not become ready: it spoke early",
  });
  await assert.rejects(end("throw new Error('no start')"), { code: "SANDBOX_CRASHED" });
});
