/** Files of a script: those of its commands are written late, which no script can tell. */

import assert from "node:assert/strict";
import { InMemoryFs } from "just-bash/browser";
import { createBashRuntime } from "../../../src/runtime/mod.ts";
import { program, recordingHost } from "../../harness/programs.ts";
import { summarize } from "../../harness/sandbox.ts";
import { ScriptFiles } from "../../../workers/bash/script_files.ts";

const SPEC = { memoryLimitBytes: 128 * 1024 * 1024 };
const never = new AbortController().signal;
const STUB = "#!/bin/bash\n# Built-in command: ls\n";

/** Methods of the package's files that look at no file by its name, or that others go through. */
const INNER: readonly string[] = [
  "assertCanAllocate",
  "contentByteLength",
  "deleteEntry",
  "ensureParentDirs",
  "identityFor",
  "materializeLazy",
  "materializedContent",
  "mkdirSync",
  "resolveIntermediateSymlinks",
  "resolvePath",
  "resolvePathWithSymlinks",
  "setEntry",
  "storedByteLength",
  "wouldReleaseBytes",
  "writeFileLazy",
];

/** Each looks at the files of commands first in a way of its own. */
const LOOKS: Readonly<Record<string, string>> = {
  "which ls nothing": "failed BashError: The script ended with exit code 1",
  "command -v ls": 'completed "/usr/bin/ls"',
  "ls /bin | grep -Ecx 'ls|mcp|timeout|.*job'": "completed 3",
  "echo /usr/bin/l*": 'completed "/usr/bin/ln /usr/bin/ls"',
  "cd /bin; echo l?": 'completed "ln ls"',
  "cat /usr/bin/../bin/ls | wc -c": `completed ${STUB.length}`,
  "wc -c < //bin//ls": `completed ${STUB.length}`,
  "find / -name ls | sort": 'completed "/bin/ls\\n/usr/bin/ls"',
  "ln -s /bin /tmp/b; cat /tmp/b/ls | wc -l": "completed 2",
  "ln /bin/ls /tmp/l; wc -l < /tmp/l": "completed 2",
  "cp -r /usr /tmp/usr; ls /tmp/usr/bin | grep -cx ls": "completed 1",
  "mv /bin /tmp/bin; ls /tmp/bin | grep -cx ls": "completed 1",
  "rm /bin/ls /usr/bin/ls; ls 2>&1 || echo $?": 'completed "bash: ls: command not found\\n127"',
  "rm -r /usr/bin; mkdir /usr/bin; ls /usr/bin": 'completed ""',
  "echo own > /bin/ls; cat /bin/ls": 'completed "own"',
  "echo more >> /bin/ls; tail -n 1 /bin/ls": 'completed "more"',
  "mkdir /bin/ls 2>&1 || echo $?":
    `completed "mkdir: cannot create directory '/bin/ls': File exists\\n1"`,
  "chmod 755 /bin/ls; test -x /bin/ls; echo $?": "completed 0",
  "touch -d 2020-01-01 /bin/ls; stat /bin/ls | grep -c 2020-01-01": "completed 1",
  "echo x > /tmp/a; sleep 0.02; find /usr/bin -newer /tmp/a | wc -l": "completed 0",
  "realpath /bin/ls": 'completed "/bin/ls"',
  "test -d /bin && test -f /bin/ls && ! test -e /bin/none; echo $?": "completed 0",
  "/usr/bin/printf '%s' x": 'completed "x"',
};

Deno.test("bash: however a script looks at its commands first, their files are there", async () => {
  await using runtime = createBashRuntime();
  const seen: Record<string, string> = {};
  for (const script of Object.keys(LOOKS)) {
    const sandbox = await runtime.open(SPEC);
    const report = await sandbox.run(program(script), recordingHost(), never);
    seen[script] = summarize(report);
  }
  assert.deepEqual(seen, LOOKS);
});

Deno.test("bash: full files leave the commands where they are, and what is in /bin counts", async () => {
  const files = new ScriptFiles(100);
  files.mkdirSync("/bin", { recursive: true });
  files.writeFileSync("/bin/ls", STUB);
  await files.writeFile("/full", "x".repeat(100));
  assert.equal(await files.exists("/bin/ls"), true);
  assert.equal((await files.stat("/bin/ls")).isFile, true);
  await assert.rejects(files.writeFile("/bin/own", "more"), /ENOSPC/);
});

Deno.test("bash: each door of the package's files is ours", () => {
  const methods = (type: { readonly prototype: object }) =>
    Object.getOwnPropertyNames(type.prototype);
  const missing = methods(InMemoryFs).filter((name) =>
    !methods(ScriptFiles).includes(name) && !INNER.includes(name)
  );
  assert.deepEqual(missing, []);
});
