/** What is special about the `deno` engine in a process: measuring, permissions, what it leaves. */

import assert from "node:assert/strict";
import { decodeValue, encodeValue } from "../../../src/protocol/values.ts";
import process from "node:process";
import { createDenoRuntime } from "../../../src/runtime/mod.ts";
import { runtimeContract } from "../../contract/runtime_contract.ts";
import { descendants } from "../../harness/processes.ts";
import { program, recordingHost } from "../../harness/programs.ts";
import { runInSandbox, summarize } from "../../harness/sandbox.ts";

const SPEC = { memoryLimitBytes: 128 * 1024 * 1024 };

runtimeContract("deno in a process", () => createDenoRuntime());

Deno.test("usage is measured: work shows in CPU time, allocation in memory", async () => {
  const idle = await runInSandbox("return 1");
  const busy = await runInSandbox(
    "const bytes = new Uint8Array(40e6).fill(1); const end = performance.now() + 200; while (performance.now() < end); return bytes.length",
  );
  assert.ok(busy.usage.memoryPeakBytes > 38e6, `peak ${busy.usage.memoryPeakBytes}`);
  assert.ok(idle.usage.memoryPeakBytes < 20e6, `idle peak ${idle.usage.memoryPeakBytes}`);
  assert.ok(busy.usage.wallTimeMs >= 200);
  assert.ok(busy.usage.cpuTimeMs > 0 && idle.usage.cpuTimeMs > 0);
});

Deno.test("what a program was granted is asked of the host and done there", async () => {
  const response = {
    url: "http://api.test/b",
    redirected: true,
    status: 201,
    statusText: "Made",
    headers: [["x-a", "1"], ["set-cookie", "a=1"], ["set-cookie", "b=2"]],
    body: new TextEncoder().encode("hello"),
  };
  const host = recordingHost((call) =>
    call.tool === "fetch"
      ? { ok: true, value: encodeValue(response).wire }
      : { ok: true, value: "text" }
  );
  const code = `globalThis.Request = globalThis.Response = globalThis.Headers = undefined;
    const r = await fetch("http://api.test/a", { method: "PUT", body: "hi" });
    const copy = r.clone();
    return [r.status, r.statusText, r.url, copy.url, copy.redirected, r.headers.getSetCookie(),
      await r.text(), await files.readText("a"), env.REGION, Object.isFrozen(files), Object.isFrozen(env)]`;
  const access = { network: true, files: true, environment: { REGION: "eu" } };
  const result = await runInSandbox(code, { host, changes: { access } });
  assert.deepEqual(result.outcome, {
    kind: "completed",
    value: [
      201,
      "Made",
      "http://api.test/b",
      "http://api.test/b",
      true,
      ["a=1", "b=2"],
      "hello",
      "text",
      "eu",
      true,
      true,
    ],
    notes: [],
  });
  assert.deepEqual(
    host.calls.map((
      { namespace, tool, args },
    ) => [namespace, tool, ...args.map((arg) => decodeValue(arg))]),
    [
      ["@network", "fetch", {
        url: "http://api.test/a",
        method: "PUT",
        headers: [["content-type", "text/plain;charset=UTF-8"]],
        body: new TextEncoder().encode("hi"),
        redirect: "follow",
      }],
      ["@files", "readText", "a"],
    ],
  );
});

Deno.test("a request that its program gave up ends for the program at once", async () => {
  const host = recordingHost(() => new Promise<never>(() => {}));
  const code = `const control = new AbortController();
    const asked = fetch("http://api.test/", { signal: control.signal });
    control.abort();
    try { await asked } catch (error) { return error.name }`;
  const result = await runInSandbox(code, { host, changes: { access: { network: true } } });
  assert.deepEqual(result.outcome, {
    kind: "completed",
    value: "AbortError",
    notes: ["network.fetch: not awaited; cancelled when the program ended"],
  });
});

Deno.test("without a grant there are no files and no variables, and fetch reaches nothing", async () => {
  const code =
    `const told = await fetch("http://127.0.0.1:4321/").catch((e) => [e.name, e.code, e.message]);
    return [typeof files, typeof env, ...told]`;
  assert.deepEqual((await runInSandbox(code)).outcome, {
    kind: "completed",
    value: [
      "undefined",
      "undefined",
      "TypeError",
      "NETWORK_DENIED",
      'This program may not reach 127.0.0.1:4321: the capability "network:127.0.0.1:4321" is missing',
    ],
    notes: [],
  });
});

