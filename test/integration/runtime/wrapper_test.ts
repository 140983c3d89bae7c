/** The operator's command in front of sandboxes: it gets its words, and everything it started ends. */

import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { createDenoRuntime } from "../../../src/runtime/mod.ts";
import { findWrapper } from "../../../src/runtime/wrapper.ts";
import { runtimeContract } from "../../contract/runtime_contract.ts";
import { descendants } from "../../harness/processes.ts";
import { program, recordingHost } from "../../harness/programs.ts";
import { runInSandbox, summarize } from "../../harness/sandbox.ts";

const SPEC = { memoryLimitBytes: 128 * 1024 * 1024 };
const never = new AbortController().signal;
/** Starts a bystander and the sandbox as children, as a wrapper does that does not replace itself. */
const FORKING = ["/bin/sh", "-c", 'sleep 600 & "$@"; exit $?', "wrapper"];

class Script implements Disposable {
  readonly folder: string = mkdtempSync(join(tmpdir(), "wrapper-"));
  readonly path: string = join(this.folder, "wrapper");

  constructor(text: string, mode = 0o700) {
    writeFileSync(this.path, text);
    chmodSync(this.path, mode);
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true });
  }
}

runtimeContract("deno behind a wrapper", () => createDenoRuntime({ wrapper: FORKING }));

for (const permissions of ["flags", "broker"] as const) {
  Deno.test(`a wrapper gets its own arguments, then the sandbox's command (${permissions})`, async () => {
    using script = new Script(
      '#!/bin/sh\nprintf "%s\\n" "$1" "$2" "$3" > "$1/record"\nshift 2\nexec "$@"\n',
    );
    const wrapper = [script.path, script.folder, "in {folder}"];
    const open = () => createDenoRuntime({ wrapper, permissions });
    const report = await runInSandbox("return await import('file:///etc/passwd')", { open });
    assert.match(summarize(report), /^failed TypeError: This program may not read \/etc\/passwd/);
    const [first, second = "", third] = readFileSync(join(script.folder, "record"), "utf8").split(
      "\n",
    );
    assert.equal(first, script.folder);
    assert.match(second, /^in \/.*\/sandbox-\d+-\d+-\w{6}$/);
    assert.equal(third, "/bin/sh");
  });
}

Deno.test("what a wrapper has started ends with the run, with the sandbox and with the runtime", async () => {
  const before = await descendants(process.pid);
  const runtime = createDenoRuntime({ wrapper: FORKING });
  const [ran, unused, left] = await Promise.all([1, 2, 3].map(() => runtime.open(SPEC)));
  assert.ok((await descendants(process.pid)).length >= before.length + 9);
  const spin = program("for (;;) {}", { timeoutMs: 300 });
  const report = await ran!.run(spin, recordingHost(), never);
  assert.equal(
    summarize(report),
    "stopped EXECUTION_TIMEOUT: Code execution timed out after 300ms",
  );
  assert.ok(report.usage.cpuTimeMs > 100, "what is measured is the sandbox, not its wrapper");
  await ran!.gone;
  await unused![Symbol.asyncDispose]();
  assert.ok((await descendants(process.pid)).length > before.length);
  await runtime[Symbol.asyncDispose]();
  await left!.gone;
  assert.deepEqual(await descendants(process.pid), before);
});

Deno.test("a wrapper that ends by itself takes what it started along", async () => {
  const before = await descendants(process.pid);
  await using runtime = createDenoRuntime({ wrapper: ["/bin/sh", "-c", "sleep 600 & exit 3"] });
  await assert.rejects(runtime.open(SPEC), {
    code: "SANDBOX_CRASHED",
    message: "The sandbox ended before the program did: exit code 3",
  });
  assert.deepEqual(await descendants(process.pid), before);
});

Deno.test("a program behind a wrapper meets its memory limit", async () => {
  const open = () => createDenoRuntime({ wrapper: FORKING });
  const code = "const a = []; for (;;) a.push(new Uint8Array(1e7).fill(1))";
  assert.match(summarize(await runInSandbox(code, { open })), /^stopped MEMORY_LIMIT_EXCEEDED/);
});

Deno.test("a wrapper that is missing, a folder or no program is told by its name", async () => {
  using text = new Script("", 0o600);
  for (const command of ["/nonexistent/wrapper", "no-such-wrapper", text.folder, text.path]) {
    await using runtime = createDenoRuntime({ wrapper: [command, "--flag"] });
    const message = `The sandbox wrapper "${command}" is missing or cannot be executed`;
    await assert.rejects(runtime.open(SPEC), { code: "RUNTIME_UNAVAILABLE", message });
    const { available, reason } = runtime.describe();
    assert.deepEqual([available, reason], [false, message]);
  }
});

Deno.test("a wrapper without a folder in its name is looked for where programs are", () => {
  using script = new Script("#!/bin/sh\n");
  assert.deepEqual(findWrapper(["wrapper", "-x"], { path: `/nonexistent::${script.folder}` }), {
    command: script.path,
    args: ["-x"],
  });
});
