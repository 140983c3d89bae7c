/** `timeout` in scripts: ends what spins, what waits and what is late, and lets the script go on. */

import assert from "node:assert/strict";
import { createBashRuntime } from "../../../src/runtime/mod.ts";
import { WORDED_MEMORY } from "../../contract/language_contract.ts";
import { program, recordingHost } from "../../harness/programs.ts";
import { summarize } from "../../harness/sandbox.ts";

const SPEC = { memoryLimitBytes: 128 * 1024 * 1024 };
const never = new AbortController().signal;

/** Scripts one after another; tools never answer. */
async function runAll(scripts: readonly string[]): Promise<string[]> {
  await using runtime = createBashRuntime();
  const ends = [];
  for (const script of scripts) {
    const sandbox = await runtime.open(SPEC);
    const host = recordingHost(() => new Promise(() => {}));
    const task = program(script, { namespaces: WORDED_MEMORY });
    ends.push(summarize(await sandbox.run(task, host, never)));
  }
  return ends;
}

Deno.test("timeout ends what spins and what waits, and the script goes on", async () => {
  const spin = "bash -c 'while :; do :; done'";
  assert.deepEqual(
    await runAll([
      `timeout 0.02 ${spin}; echo $?`,
      "timeout 0.02 bash -c 'while ((1)); do ((x++)); done'; echo $?",
      `timeout 0.02 ${spin} || echo slow`,
      "timeout .02s sleep 60; echo $?",
      "timeout 0.02 mcp memory search_nodes --query ada; echo $?",
      "timeout 0.02 bash -c 'mcp memory search_nodes --query ada; echo never'; echo $?",
      "timeout 0.02 bash -c 'sleep 60 & wait'; echo $?",
      `timeout 60 bash -c "timeout 0.02 ${spin.replaceAll("'", '\\"')}; echo inner \\$?"; echo $?`,
      `timeout 0.02 bash -c "timeout 60 ${spin.replaceAll("'", '\\"')}; echo never"; echo $?`,
    ]),
    [
      "completed 124",
      "completed 124",
      'completed "slow"',
      "completed 124",
      "completed 124",
      "completed 124",
      "completed 124",
      'completed "inner 124\\n0"',
      "completed 124",
    ],
  );
});

Deno.test("timeout tells of a command that could not be interrupted, and of a script that ends by it", async () => {
  assert.deepEqual(
    await runAll([
      "timeout 0.001 seq 200000 > /dev/null; echo $?",
      "set -e\ntimeout 0.02 bash -c 'while :; do :; done'\necho never",
    ]),
    ["completed 124", "failed BashError: The script ended with exit code 124"],
  );
});

Deno.test("timeout leaves what is in time as it is, and says what it does not know", async () => {
  assert.deepEqual(
    await runAll([
      "printf 'a b' | timeout 60 cat",
      "timeout 1m bash -c 'exit 3'; echo $?",
      "timeout -k 1 --signal=KILL --foreground 60 printf '%s' \"it's\"",
      "timeout 0 echo unbounded",
      "timeout --help | head -n 1",
      "timeout 2>&1; echo $?",
      "timeout soon true 2>&1; echo $?",
      "timeout --never 1 true 2>&1; echo $?",
    ]),
    [
      'completed "a b"',
      "completed 3",
      'completed "it\'s"',
      'completed "unbounded"',
      'completed "Usage: timeout [--preserve-status] DURATION COMMAND [ARG]..."',
      'completed "timeout: missing operand\\n125"',
      "completed \"timeout: invalid time interval 'soon'\\n125\"",
      "completed \"timeout: unrecognized option '--never'\\n125\"",
    ],
  );
});
