/**
 * Runs one group of tests as a `deno test` of its own, streams what it prints, and judges it by its
 * report. A group that hangs is killed; a group whose preparation fails is one failure, not a skip.
 */

import { glob, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type GroupResult, judgeRun, NO_COUNTS } from "./junit.ts";
import { testArguments, type TestGroup } from "./groups.ts";

/** Runs `deno` with these arguments and shows its output; answers whether it succeeded in time. */
async function runDeno(args: readonly string[], timeoutMs: number): Promise<boolean> {
  const child = new Deno.Command(Deno.execPath(), {
    args: [...args],
    stdin: "null",
    stdout: "inherit",
    stderr: "inherit",
  }).spawn();
  const kill = setTimeout(() => {
    console.log(`Killed after ${timeoutMs / 1000} s: deno ${args.join(" ")}`);
    child.kill("SIGKILL");
  }, timeoutMs);
  const { success } = await child.status;
  clearTimeout(kill);
  return success;
}

/** The test files of a group, counted from the project's root; none for doc examples. */
export async function findTestFiles(group: TestGroup): Promise<readonly string[]> {
  if (group.isDoc) return [];
  const files: string[] = [];
  for await (const file of glob(`${group.folder}/**/*_test.ts`)) files.push(file);
  return files.sort();
}

/** Runs a group; undefined when there is nothing to run. */
export async function runGroup(
  group: TestGroup,
  filter: string | undefined,
): Promise<GroupResult | undefined> {
  const files = await findTestFiles(group);
  if (!group.isDoc && files.length === 0) return undefined;
  for (const step of group.prepare ?? []) {
    if (await runDeno(step, group.timeoutMs)) continue;
    const fault = `cannot be prepared: deno ${step.join(" ")} failed`;
    return { counts: { ...NO_COUNTS, failed: 1 }, faults: [fault] };
  }
  const folder = await mkdtemp(join(tmpdir(), "codemode-tests-"));
  try {
    const reportPath = join(folder, "junit.xml");
    const success = await runDeno(testArguments(group, { reportPath, filter }), group.timeoutMs);
    const xml = await readFile(reportPath, "utf8").catch(() => undefined);
    return judgeRun({ xml, success, files: filter === undefined ? files : [] });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
