/**
 * The test runner: `deno task test [group…] [--filter text] [--no-check]`. Each group runs with its own
 * permissions; counts come from Deno's reports. The last line is `N passed, N failed`, and the exit
 * code is 1 when anything failed or nothing ran.
 */

import { checkTypes } from "./testing/check_types.ts";
import { NO_COUNTS, sumCounts } from "./testing/junit.ts";
import { parseSelection, type Selection } from "./testing/groups.ts";
import { runGroup } from "./testing/run_group.ts";
import { printTable, printVerdict, type Row } from "./testing/table.ts";

async function runAll({ groups, typeCheck, filter }: Selection): Promise<number> {
  const rows: Row[] = [];
  const add = (group: string, startedMs: number, counts: Row["counts"]) =>
    rows.push({ group, counts, durationMs: performance.now() - startedMs });
  if (typeCheck) {
    console.log("\n== types");
    const startedMs = performance.now();
    const isSound = await checkTypes();
    add("types", startedMs, isSound ? NO_COUNTS : { ...NO_COUNTS, failed: 1 });
  }
  for (const group of groups) {
    console.log(`\n== ${group.name}`);
    const startedMs = performance.now();
    const result = await runGroup(group, filter);
    if (result === undefined) {
      console.log(`nothing in ${group.folder}`);
      continue;
    }
    for (const fault of result.faults) console.log(`FAILED ${group.name}: ${fault}`);
    add(group.name, startedMs, result.counts);
  }
  const total = sumCounts(rows.map(({ counts }) => counts));
  console.log(`\n${printTable(rows)}\n`);
  if (total.passed + total.failed === 0) console.log("No test ran.");
  console.log(printVerdict(total));
  return total.failed > 0 || total.passed === 0 ? 1 : 0;
}

try {
  Deno.exit(await runAll(parseSelection(Deno.args)));
} catch (error) {
  if (!(error instanceof TypeError)) throw error;
  console.error(error.message);
  Deno.exit(2);
}
