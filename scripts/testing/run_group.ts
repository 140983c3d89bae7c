/**
 * Runs one group of tests, in one `deno test` or in one for each file, shows what they print, and
 * judges them by their reports. A process that hangs is killed; a group whose preparation fails is one
 * failure, not a skip.
 */

import { glob, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { type GroupResult, judgeRun, NO_COUNTS, sumCounts } from "./junit.ts";
import { testArguments, type TestGroup } from "./groups.ts";

/** Processes at once of a group whose files have a process each. */
const AT_ONCE = 2;

interface DenoRun {
  readonly args: readonly string[];
  readonly timeoutMs: number;
  /** Shows the output when it has ended, not in between that of others. */
  readonly isOneOfMany: boolean;
}

/** Runs `deno` and shows its output; answers whether it succeeded in time. */
async function runDeno({ args, timeoutMs, isOneOfMany }: DenoRun): Promise<boolean> {
  const shown = isOneOfMany ? "piped" : "inherit";
  const child = new Deno.Command(Deno.execPath(), {
    args: [...args],
    stdin: "null",
    stdout: shown,
    stderr: shown,
  }).spawn();
  const kill = setTimeout(() => {
    console.log(`Killed after ${timeoutMs / 1000} s: deno ${args.join(" ")}`);
    child.kill("SIGKILL");
  }, timeoutMs);
  try {
    if (!isOneOfMany) return (await child.status).success;
    const { success, stdout, stderr } = await child.output();
    await Deno.stdout.write(stdout);
    await Deno.stderr.write(stderr);
    return success;
  } finally {
    clearTimeout(kill);
  }
}

/** The test files of a group, counted from the project's root; none for doc examples. */
async function findTestFiles(group: TestGroup): Promise<readonly string[]> {
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
  const { timeoutMs } = group;
  for (const args of group.prepare ?? []) {
    if (await runDeno({ args, timeoutMs, isOneOfMany: false })) continue;
    const fault = `cannot be prepared: deno ${args.join(" ")} failed`;
    return { counts: { ...NO_COUNTS, failed: 1 }, faults: [fault] };
  }
  const folder = await mkdtemp(join(tmpdir(), "codemode-tests-"));
  try {
    if (group.parallel !== "processes") return await runFiles(group, files, { folder, filter });
    return await runEachFile(group, files, { folder, filter });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

interface Place {
  /** Where reports are written. */
  readonly folder: string;
  readonly filter: string | undefined;
}

async function runEachFile(
  group: TestGroup,
  files: readonly string[],
  place: Place,
): Promise<GroupResult> {
  const left = [...files];
  const results: GroupResult[] = [];
  const runner = async () => {
    for (let file = left.shift(); file !== undefined; file = left.shift()) {
      results.push(await runFiles(group, [file], place));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, runner));
  return {
    counts: sumCounts(results.map(({ counts }) => counts)),
    faults: results.flatMap(({ faults }) => faults),
  };
}

/** One module for the files of each folder: what they all import is then loaded once. */
async function writeEntries(files: readonly string[], folder: string): Promise<readonly string[]> {
  const imports = Map.groupBy(files, dirname);
  return await Promise.all([...imports].map(async ([room, inRoom]) => {
    const path = join(folder, `${room.replaceAll("/", "-")}_test.ts`);
    const lines = inRoom.map((file) => `import ${JSON.stringify(pathToFileURL(resolve(file)))};\n`);
    await writeFile(path, lines.join(""));
    return path;
  }));
}

/** Runs files of a group, or what else its folder holds, in one process. */
async function runFiles(
  group: TestGroup,
  files: readonly string[],
  { folder, filter }: Place,
): Promise<GroupResult> {
  const isOneOfMany = group.parallel === "processes";
  const reportPath = join(folder, `${isOneOfMany ? files[0]?.replaceAll("/", "-") : "all"}.xml`);
  const isTogether = group.parallel === "threads" && !group.isDoc;
  const entries = isTogether ? await writeEntries(files, folder) : files;
  const args = testArguments(group, {
    reportPath,
    filter,
    ...(group.isDoc ? {} : { files: entries }),
  });
  const success = await runDeno({ args, timeoutMs: group.timeoutMs, isOneOfMany });
  const xml = await readFile(reportPath, "utf8").catch(() => undefined);
  return judgeRun({ xml, success, files: filter === undefined ? files : [] });
}
