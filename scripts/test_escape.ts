/**
 * The attack suite as a table: `deno task test:escape`. Runs every attack in each mode, prints what
 * became of it, and fails when an attack got through, did not run, or the suite's own rules are broken.
 */

import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BASH_THREATS } from "../test/escape/bash_threats.ts";
import { PYTHON_THREATS } from "../test/escape/python_threats.ts";
import { THREATS } from "../test/escape/threats.ts";
import { checkTypes } from "./testing/check_types.ts";
import { escapeTable, languageTable, parseCases } from "./testing/escape_table.ts";
import { GROUPS, testArguments } from "./testing/groups.ts";

async function main(): Promise<number> {
  if (!await checkTypes()) return 1;
  const group = GROUPS.find(({ name }) => name === "escape")!;
  const folder = await mkdtemp(join(tmpdir(), "codemode-escape-"));
  try {
    const reportPath = join(folder, "junit.xml");
    const args = testArguments(group, { reportPath, filter: undefined });
    const { success, stdout } = await new Deno.Command(Deno.execPath(), {
      args: [...args],
      stdin: "null",
      stderr: "inherit",
      env: { NO_COLOR: "1" },
    }).output();
    const cases = parseCases(await readFile(reportPath, "utf8").catch(() => ""));
    const tables = [
      escapeTable(THREATS, cases),
      languageTable("bash/process", BASH_THREATS, cases),
      languageTable("python/process", PYTHON_THREATS, cases),
    ];
    const red = tables.reduce((sum, table) => sum + table.red, 0);
    const attacks = THREATS.length + BASH_THREATS.length + PYTHON_THREATS.length;
    if (!success) console.log(new TextDecoder().decode(stdout));
    console.log(tables.map(({ text }) => text).join("\n\n"));
    console.log(`\n${attacks} attacks, ${cases.size} tests, ${red} red`);
    return success && red === 0 ? 0 : 1;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

Deno.exit(await main());