Deno.test("nothing is left after disposal, whatever ran", async () => {
  const before = await descendants(process.pid);
  const runtime = createDenoRuntime();
  const open = await Promise.all([1, 2, 3].map(() => runtime.open(SPEC)));
  const running = open[0]!.run(
    program("for (;;) {}"),
    recordingHost(),
    new AbortController().signal,
  );
  // Three sandboxes, and who ends them if this process is killed.
  assert.equal((await descendants(process.pid)).length, before.length + 4);
  await runtime[Symbol.asyncDispose]();
  assert.equal((await running).outcome.kind, "stopped");
  assert.deepEqual(await descendants(process.pid), before);
  await assert.rejects(runtime.open(SPEC), { code: "SHUTTING_DOWN" });
});

Deno.test("a sandbox that cannot start is a typed error", async () => {
  await using missing = createDenoRuntime({ denoPath: "/nonexistent/deno" });
  const unavailable = {
    code: "RUNTIME_UNAVAILABLE",
    message: "The configured deno program cannot be executed",
  };
  await assert.rejects(missing.open(SPEC), unavailable);
  assert.deepEqual(missing.describe().available, false);
  await using text = createDenoRuntime({ denoPath: new URL(import.meta.url).pathname });
  await assert.rejects(text.open(SPEC), unavailable);
  assert.deepEqual(text.describe().available, false);
  await using folder = createDenoRuntime({ denoPath: "/tmp" });
  await assert.rejects(folder.open(SPEC), unavailable);
  await using wrong = createDenoRuntime({ denoPath: "/bin/true" });
  await assert.rejects(wrong.open(SPEC), {
    code: "SANDBOX_CRASHED",
    message: "The sandbox ended before the program did: exit code 0",
  });
});

Deno.test("a program that is no deno, or is gone by the time it is needed, is told as missing", async () => {
  const missing = {
    code: "RUNTIME_UNAVAILABLE",
    message: "The runtime's program is missing or cannot be executed",
  };
  const folder = await Deno.makeTempDir();
  const denoPath = `${folder}/deno`;
  await Deno.writeTextFile(denoPath, "\x7fELF and nothing", { mode: 0o700 });
  for (const permissions of ["flags", "broker", "auto"] as const) {
    await using strange = createDenoRuntime({ denoPath, permissions });
    await assert.rejects(strange.open(SPEC), missing);
  }
  await using gone = createDenoRuntime({ denoPath });
  assert.equal(gone.describe().available, true);
  await Deno.remove(folder, { recursive: true });
  await assert.rejects(gone.open(SPEC), missing);
});

Deno.test("what a program used is measured even when the host is late to look", async () => {
  await using runtime = createDenoRuntime();
  for (let round = 0; round < 5; round += 1) {
    await using sandbox = await runtime.open(SPEC);
    const host = recordingHost();
    const started = sandbox.run(
      program("return Array.from({ length: 1e5 }, String).length"),
      host,
      AbortSignal.timeout(20_000),
    );
    const until = performance.now() + 300;
    while (performance.now() < until);
    const { usage } = await started;
    assert.ok(usage.cpuTimeMs > 0 && usage.memoryPeakBytes > 0, JSON.stringify(usage));
  }
});

Deno.test("an endless loop ends on time and the next run works at once", async () => {
  await using runtime = createDenoRuntime();
  const never = new AbortController().signal;
  const loop = await runtime.open(SPEC);
  const report = await loop.run(program("for (;;) {}", { timeoutMs: 300 }), recordingHost(), never);
  assert.equal(
    summarize(report),
    "stopped EXECUTION_TIMEOUT: Code execution timed out after 300ms",
  );
  await loop.gone;
  assert.ok(report.usage.wallTimeMs >= 300 && report.usage.cpuTimeMs > 0);
  await using next = await runtime.open(SPEC);
  assert.equal(
    summarize(await next.run(program("return 1"), recordingHost(), never)),
    "completed 1",
  );
});

Deno.test("cancelling ends a run that never yields", async () => {
  const aborter = new AbortController();
  const host = recordingHost(() => {
    aborter.abort("enough");
    return new Promise(() => {});
  });
  const report = await runInSandbox("memory.search_nodes(); for (;;) {}", {
    host,
    signal: aborter.signal,
    changes: {
      namespaces: [{
        name: "memory",
        tools: [{ name: "search_nodes", aliases: [] }],
        global: true,
        member: true,
      }],
    },
  });
  assert.equal(summarize(report), "stopped CANCELLED: The execution was cancelled");
});
